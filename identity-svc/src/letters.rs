//! Mails that go to an address instead of an account: to one that is to be proven, to one that an
//! account has no more, to the owner of one that somebody else wants.

use std::borrow::Cow;

use chassis::Result;
use chassis::database::Tx;
use chassis::mask::Masked;
use chassis::text::Language;
use uuid::Uuid;

use crate::domain::account::Account;
use crate::domain::notice::Notice;
use crate::inbox::{self, Proofs};
use crate::rpc::proof::Secret;
use crate::store::mail::{Mail, Purpose};
use crate::store::message::Message;
use crate::{Context, MESSAGE_TEXTS, store};

/// A mail with a code and a link.
pub struct ProofLetter<'a> {
    /// The start of its texts: `{texts}-subject`, `{texts}-body`.
    pub texts: &'static str,
    /// The page that its link opens.
    pub page: &'static str,
    pub to: &'a str,
    pub language: Language,
    /// The name of what is to be proven.
    pub name: &'a str,
    pub secret: &'a Secret,
    /// How long the code is good: minutes or hours, as the text says.
    pub lasts: i64,
}

pub async fn send_proof(ctx: &Context, tx: &Tx, letter: &ProofLetter<'_>) -> Result<()> {
    let proofs = Proofs {
        purpose: Purpose::Notice,
        texts: letter.texts,
        page: letter.page,
        to: &Masked::new(letter.to.to_owned()),
        language: letter.language,
        name: letter.name,
        by: "",
        code: &letter.secret.code,
        lasts: letter.lasts,
        token: &letter.secret.token,
    };
    inbox::send_proofs(ctx, tx, ctx.clock.now(), proofs).await
}

/// Tells somebody something without a code: `{texts}-subject`, `{texts}-body`.
pub async fn send_plain(
    ctx: &Context,
    tx: &Tx,
    to: &str,
    language: Language,
    texts: &'static str,
) -> Result<()> {
    send(ctx, tx, to, words(language, texts, &[])).await
}

/// Tells an account something: in the inbox, and by mail to an address that need not be its own.
pub async fn tell_at(
    ctx: &Context,
    tx: &Tx,
    account: &Account,
    to: &str,
    notice: Notice,
) -> Result<()> {
    let words = notice.words(&MESSAGE_TEXTS, account.language);
    let args = [("link", ctx.config.public_url.as_str())];
    let footer = text(account.language, "mail-footer", &args);
    let body = format!("{}\n\n{footer}", words.body);
    send(ctx, tx, to, (words.title, body)).await?;
    let message = Message {
        id: ctx.ids.uuid(),
        account: account.id,
        about: account.name(),
        notice,
        created: ctx.clock.now(),
        read: None,
    };
    store::message::insert(tx, &message).await
}

fn words(language: Language, texts: &str, args: &[(&'static str, &str)]) -> (String, String) {
    let part = |part: &str| text(language, &format!("{texts}-{part}"), args);
    (part("subject"), part("body"))
}

fn text(language: Language, id: &str, args: &[(&'static str, &str)]) -> String {
    let args = args
        .iter()
        .map(|(name, value)| (*name, Cow::Borrowed(*value)));
    MESSAGE_TEXTS
        .message(language, id, args)
        .unwrap_or_default()
}

async fn send(ctx: &Context, tx: &Tx, to: &str, (subject, body): (String, String)) -> Result<()> {
    let id: Uuid = ctx.ids.uuid();
    let mail = Mail {
        id,
        to: Masked::new(to.to_owned()),
        subject,
        body: Masked::new(format!("{body}\n")),
        enclosures: Vec::new(),
        created: ctx.clock.now(),
    };
    let to_index = ctx.secrets.email_index(to);
    store::mail::insert(&ctx.sealer, tx, &mail, &to_index, Purpose::Notice).await
}
