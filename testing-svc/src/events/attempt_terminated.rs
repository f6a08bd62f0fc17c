//! Told: the desk ended an attempt for an irregularity.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::AttemptTerminated;
use uuid::Uuid;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::attempt::{Attempt, Code};
use crate::domain::booking;

pub async fn attempt_terminated(
    ctx: &Context,
    tx: &Tx,
    attempt: &Attempt,
    account: Uuid,
) -> Result<()> {
    let event = AttemptTerminated {
        attempt: attempt.name(),
        booking: booking::name(&attempt.campaign, attempt.booking),
        campaign: campaign_name(&attempt.campaign),
        account: account_name(account),
        reason_code: attempt.termination.map_or("", Code::as_str).to_owned(),
    };
    // About the booking: started comes before terminated.
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &event.booking.clone(), &event).await
}
