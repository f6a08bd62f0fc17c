//! Told: a booking was moved to another session.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::BookingMoved;

use super::seat_news::{seat_news, tell};
use crate::Context;
use crate::store::booking::Seat;

pub async fn booking_moved(
    ctx: &Context,
    tx: &Tx,
    seat: &Seat,
    previous_session: &str,
) -> Result<()> {
    let previous_session = previous_session.to_owned();
    tell(
        ctx,
        tx,
        seat,
        seat_news!(BookingMoved, seat, previous_session),
    )
    .await
}
