//! Told: a person started the test of a booking.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use proto::events::v1::AttemptStarted;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::attempt::Attempt;
use crate::store::booking::Seat;

pub async fn attempt_started(ctx: &Context, tx: &Tx, attempt: &Attempt, seat: &Seat) -> Result<()> {
    let event = AttemptStarted {
        attempt: attempt.name(),
        booking: seat.booking.name(),
        session: seat.session.name(),
        campaign: campaign_name(&attempt.campaign),
        account: account_name(seat.booking.account),
        start_time: Some(to_pb(attempt.started)),
        time_zone: seat.time_zone.clone(),
    };
    // About the booking: booked comes before started.
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &event.booking.clone(), &event).await
}
