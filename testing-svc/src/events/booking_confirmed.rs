//! Told: a seat was booked. A hold is nobody's news.

use chassis::Result;
use chassis::database::Tx;
use chassis::outbox::{self, News};
use chassis::telemetry::carry::Carried;
use proto::events::v1::BookingConfirmed;

use super::seat_news::{seat_news, tell};
use crate::Context;
use crate::store::booking::Seat;

pub async fn booking_confirmed(ctx: &Context, tx: &Tx, seat: &Seat) -> Result<()> {
    if seat.booking.confirmed.is_none() {
        return Ok(());
    }
    tell(ctx, tx, seat, seat_news!(BookingConfirmed, seat)).await
}

/// The same of many, each with what asked for it.
pub async fn bookings_confirmed<'a>(
    ctx: &Context,
    tx: &Tx,
    seats: impl Iterator<Item = (&'a Seat, Option<Carried>)>,
) -> Result<()> {
    let news: Vec<_> = seats
        .map(|(seat, cause)| News {
            about: seat.booking.name(),
            event: seat_news!(BookingConfirmed, seat),
            cause,
        })
        .collect();
    outbox::publish_many(tx, &ctx.clock, &ctx.ids, &news).await
}
