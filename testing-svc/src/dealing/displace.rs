//! A closed session takes its seats away. Each person is owed another, in the order in which the seats
//! had been taken.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Result, audit};
use uuid::Uuid;

use super::sweep;
use crate::domain::Change;
use crate::domain::booking::State;
use crate::domain::waitlist::{self, Entry};
use crate::store::booking::Seat;
use crate::{Context, events, store};

/// Displaces some of the bookings of a closed session, the oldest first; tells how many it saw.
pub async fn displace(
    ctx: &Context,
    tx: &Tx,
    by: &Caller,
    session: Uuid,
    limit: u64,
) -> Result<u64> {
    sweep(ctx, tx, session).await?;
    let mut seen = 0;
    for id in store::closure::to_displace(tx, session, limit).await? {
        seen += 1;
        if let Some(seat) = store::booking::lock(tx, id).await? {
            one(ctx, tx, by, seat).await?;
        }
    }
    Ok(seen)
}

async fn one(ctx: &Context, tx: &Tx, by: &Caller, mut seat: Seat) -> Result<()> {
    let now = ctx.clock.now();
    let before = seat.booking.clone();
    let mut booking = before.clone();
    if booking.displace(seat.at(now)) == Change::Nothing {
        return Ok(());
    }
    seat.booking = booking;
    let booking = &seat.booking;
    store::booking::save(tx, booking).await?;
    store::seats::give_back(tx, seat.session.id, booking.id).await?;
    let (name, detail) = (booking.name(), booking.state.phase().as_str());
    audit::record(tx, &ctx.clock, by, "DisplaceBooking", &name, detail).await?;
    store::waitlist::open(tx, booking.stage).await?;
    store::waitlist::lock(tx, booking.stage).await?;
    if booking.state == State::Displaced {
        events::booking_displaced(ctx, tx, &seat).await?;
        store::waitlist::insert(tx, &Entry::owed(ctx.ids.uuid(), &before, now)).await?;
    } else if let Some(place) = booking.waitlist_entry {
        // An offer of what can't be had is none: the place is where it was.
        store::waitlist::forget_offer(tx, booking.id).await?;
        let (offered, waiting) = (waitlist::State::Offered, waitlist::State::Waiting);
        store::waitlist::lead(tx, place, offered, waiting).await?;
    }
    Ok(())
}
