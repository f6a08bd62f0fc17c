//! CreateWaitlistEntry: waits for a seat of a stage.

use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::domain::booking::Phase;
use crate::domain::eligibility;
use crate::domain::quota::Needs;
use crate::domain::refusal::Refusal;
use crate::domain::test_center;
use crate::domain::waitlist::{Entry, State, Wish};
use crate::rpc::parse;
use crate::rpc::wishes::{self, Wanted};
use crate::store::waitlist::Place;
use crate::{Context, store};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateWaitlistEntryRequest>,
) -> Result<pb::WaitlistEntry> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut entry = read(ctx, account, &pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateWaitlistEntry",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(entry) => return Ok(entry),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    // The stage first: its publication waits for this place, or this place is told of it.
    let stage = store::stage::share(tx, entry.stage).await?;
    let known = store::eligibility::lock(tx, &entry.campaign, account).await?;
    let stage = stage
        .filter(|stage| stage.campaign == entry.campaign)
        .ok_or_else(|| Error::NotFound(super::stage_name(&entry.campaign, entry.stage)))?;
    eligibility::of(known.as_ref(), stage.number)?;
    stage.is_open()?;
    let applied = known.map(|it| it.needs).unwrap_or_default();
    check(tx, &mut entry, &applied, now).await?;
    if let Some(seat) = store::booking::live(tx, entry.stage, account).await? {
        let phase = seat.booking.phase_at(seat.at(now));
        if !matches!(phase, Phase::HoldExpired | Phase::NoShow) {
            let booking = seat.booking.name();
            return Err(Refusal::StageAlreadyBooked { booking }.into());
        }
    }
    store::waitlist::open(tx, entry.stage).await?;
    store::waitlist::lock(tx, entry.stage).await?;
    if !store::waitlist::insert(tx, &entry).await? {
        return Err(waits_already(tx, &entry).await?);
    }
    let name = entry.name();
    audit::record(tx, &ctx.clock, &caller, "CreateWaitlistEntry", &name, "").await?;
    let answer = written(ctx, &Place::alone(tx, entry).await?, &caller)?;
    write.commit(answer).await
}

/// Whether what is waited for is there, can still come, and is what was applied for.
async fn check(tx: &Tx, entry: &mut Entry, applied: &Needs, now: Timestamp) -> Result<()> {
    if let Some(center) = entry.wish.center {
        store::test_center::find(tx, center)
            .await?
            .ok_or_else(|| Error::NotFound(test_center::name(center)))?;
    }
    let (prefix, chosen) = ("waitlist_entry.", entry.needs.clone());
    let Some(id) = entry.wish.session else {
        let (needs, against) = chosen.under(applied);
        entry.needs = needs;
        return wishes::otherwise(prefix, &against).into_result();
    };
    let session = store::test_session::find(tx, id, now)
        .await?
        .map(|offer| offer.session)
        .filter(|session| session.campaign == entry.campaign && session.stage == entry.stage)
        .ok_or_else(|| {
            let name = crate::domain::session::name(&entry.campaign, entry.stage, id);
            Error::NotFound(name)
        })?;
    session.is_open(now)?;
    let quotas = store::quota::of_one(tx, id, now).await?;
    let settled = wishes::settled(prefix, chosen, applied, session.language, &quotas);
    entry.needs = settled?.0;
    Ok(())
}

async fn waits_already(tx: &Tx, entry: &Entry) -> Result<Error> {
    let first = store::waitlist::live(tx, entry.stage, entry.account).await?;
    Ok(first.map_or(Error::InFlight, |first| {
        let entry = first.name();
        Refusal::AlreadyWaiting { entry }.into()
    }))
}

fn read(ctx: &Context, account: Uuid, pb: &pb::CreateWaitlistEntryRequest) -> Result<Entry> {
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let Some(wanted) = &pb.waitlist_entry else {
        violations.add("waitlist_entry", "REQUIRED");
        return Err(violations.into());
    };
    let stage = parse::below_campaign(
        &mut violations,
        "waitlist_entry.stage",
        parse::STAGE,
        &wanted.stage,
    );
    if let (Some(campaign), Some((of, _))) = (&campaign, &stage)
        && campaign != of
    {
        violations.add("waitlist_entry.stage", "OTHER_CAMPAIGN");
    }
    let wish = read_wish(ctx, &mut violations, wanted, stage.as_ref().map(|it| it.1));
    let sort = Wanted {
        language: wanted.language,
        seat_class: &wanted.seat_class,
        subject: &wanted.subject,
        accessible: wanted.accessible,
    };
    let needs = wishes::needs(&mut violations, "waitlist_entry.", sort);
    let (Some((campaign, stage)), true) = (stage, violations.is_empty()) else {
        return Err(violations.into());
    };
    let now = ctx.clock.now();
    Ok(Entry {
        id: ctx.ids.uuid(),
        campaign,
        stage,
        account,
        wish,
        needs,
        state: State::Waiting,
        displaced: false,
        rank: now,
        created: now,
        moves: 0,
        booking: None,
        version: 1,
    })
}

fn read_wish(
    ctx: &Context,
    violations: &mut Violations,
    wanted: &pb::WaitlistEntry,
    stage: Option<Uuid>,
) -> Wish {
    let field = "waitlist_entry.session";
    let session = (!wanted.session.is_empty())
        .then(|| parse::nested(violations, field, parse::SESSION, &wanted.session))
        .flatten();
    if let (Some(session), Some(stage)) = (&session, stage)
        && session.parent != stage
    {
        violations.add(field, "OTHER_STAGE");
    }
    let center = (!wanted.center.is_empty())
        .then(|| parse::test_center(violations, "waitlist_entry.center", &wanted.center))
        .flatten();
    let day = parse::date(violations, "waitlist_entry.date", wanted.date);
    if day.is_some_and(|day| day < astana_date(ctx.clock.now())) {
        violations.add("waitlist_entry.date", "TIME_IN_PAST");
    }
    Wish {
        session: session.map(|session| session.id),
        center,
        day,
    }
}
