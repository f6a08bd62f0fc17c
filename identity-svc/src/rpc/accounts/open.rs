//! Opens an account for somebody who stands before the board of a college: without a password, which
//! the person chooses by the link of a mail. Whether they had one already is not answered.

use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::identifier::{Bin, Iin};
use chassis::mask::{Email, Masked};
use chassis::once::{self, Once, Write};
use chassis::text::Language;
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use crate::domain::account::{Account, Person};
use crate::domain::account_opening::next_day;
use crate::domain::login;
use crate::domain::recovery::{self, Recovery, State};
use crate::domain::refusal::Refusal;
use crate::domain::signing_organisation::{Kind, SigningOrganisation};
use crate::inbox::{self, Proofs};
use crate::registry::Found;
use crate::rpc::proof::Secret;
use crate::rpc::stated::{Stated, Words};
use crate::rpc::{check_request_id, language_from_pb};
use crate::store::account::Indexes;
use crate::store::mail::Purpose;
use crate::{Context, events, store};

const RPC: &str = "OpenAccount";

/// A request without mistakes.
struct Wanted {
    iin: Iin,
    email: Email,
    language: Language,
    stated: Stated,
}

pub async fn open(
    ctx: &Context,
    request: Request<pb::OpenAccountRequest>,
) -> Result<pb::OpenAccountResponse> {
    let caller = Caller::of(&request);
    let college = college(ctx, caller.signatory()?.organisation).await?;
    let pb = request.into_inner();
    let wanted = parse(ctx, &pb)?;
    let what = fingerprint(ctx, &wanted);
    let (db, clock) = (&ctx.db, &ctx.clock);
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => drop(write),
    }
    must_be_left(ctx, college.bin).await?;
    let person: Person = match ctx.registry.find(wanted.iin).await {
        Found::Known(person) => *person,
        Found::Unknown | Found::NoAnswer => {
            let today = astana_date(clock.now());
            wanted.stated.person(wanted.iin, today)?
        }
    };
    // Of a password that nobody knows.
    let hash = Masked::new(hex::encode(ctx.ids.secret()));
    let hash = ctx.hasher.hash(&hash, &ctx.ids).await?;

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let account = Account {
        id: ctx.ids.uuid(),
        iin: Masked::new(wanted.iin.reveal()),
        email: wanted.email,
        language: wanted.language,
        person,
        roles: Vec::new(),
        created: clock.now(),
        version: 1,
    };
    let (account, did) = settle(ctx, &write, account, &hash, &college).await?;
    let name = crate::domain::account::name(account);
    audit::record(write.tx(), clock, &caller, RPC, &name, did).await?;
    write.commit(pb::OpenAccountResponse {}).await
}

/// The organisation, if it is a college.
async fn college(ctx: &Context, bin: Bin) -> Result<SigningOrganisation> {
    let found = store::signing_organisation::find(ctx.db.read(), bin).await?;
    let college = found.filter(|it| it.kind == Kind::College);
    college.ok_or(Error::Denied)
}

fn parse(ctx: &Context, pb: &pb::OpenAccountRequest) -> Result<Wanted> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let iin = violations.take("iin", login::iin(&pb.iin));
    let email = violations.take("email", login::email(&pb.email));
    let language = language_from_pb(&mut violations, "language", pb.language);
    let words = Words {
        birth_date: pb.birth_date.as_ref(),
        family_name: &pb.family_name,
        given_name: &pb.given_name,
        patronymic: &pb.patronymic,
    };
    let stated = Stated::parse(&mut violations, &words, astana_date(ctx.clock.now()));
    match (iin, email) {
        (Some(iin), Some(email)) if violations.is_empty() => Ok(Wanted {
            iin,
            email,
            language,
            stated,
        }),
        _ => Err(violations.into()),
    }
}

fn fingerprint(ctx: &Context, wanted: &Wanted) -> Vec<u8> {
    let (iin, stated) = (wanted.iin.reveal(), wanted.stated.parts());
    let sent = [iin.as_str(), wanted.email.reveal(), wanted.language.code()];
    let stated = stated.iter().map(String::as_str);
    let what: Vec<&str> = sent.into_iter().chain(stated).collect();
    ctx.secrets.fingerprint(&what)
}

