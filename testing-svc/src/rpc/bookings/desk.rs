//! What the exam desk notes about a booking: there, not there, and both taken back.

use chassis::Result;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;

use super::{locked, save, written};
use crate::domain::Change;
use crate::domain::booking::{At, Booking, Phase, State};
use crate::domain::refusal::Refusal;
use crate::rpc::parse;
use crate::store::booking::Seat;
use crate::{Context, events, store};

/// What all calls of the desk say.
pub struct Note<'a> {
    pub rpc: &'static str,
    pub name: &'a str,
    pub etag: &'a str,
    pub request_id: &'a str,
    /// What it does to the booking.
    pub change: fn(&mut Booking, At<'_>) -> std::result::Result<Change, Refusal>,
}

pub async fn note<Q: prost::Message>(
    ctx: &Context,
    caller: &Caller,
    note: Note<'_>,
    body: &Q,
) -> Result<pb::Booking> {
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::BOOKING, note.name);
    let etag = parse::etag(&mut violations, note.etag);
    parse::request_id(&mut violations, note.request_id);
    let (Some((_, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let begun = once::begin(&ctx.db, &ctx.clock, caller, note.rpc, note.request_id, body);
    let write = match begun.await? {
        Once::Answered(booking) => return Ok(booking),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    // The person first, as always: they may be booking another session right now.
    if let Some(seat) = store::booking::find(tx, id).await? {
        store::eligibility::lock(tx, &seat.booking.campaign, seat.booking.account).await?;
    }
    let mut seat = locked(tx, note.name, id, etag).await?;
    let mut booking = seat.booking.clone();
    if (note.change)(&mut booking, seat.at(now))? == Change::Made {
        back_to_life(tx, &seat, &booking).await?;
        seat.booking = booking;
        seat = save(ctx, tx, caller, note.rpc, &seat).await?;
        if seat.booking.state == State::NoShow {
            events::booking_missed(ctx, tx, &seat).await?;
        }
    }
    write.commit(written(&seat, caller, now)).await
}

/// Who was noted as missing may have booked another session of the stage since.
pub async fn back_to_life(tx: &Tx, seat: &Seat, after: &Booking) -> Result<()> {
    if seat.booking.state != State::NoShow || after.state.phase() == Phase::NoShow {
        return Ok(());
    }
    let (stage, account) = (seat.booking.stage, seat.booking.account);
    match store::booking::live(tx, stage, account).await? {
        Some(other) => Err(Refusal::StageAlreadyBooked {
            booking: other.booking.name(),
        }
        .into()),
        None => Ok(()),
    }
}
