//! CheckIn: a person came, and perhaps began.

use chassis::Result;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::partner::v1 as pb;
use proto::testing::v1::RosterEntry;
use tonic::Request;

use super::{examiner, id_of, own_seat, shared_stage, still_own, told};
use crate::domain::refusal::PartnerRefusal;
use crate::domain::sitting_report::{Came, past};
use crate::domain::{Change, eligibility};
use crate::rpc::attempts::start::sit;
use crate::rpc::bookings::{desk, save};
use crate::rpc::parse;
use crate::rpc::test_sessions::roster;
use crate::store::booking::Seat;
use crate::store::partner_report::{Entry, Told};
use crate::{Context, store};

const RPC: &str = "CheckIn";

pub async fn check_in(ctx: &Context, request: Request<pb::CheckInRequest>) -> Result<RosterEntry> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (campaign, came) = read(ctx, &pb)?;
    let partner = examiner(ctx, &caller)?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(entry) => return Ok(entry),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let seat = own_seat(ctx, tx, partner, (&campaign, came.booking)).await?;
    shared_stage(tx, &seat).await?;
    let content = came.content();
    let entry = Entry {
        partner,
        id: id_of(&pb.request_id),
        content: &content,
    };
    let known = told(tx, &entry).await?;
    let noted = apply(ctx, tx, &caller, (&seat, came)).await?;
    if known == Told::New {
        entry.keep(tx, None, clock.now()).await?;
    }
    write.commit(roster::written(ctx, &noted)).await
}

fn read(ctx: &Context, pb: &pb::CheckInRequest) -> Result<(String, Came)> {
    let (mut violations, now) = (Violations::new(), ctx.clock.now());
    let booking = parse::below_campaign(&mut violations, "booking", parse::BOOKING, &pb.booking);
    parse::request_id(&mut violations, &pb.request_id);
    let field = "check_in_time";
    let checked_in = parse::time(&mut violations, field, pb.check_in_time.as_ref());
    let checked_in = checked_in.and_then(|it| violations.take(field, past(it, now)));
    let field = "start_time";
    let started = parse::optional_time(&mut violations, field, pb.start_time.as_ref());
    let started = started.and_then(|it| violations.take(field, past(it, now)));
    if let (Some(checked_in), Some(started)) = (checked_in, started)
        && started < checked_in
    {
        violations.add(field, "TIMES_BACKWARDS");
    }
    match (booking, checked_in, violations.is_empty()) {
        (Some((campaign, booking)), Some(checked_in), true) => Ok((
            campaign,
            Came {
                booking,
                checked_in,
                started,
            },
        )),
        _ => Err(violations.into()),
    }
}

/// Notes it of a booking of the partner's whose stage is held: all of it or nothing. The number and the
/// seat as it now is.
pub async fn apply(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    (seat, came): (&Seat, Came),
) -> Result<(String, Seat)> {
    let now = ctx.clock.now();
    let (campaign, account) = (&seat.booking.campaign, seat.booking.account);
    let known = store::eligibility::lock(tx, campaign, account).await?;
    // They may have been moving just now.
    let mut seat = still_own(ctx, tx, caller, seat).await?;
    let mut booking = seat.booking.clone();
    let change = booking.came(came, seat.at(now))?;
    let begins = came.started.filter(|_| booking.attempt.is_none());
    if let Some(started) = begins {
        let phase = seat.booking.phase_at(seat.at(now));
        let not_open = |_| PartnerRefusal::BookingNotOpen { phase };
        eligibility::of(known.as_ref(), seat.stage_number).map_err(not_open)?;
        let _ = booking
            .clone()
            .began(started, ctx.ids.uuid(), seat.at(now))?;
    }
    if change == Change::Made {
        let missed = desk::back_to_life(tx, &seat, &booking).await;
        missed.map_err(|error| match error {
            chassis::Error::Refused(_) => PartnerRefusal::BookedElsewhere.into(),
            other => other,
        })?;
        seat.booking = booking;
        seat = save(ctx, tx, caller, RPC, &seat).await?;
    }
    if let Some(started) = begins {
        seat = sit(ctx, tx, caller, seat, started).await?.1;
    }
    let number = known.and_then(|it| it.candidate_number);
    Ok((number.unwrap_or_default(), seat))
}
