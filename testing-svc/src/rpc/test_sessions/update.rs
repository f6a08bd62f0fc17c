//! UpdateTestSession: by the exam desk. Seats that are taken stay, and the people on them are not
//! surprised; seats that are added go to those who wait.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{plan, read, written};
use crate::domain::quota::Quota;
use crate::domain::refusal::Refusal;
use crate::domain::session::{CheckIn, Session, wrong_times};
use crate::rpc::enums;
use crate::rpc::mask::Mask;
use crate::rpc::parse::{self, Nested};
use crate::store::test_session::Offer;
use crate::{Context, dealing, store};

const CHANGEABLE: &[&str] = &[
    "start_time",
    "end_time",
    "center",
    "room",
    "capacity",
    "language",
    "check_in_required",
    "quotas",
    "extra_time_percent",
];

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateTestSessionRequest>,
) -> Result<pb::TestSession> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let wanted = pb.session.clone().unwrap_or_default();
    let (name, mask) = parsed(&pb, &wanted)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "UpdateTestSession",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(session) => return Ok(session),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let before = find(ctx, tx, &name, &wanted.name).await?;
    // The place of after first: places are locked before sessions.
    let (after, _) = changed(ctx, &before, &wanted, &mask)?;
    let left = before.session.room.filter(|room| after.room != Some(*room));
    plan::lock(tx, &after, left).await?;
    dealing::sweep(ctx, tx, name.id).await?;
    let before = find(ctx, tx, &name, &wanted.name).await?;
    parse::fresh(&wanted.name, &wanted.etag, before.session.version)?;
    before.session.is_open(ctx.clock.now())?;
    let (after, quotas) = changed(ctx, &before, &wanted, &mask)?;
    let taken = before.session.taken;
    if taken > 0 && after.is_elsewhere_than(&before.session) {
        return Err(Refusal::SessionHasBookings { taken }.into());
    }
    plan::check(tx, &after, &quotas).await?;
    if !store::test_session::save(tx, &after).await? {
        return Err(Refusal::SeatsTaken { taken, quota: None }.into());
    }
    let sat = |it: &Session| (it.start, it.end, it.extra_time_percent);
    if sat(&after) != sat(&before.session) {
        store::booking::retime(tx, after.id).await?;
    }
    save_quotas(tx, &before, &quotas).await?;
    store::room::leave(tx, after.id).await?;
    plan::take_room(ctx, tx, &after).await?;
    dealing::deal(ctx, tx, after.id).await?;
    let (resource, seats) = (after.name(), format!("{} seats", after.capacity));
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "UpdateTestSession",
        &resource,
        &seats,
    )
    .await?;
    let saved = find(ctx, tx, &name, &wanted.name).await?;
    write.commit(written(&saved)).await
}

fn parsed(pb: &pb::UpdateTestSessionRequest, wanted: &pb::TestSession) -> Result<(Nested, Mask)> {
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    let name = parse::nested(
        &mut violations,
        "session.name",
        parse::SESSION,
        &wanted.name,
    );
    let mask = Mask::read(&mut violations, pb.update_mask.as_ref(), CHANGEABLE);
    parse::inner_etag(&mut violations, "session.etag", &wanted.etag);
    match name {
        Some(name) if violations.is_empty() => Ok((name, mask)),
        _ => Err(violations.into()),
    }
}

async fn find(ctx: &Context, tx: &Tx, name: &Nested, text: &str) -> Result<Offer> {
    let now = ctx.clock.now();
    let found = store::test_session::find(tx, name.id, now)
        .await?
        .filter(|it| it.session.stage == name.parent && it.session.campaign == name.campaign)
        .ok_or_else(|| Error::NotFound(text.to_owned()))?;
    let mut offer = found;
    offer.quotas = store::quota::of_one(tx, name.id, now).await?;
    Ok(offer)
}

/// The session and its quotas as they are to be.
fn changed(
    ctx: &Context,
    before: &Offer,
    wanted: &pb::TestSession,
    mask: &Mask,
) -> Result<(Session, Vec<Quota>)> {
    let mut violations = Violations::new();
    let mut after = before.session.clone();
    place_and_time(&mut violations, &mut after, wanted, mask);
    if (after.start, after.end) != (before.session.start, before.session.end) {
        for (field, reason) in wrong_times(after.start, after.end, ctx.clock.now()) {
            violations.add(field, reason);
        }
    }
    if mask.has("capacity") {
        read::capacity(&mut violations, wanted);
        after.capacity = wanted.capacity;
    }
    if mask.has("language") {
        after.language = parse::optional_word(
            &mut violations,
            "session.language",
            wanted.language,
            enums::from_language,
        );
    }
    if mask.has("check_in_required") {
        after.check_in = if wanted.check_in_required {
            CheckIn::Required
        } else {
            CheckIn::NotNeeded
        };
    }
    if mask.has("extra_time_percent") {
        read::extra_time(&mut violations, wanted);
        after.extra_time_percent = wanted.extra_time_percent;
    }
    let quotas = if mask.has("quotas") {
        read::quotas(&mut violations, wanted, after.capacity)
    } else {
        before.quotas.clone()
    };
    violations.into_result()?;
    Ok((after, quotas))
}

fn place_and_time(
    violations: &mut Violations,
    after: &mut Session,
    wanted: &pb::TestSession,
    mask: &Mask,
) {
    if mask.has("start_time")
        && let Some(start) = read::start(violations, wanted)
    {
        after.start = start;
    }
    if mask.has("end_time")
        && let Some(end) = read::end(violations, wanted)
    {
        after.end = end;
    }
    if mask.has("center")
        && let Some(center) = parse::test_center(violations, "session.center", &wanted.center)
    {
        after.center = center;
    }
    if mask.has("room") {
        let room = read::room(violations, wanted);
        if room.is_some_and(|(center, _)| center != after.center) {
            violations.add("session.room", "OTHER_CENTER");
        }
        after.room = room.map(|(_, room)| room);
    }
}

/// Quotas that are gone first, so that another may take their place.
async fn save_quotas(tx: &Tx, before: &Offer, after: &[Quota]) -> Result<()> {
    let session = before.session.id;
    let same = |a: &Quota, b: &Quota| a.id == b.id && a.kind == b.kind && a.value == b.value;
    let taken = |quota: &Quota| Refusal::SeatsTaken {
        taken: quota.taken,
        quota: Some(quota.id.clone()),
    };
    for quota in &before.quotas {
        let kept = after.iter().find(|it| same(it, quota));
        let done = match kept {
            Some(kept) => store::quota::resize(tx, session, kept).await?,
            None => store::quota::remove(tx, session, &quota.id).await?,
        };
        if !done {
            return Err(taken(quota).into());
        }
    }
    for quota in after {
        if !before.quotas.iter().any(|it| same(it, quota)) {
            store::quota::insert(tx, session, quota).await?;
        }
    }
    Ok(())
}
