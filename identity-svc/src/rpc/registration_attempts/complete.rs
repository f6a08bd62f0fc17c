//! Checks the age against the campaign and makes the account.

use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::identifier::Iin;
use chassis::mask::{Email, Masked};
use chassis::once::{self, Once, Write};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::PATTERN;
use super::stated::Stated;
use crate::domain::account::Account;
use crate::domain::age::Terms;
use crate::domain::refusal::Refusal;
use crate::domain::registration::Attempt;
use crate::rpc::accounts::{Reader, kept, show, show_again};
use crate::rpc::{check_request_id, named};
use crate::store::account::Indexes;
use crate::{Context, events, store};

pub async fn complete(
    ctx: &Context,
    request: Request<pb::CompleteRegistrationAttemptRequest>,
) -> Result<pb::Account> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    let stated = Stated::parse(&mut violations, &pb, astana_date(ctx.clock.now()));
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;

    let seen = store::registration::find(&ctx.sealer, ctx.db.read(), id)
        .await?
        .ok_or_else(not_found)?;
    let terms = terms(ctx, &seen).await?;
    let what = ctx
        .secrets
        .fingerprint(&stated.parts(&pb.name).each_ref().map(String::as_str));
    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "CompleteRegistrationAttempt";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &what).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Owner).await,
        Once::Begun(write) => write,
    };
    let attempt = store::registration::lock(&ctx.sealer, write.tx(), id)
        .await?
        .ok_or_else(not_found)?;
    let now = clock.now();
    attempt.may_complete(now)?;
    // Proven only since we looked: the terms were not asked for, so the call is to be repeated.
    if attempt.campaign.is_some() && terms.is_none() {
        return Err(Error::InFlight);
    }
    let account = admit(ctx, &attempt, &stated, terms.as_ref(), now)?;
    make(ctx, write, &caller, &attempt, account).await
}

/// What the campaign says, asked only where the registration can be completed at all.
async fn terms(ctx: &Context, seen: &Attempt) -> Result<Option<Terms>> {
    let Some(campaign) = &seen.campaign else {
        return Ok(None);
    };
    if seen.may_complete(ctx.clock.now()).is_err() {
        return Ok(None);
    }
    let terms = ctx.questionnaire.terms(campaign).await?;
    let gone = || Error::Unavailable(anyhow::anyhow!("{campaign} was there and is not any more"));
    terms.map(Some).ok_or_else(gone)
}

/// The account to be, if the campaign takes the person.
fn admit(
    ctx: &Context,
    attempt: &Attempt,
    stated: &Stated,
    terms: Option<&Terms>,
    now: Timestamp,
) -> Result<Account> {
    let broken = |what: &str| Error::Internal(anyhow::anyhow!("an attempt holds no {what}"));
    let iin = Iin::parse(attempt.iin.reveal()).map_err(|_| broken("IIN"))?;
    let email = Email::parse(attempt.email.reveal()).map_err(|_| broken("address"))?;
    let person = match ctx.registry.find(iin) {
        Some(person) => person,
        None => stated.person(iin, astana_date(now))?,
    };
    if let Some(terms) = terms {
        terms.check_window(now)?;
        terms.check_age(*person.birth_date.reveal(), now)?;
    }
    Ok(Account {
        id: ctx.ids.uuid(),
        iin: Masked::new(iin.reveal()),
        email,
        language: attempt.language,
        person,
        roles: Vec::new(),
        created: now,
        version: 1,
    })
}

async fn make(
    ctx: &Context,
    write: Write,
    caller: &Caller,
    attempt: &Attempt,
    account: Account,
) -> Result<pb::Account> {
    let (iin, email) = (
        ctx.secrets.iin_index(account.iin.reveal()),
        ctx.secrets.email_index(account.email.reveal()),
    );
    let indexes = Indexes {
        iin: &iin,
        email: &email,
    };
    let tx = write.tx();
    if !store::account::insert(&ctx.sealer, tx, &account, &indexes, &attempt.password_hash).await? {
        drop(write);
        tell_owners(ctx, attempt.id, &indexes).await?;
        return Err(Refusal::AccountExists.into());
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
