//! A code for typing and a token for the link: how they are made, sent back, counted and compared. One
//! piece for everything that a mail can prove.

use chassis::Result;
use chassis::mask::Masked;
use chassis::violation::Violations;
use uuid::Uuid;

use crate::secrets::{new_token, token_hash};
use crate::store::proof::Provable;
use crate::{Context, store};

/// What a mail brings. Only hashes of it are kept.
pub struct Secret {
    pub code: Masked<String>,
    pub token: Masked<String>,
}

/// What is kept of the secret of a mail.
pub struct Hashes {
    pub code: String,
    pub token: String,
}

impl Secret {
    pub fn new(ctx: &Context) -> Self {
        Self {
            code: Masked::new(ctx.ids.code(b"0123456789", 6)),
            token: new_token(&ctx.ids),
        }
    }

    /// A code belongs to the resource it was sent for: elsewhere it proves nothing.
    pub fn hashes(&self, ctx: &Context, resource: Uuid) -> Hashes {
        let id = resource.to_string();
        Hashes {
            code: ctx.secrets.code_hash(&id, self.code.reveal()),
            token: token_hash(self.token.reveal()),
        }
    }
}

/// What came back of a mail.
pub enum Proof {
    Code(Masked<String>),
    Token(Masked<String>),
}

impl Proof {
    /// Notes what can't be a proof: neither of the two, or a code of another shape.
    pub fn parse(violations: &mut Violations, sent: Option<Sent<'_>>) -> Option<Self> {
        match sent {
            Some(Sent::Code(code)) => {
                let code = code.trim().to_owned();
                if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
                    violations.add("code", "EMAIL_CODE_FORMAT");
                }
                Some(Self::Code(Masked::new(code)))
            }
            Some(Sent::Token(token)) if !token.is_empty() => {
                let token = violations.optional_text("token", token, 128);
                Some(Self::Token(Masked::new(token)))
            }
            _ => {
                violations.add("code", "REQUIRED");
                None
            }
        }
    }

    /// What makes two requests the same.
    pub fn parts(&self) -> [&str; 2] {
        match self {
            Self::Code(code) => ["code", code.reveal()],
            Self::Token(token) => ["token", token.reveal()],
        }
    }

    pub fn is_code(&self) -> bool {
        matches!(self, Self::Code(_))
    }

    /// Whether it is the one that was sent. Hashes are compared, so how long it takes tells nothing.
    pub fn is_of(&self, ctx: &Context, resource: Uuid, code_hash: &str, token: &str) -> bool {
        match self {
            Self::Code(code) => {
                ctx.secrets.code_hash(&resource.to_string(), code.reveal()) == code_hash
            }
            Self::Token(sent) => token_hash(sent.reveal()) == token,
        }
    }
}

/// The `oneof proof` of a request.
pub enum Sent<'a> {
    Code(&'a str),
    Token(&'a str),
}

/// Counts a guess before it is looked at, in a transaction of its own: a wrong one undoes everything
/// else, and guesses sent at once are counted too. False where none is left.
pub async fn take_guess(ctx: &Context, of: Provable, id: Uuid, most: i32) -> Result<bool> {
    let tx = ctx.db.begin().await?;
    let taken = store::proof::take_guess(&tx, of, id, most).await?;
    // What is not pending any more says so itself.
    let left = taken || !store::proof::is_pending(&tx, of, id).await?;
    ctx.db.commit(tx).await?;
    Ok(left)
}
