//! Told: the person of a booking did not come.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::BookingMissed;

use super::seat_news::{seat_news, tell};
use crate::Context;
use crate::store::booking::Seat;

pub async fn booking_missed(ctx: &Context, tx: &Tx, seat: &Seat) -> Result<()> {
    tell(ctx, tx, seat, seat_news!(BookingMissed, seat)).await
}