/// Counts the call in a transaction of its own: one that is refused counts too.
async fn must_be_left(ctx: &Context, college: Bin) -> Result<()> {
    let now = ctx.clock.now();
    let most = ctx.config.account_opening.most_a_day;
    let tx = ctx.db.begin().await?;
    let day = astana_date(now);
    if !store::account_opening::count(&tx, college, day, most).await? {
        let retry_time = next_day(now);
        return Err(Refusal::RateLimited { retry_time }.into());
    }
    Ok(ctx.db.commit(tx).await?)
}

/// Whose account it is, and what was done about it.
async fn settle(
    ctx: &Context,
    write: &Write,
    account: Account,
    hash: &Masked<String>,
    college: &SigningOrganisation,
) -> Result<(Uuid, &'static str)> {
    let tx = write.tx();
    let iin = ctx.secrets.iin_index_of(&account);
    let email = ctx.secrets.email_index(account.email.reveal());
    let indexes = Indexes {
        iin: &iin,
        email: &email,
    };
    if store::account::insert(&ctx.sealer, tx, &account, &indexes, hash).await? {
        store::account_opening::insert(tx, account.id, college.bin, account.created).await?;
        events::publish::account_opened(ctx, tx, account.id, &college.name()).await?;
        send(ctx, write, &account, &indexes, college).await?;
        return Ok((account.id, "opened"));
    }
    let by_iin = Indexes {
        iin: &iin,
        email: "",
    };
    let known = store::account::with_either_index(tx, &by_iin).await?;
    // Only the address stands in the way: somebody else's account has it.
    let id = known.first().copied().ok_or_else(of_another)?;
    let known = store::account::lock(&ctx.sealer, tx, id).await?;
    let known = known.ok_or(Error::InFlight)?;
    let opening = store::account_opening::find(tx, id).await?;
    if !opening.is_some_and(|it| it.is_mended_by(college.bin)) {
        return Ok((id, "known"));
    }
    let mended = Account {
        email: account.email,
        ..known
    };
    if !store::account::save_email(&ctx.sealer, tx, &mended, &email).await? {
        return Err(of_another().into());
    }
    store::recovery::expire_of(tx, id).await?;
    send(ctx, write, &mended, &indexes, college).await?;
    Ok((id, "mailed anew"))
}

fn of_another() -> Violations {
    Violations::one("email", "EMAIL_OF_ANOTHER")
}

/// Mails the link by which the person chooses a password: a recovery that lasts for days.
async fn send(
    ctx: &Context,
    write: &Write,
    account: &Account,
    indexes: &Indexes<'_>,
    college: &SigningOrganisation,
) -> Result<()> {
    let (tx, now) = (write.tx(), ctx.clock.now());
    let since = now - recovery::Rules::MAIL_WINDOW;
    let purpose = Purpose::Recovery;
    let (sent, oldest) = store::mail::sent_since(tx, indexes.email, purpose, since).await?;
    if sent >= ctx.config.recovery.most_mails {
        let retry_time = oldest + recovery::Rules::MAIL_WINDOW;
        return Err(Refusal::RateLimited { retry_time }.into());
    }
    let life = ctx.config.account_opening.link_life;
    let (id, secret) = (ctx.ids.uuid(), Secret::new(ctx));
    let recovery = Recovery {
        id,
        kept_state: State::Pending,
        iin_index: indexes.iin.to_owned(),
        email_index: indexes.email.to_owned(),
        account: Some(account.id),
        // There is a link alone: a code that is good for days could be guessed.
        code_hash: String::new(),
        token_hash: secret.hashes(ctx, id).token,
        proofs_expire: now + life,
        code_tries: 0,
        completion_hash: String::new(),
        is_first: false,
        created: now,
        expires: now + life,
    };
    store::recovery::insert(tx, &recovery).await?;
    store::recovery::save_mailed(tx, &recovery).await?;
    let proofs = Proofs {
        purpose,
        texts: "account-opened-mail",
        page: "recover",
        to: &Masked::new(account.email.reveal().to_owned()),
        language: account.language,
        name: &recovery.name(),
        by: college.title.in_language(account.language),
        code: &secret.code,
        lasts: life.as_hours() / 24,
        token: &secret.token,
    };
    inbox::send_proofs(ctx, tx, now, proofs).await
}
