//! Told: a booking lost its seat, and another is owed.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::BookingDisplaced;

use super::seat_news::{seat_news, tell};
use crate::Context;
use crate::store::booking::Seat;

pub async fn booking_displaced(ctx: &Context, tx: &Tx, seat: &Seat) -> Result<()> {
    tell(ctx, tx, seat, seat_news!(BookingDisplaced, seat)).await
}
