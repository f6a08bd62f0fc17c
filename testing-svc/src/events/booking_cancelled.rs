//! Told: a booking was given up. A hold is nobody's news.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::BookingCancelled;

use super::seat_news::{seat_news, tell};
use crate::Context;
use crate::store::booking::Seat;

pub async fn booking_cancelled(ctx: &Context, tx: &Tx, seat: &Seat) -> Result<()> {
    if seat.booking.confirmed.is_none() {
        return Ok(());
    }
    tell(ctx, tx, seat, seat_news!(BookingCancelled, seat)).await
}
