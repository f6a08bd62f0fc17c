//! Told: a booked session is near.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::BookingReminderDue;

use super::seat_news::{seat_news, tell};
use crate::Context;
use crate::store::booking::Seat;

pub async fn booking_reminder_due(ctx: &Context, tx: &Tx, seat: &Seat) -> Result<()> {
    tell(ctx, tx, seat, seat_news!(BookingReminderDue, seat)).await
}
