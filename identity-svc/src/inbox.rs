//! A notice becomes a message and a mail, in the transaction of its cause.

use std::borrow::Cow;

use chassis::Result;
use chassis::database::Tx;
use chassis::mask::Masked;
use chassis::text::Language;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::account::Account;
use crate::domain::notice::Notice;
use crate::store::mail::{Mail, Purpose};
use crate::store::message::Message;
use crate::{Context, MESSAGE_TEXTS, store};

/// Tells an account something: in the inbox, and by mail in the account's language unless the person
/// does not want this kind by mail.
pub async fn tell(
    ctx: &Context,
    tx: &Tx,
    account: Uuid,
    about: &str,
    notice: Notice,
) -> Result<()> {
    tell_with(ctx, tx, account, about, notice, None).await
}

/// A link that only the mail has: whoever reads the inbox is signed in and needs none.
pub struct Link<'a> {
    /// The text around it.
    pub text: &'static str,
    /// The page that it opens.
    pub page: &'static str,
    pub token: &'a Masked<String>,
}

/// The same, with a link in the mail alone.
pub async fn tell_with(
    ctx: &Context,
    tx: &Tx,
    account: Uuid,
    about: &str,
    notice: Notice,
    link: Option<Link<'_>>,
) -> Result<()> {
    let Some(account) = store::account::find(&ctx.sealer, tx, account).await? else {
        tracing::warn!(%account, kind = notice.kind(), "nobody has this account: nobody is told");
        return Ok(());
    };
    let now = ctx.clock.now();
    let language = account.language;
    let preference = store::mail_preference::find(tx, account.id).await?;
    if preference.wants(notice.kind()) {
        let words = notice.words(&MESSAGE_TEXTS, language);
        let body = match link {
            Some(link) => format!("{}\n\n{}", words.body, linked(ctx, language, &link)),
            None => words.body,
        };
        let mail = Mail {
            id: ctx.ids.uuid(),
            to: Masked::new(account.email.reveal().to_owned()),
            subject: words.title,
            body: Masked::new(format!("{body}\n\n{}\n", footer(ctx, language))),
            enclosures: notice.enclosures(&MESSAGE_TEXTS, language, now, &ctx.config.mail_from),
            created: now,
        };
        let to_index = ctx.secrets.email_index(account.email.reveal());
        store::mail::insert(&ctx.sealer, tx, &mail, &to_index, Purpose::Notice).await?;
    }
    let message = Message {
        id: ctx.ids.uuid(),
        account: account.id,
        notice,
        about: about.to_owned(),
        created: now,
        read: None,
    };
    store::message::insert(tx, &message).await
}

fn linked(ctx: &Context, language: Language, link: &Link<'_>) -> String {
    // In the fragment, which browsers send to no server and write into no log.
    let (url, token) = (&ctx.config.public_url, link.token.reveal());
    let address = format!("{url}/{}#token={token}", link.page);
    MESSAGE_TEXTS
        .message(
            language,
            link.text,
            [("link", Cow::Borrowed(address.as_str()))],
        )
        .unwrap_or_default()
}

/// The mail with a code and a link that begins a registration.
pub struct RegistrationMail<'a> {
    pub to: &'a Masked<String>,
    pub language: Language,
    /// The name of the attempt.
    pub attempt: &'a str,
    pub code: &'a Masked<String>,
    pub code_minutes: i64,
    pub token: &'a Masked<String>,
}

pub async fn send_registration(
    ctx: &Context,
    tx: &Tx,
    now: Timestamp,
    mail: RegistrationMail<'_>,
) -> Result<()> {
    let proofs = Proofs {
        purpose: Purpose::Registration,
        texts: "registration-mail",
        page: "confirm",
        to: mail.to,
        language: mail.language,
        name: mail.attempt,
        by: "",
        code: mail.code,
        lasts: mail.code_minutes,
        token: mail.token,
    };
    send_proofs(ctx, tx, now, proofs).await
}

/// The mail with a code and a link by which a forgotten password is replaced.
pub struct RecoveryMail<'a> {
    pub account: &'a Account,
    /// The name of the recovery.
    pub recovery: &'a str,
    pub code: &'a Masked<String>,
    pub minutes: i64,
    pub token: &'a Masked<String>,
}

pub async fn send_recovery(
    ctx: &Context,
    tx: &Tx,
    now: Timestamp,
    mail: RecoveryMail<'_>,
) -> Result<()> {
    let proofs = Proofs {
        purpose: Purpose::Recovery,
        texts: "recovery-mail",
        page: "recover",
        to: &Masked::new(mail.account.email.reveal().to_owned()),
        language: mail.account.language,
        name: mail.recovery,
        by: "",
        code: mail.code,
        lasts: mail.minutes,
        token: mail.token,
    };
    send_proofs(ctx, tx, now, proofs).await
}

/// A mail with a code and a link, two ways to prove that an address is somebody's.
pub struct Proofs<'a> {
    pub purpose: Purpose,
    /// The texts of the mail: `{texts}-subject` and `{texts}-body`.
    pub texts: &'static str,
    /// The page that takes the link.
    pub page: &'static str,
    pub to: &'a Masked<String>,
    pub language: Language,
    /// The name of what is proven.
    pub name: &'a str,
    /// Who asked for it, where the text tells it; else empty.
    pub by: &'a str,
    pub code: &'a Masked<String>,
    /// How long the code is good: minutes, hours or days, as the text says.
    pub lasts: i64,
    pub token: &'a Masked<String>,
}

pub async fn send_proofs(ctx: &Context, tx: &Tx, now: Timestamp, mail: Proofs<'_>) -> Result<()> {
    // In the fragment, which browsers send to no server and write into no log.
    let link = format!(
        "{}/{}#name={}&token={}",
        ctx.config.public_url,
        mail.page,
        mail.name,
        mail.token.reveal()
    );
    let lasts = mail.lasts.to_string();
    let text = |part: &str| {
        let args = [
            ("by", mail.by),
            ("code", mail.code.reveal()),
            ("lasts", &lasts),
            ("link", &link),
        ];
        let args = args.map(|(name, value)| (name, Cow::Borrowed(value)));
        MESSAGE_TEXTS
            .message(mail.language, &format!("{}-{part}", mail.texts), args)
            .unwrap_or_default()
    };
    let queued = Mail {
        id: ctx.ids.uuid(),
        to: mail.to.clone(),
        subject: text("subject"),
        body: Masked::new(format!("{}\n", text("body"))),
        enclosures: Vec::new(),
        created: now,
    };
    let to_index = ctx.secrets.email_index(mail.to.reveal());
    store::mail::insert(&ctx.sealer, tx, &queued, &to_index, mail.purpose).await
}

fn footer(ctx: &Context, language: Language) -> String {
    let args = [("link", Cow::Borrowed(ctx.config.public_url.as_str()))];
    MESSAGE_TEXTS
        .message(language, "mail-footer", args)
        .unwrap_or_default()
}
