//! Told: a booking lost its seat, and another is owed.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use proto::events::v1::BookingDisplaced;

use super::{account_name, campaign_name};
use crate::Context;
use crate::rpc::enums;
use crate::store::booking::Seat;

pub async fn booking_displaced(ctx: &Context, tx: &Tx, seat: &Seat) -> Result<()> {
    let event = BookingDisplaced {
        booking: seat.booking.name(),
        session: seat.session.name(),
        campaign: campaign_name(&seat.booking.campaign),
        account: account_name(seat.booking.account),
        start_time: Some(to_pb(seat.session.start)),
        end_time: Some(to_pb(seat.session.end)),
        center_title: Some(enums::localized(&seat.center_title)),
        sequence: seat.booking.sequence,
    };
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &event.booking.clone(), &event).await
}
