//! Checks the age against the campaign and makes the account.

use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::identifier::Iin;
use chassis::mask::Email;
use chassis::once::{self, Once, Write};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{PATTERN, prove_iin};
use crate::domain::account::Account;
use crate::domain::age::Terms;
use crate::domain::refusal::Refusal;
use crate::domain::registration::Attempt;
use crate::registry::Found;
use crate::rpc::accounts::{Reader, kept, show, show_again};
use crate::rpc::place::Place;
use crate::rpc::stated::{PaperWords, Stated, Words};
use crate::rpc::{check_request_id, named};
use crate::secrets::hash;
use crate::store::account::Indexes;
use crate::{Context, events, store};

pub async fn complete(
    ctx: &Context,
    request: Request<pb::CompleteRegistrationAttemptRequest>,
) -> Result<pb::Account> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    let stated = stated(ctx, &mut violations, &pb);
    if pb.iin_proof.len() > prove_iin::LONGEST {
        let most = prove_iin::LONGEST.to_string();
        violations.add_with("iin_proof", "TOO_LONG", [("max", most)]);
    }
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;

    let seen = store::registration::find(&ctx.sealer, ctx.db.read(), id)
        .await?
        .ok_or_else(not_found)?;
    let parts = stated.parts();
    let proof = hash(&pb.iin_proof);
    let what: Vec<&str> = [&pb.name, &proof]
        .into_iter()
        .chain(&parts)
        .map(String::as_str)
        .collect();
    let what = ctx.secrets.fingerprint(&what);
    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "CompleteRegistrationAttempt";
    let told = told(ctx, &seen).await?;
    if told.is_some() && !pb.iin_proof.is_empty() {
        prove_iin::check(ctx, &place, &seen, &pb.iin_proof).await?;
    }
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &what).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Owner).await,
        Once::Begun(write) => write,
    };
    let attempt = store::registration::lock(&ctx.sealer, write.tx(), id)
        .await?
        .ok_or_else(not_found)?;
    let now = clock.now();
    attempt.may_complete(now)?;
    // Proven only since we looked: nobody was asked, so the call is to be repeated.
    let told = told.ok_or(Error::InFlight)?;
    let account = admit(ctx, &attempt, &stated, told, now)?;
    let is_proven = !pb.iin_proof.is_empty();
    make(ctx, write, &caller, &attempt, account, is_proven).await
}

fn stated(
    ctx: &Context,
    violations: &mut Violations,
    pb: &pb::CompleteRegistrationAttemptRequest,
) -> Stated {
    let words = Words {
        birth_date: pb.birth_date.as_ref(),
        family_name: &pb.family_name,
        given_name: &pb.given_name,
        patronymic: &pb.patronymic,
    };
    let papers = PaperWords {
        sex: pb.sex,
        ethnicity: &pb.ethnicity,
        citizenship: &pb.citizenship,
        document_number: &pb.document_number,
        phone: &pb.phone,
    };
    let today = astana_date(ctx.clock.now());
    Stated::parse(violations, &words, today).with_papers(violations, &papers)
}

/// What others say.
struct Told {
    terms: Option<Terms>,
    /// `None` for who has no IIN: nobody could be asked.
    person: Option<(Iin, Found)>,
}

/// Asked before the transaction, and only where the registration can be completed at all: so nobody
/// asks the registry about an IIN without having proven an address.
async fn told(ctx: &Context, seen: &Attempt) -> Result<Option<Told>> {
    if seen.may_complete(ctx.clock.now()).is_err() {
        return Ok(None);
    }
    let person = match seen.iin.reveal().as_str() {
        "" => None,
        iin => {
            let iin = Iin::parse(iin).map_err(|_| broken("IIN"))?;
            Some((iin, ctx.registry.find(iin).await))
        }
    };
    let terms = terms(ctx, seen).await?;
    Ok(Some(Told { terms, person }))
}

/// What the campaign says.
async fn terms(ctx: &Context, seen: &Attempt) -> Result<Option<Terms>> {
    let Some(campaign) = &seen.campaign else {
        return Ok(None);
    };
    let terms = ctx.questionnaire.terms(campaign).await?;
    let gone = || Error::Unavailable(anyhow::anyhow!("{campaign} was there and is not any more"));
    terms.map(Some).ok_or_else(gone)
}

/// The account to be, if the campaign takes the person.
fn admit(
    ctx: &Context,
    attempt: &Attempt,
    stated: &Stated,
    told: Told,
    now: Timestamp,
) -> Result<Account> {
    let email = Email::parse(attempt.email.reveal()).map_err(|_| broken("address"))?;
    let person = match told.person {
        Some((_, Found::Known(person))) => *person,
        Some((iin, Found::Unknown | Found::NoAnswer)) => stated.person(iin, astana_date(now))?,
        None => stated.person_without_iin()?,
    };
    if let Some(terms) = told.terms {
        terms.check_window(now)?;
        terms.check_age(*person.birth_date.reveal(), now)?;
    }
    Ok(Account {
        id: ctx.ids.uuid(),
        iin: attempt.iin.clone(),
        email,
        language: attempt.language,
        person,
        roles: Vec::new(),
        created: now,
        version: 1,
    })
}

fn broken(what: &str) -> Error {
    Error::Internal(anyhow::anyhow!("an attempt holds no {what}"))
}

async fn make(
    ctx: &Context,
    write: Write,
    caller: &Caller,
    attempt: &Attempt,
    account: Account,
    is_proven: bool,
) -> Result<pb::Account> {
    let (iin, email) = (
        ctx.secrets.iin_index_of(&account),
        ctx.secrets.email_index(account.email.reveal()),
    );
    let indexes = Indexes {
        iin: &iin,
        email: &email,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    let (sealer, password) = (&ctx.sealer, &attempt.password_hash);
    let mut is_made = store::account::insert(sealer, tx, &account, &indexes, password).await?;
    if !is_made
        && is_proven
        && prove_iin::make_room(ctx, tx, caller, &account, &indexes, now).await?
    {
        // Another account may have the address: then nobody gives way, because all of this is undone.
        is_made = store::account::insert(sealer, tx, &account, &indexes, password).await?;
    }
    if !is_made {
        drop(write);
        tell_owners(ctx, attempt.id, &indexes).await?;
        return Err(Refusal::AccountExists.into());
    }
    if is_proven {
        store::account::save_iin_proven(tx, account.id, now).await?;
    }
    store::registration::save_completed(tx, attempt.id, account.id).await?;
    events::publish::account_created(ctx, tx, account.id, attempt.campaign.as_deref()).await?;
    let source = account.person.birth_date_source.as_str();
    audit::record(
        tx,
        &ctx.clock,
        caller,
        "CreateAccount",
        &account.name(),
        source,
    )
    .await?;
    write.commit(kept(account.id)).await?;
    Ok(show(&account, Reader::Owner))
}

/// The owners of the accounts in the way learn of it, once for each attempt.
async fn tell_owners(ctx: &Context, attempt: Uuid, indexes: &Indexes<'_>) -> Result<()> {
    let tx = ctx.db.begin().await?;
    if store::registration::save_repeat_told(&tx, attempt, ctx.clock.now()).await? {
        for owner in store::account::with_either_index(&tx, indexes).await? {
            events::publish::registration_repeated(ctx, &tx, owner).await?;
        }
    }
    Ok(ctx.db.commit(tx).await?)
}
