//! Told: a place at a college is offered to somebody, and why.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use proto::events::v1::AdmissionOfferMade;

use super::admission_missed::outcome;
use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::admission::offer::Offer;
use crate::domain::admission::outcome::ChoiceOutcome;
use crate::domain::admission::specialty::Specialty;

/// Nobody is told of the offer of a person without an account.
pub async fn admission_offer_made(
    ctx: &Context,
    tx: &Tx,
    offer: &Offer,
    came: &ChoiceOutcome,
    specialty: &Specialty,
) -> Result<()> {
    let Some(account) = offer.account else {
        return Ok(());
    };
    let event = AdmissionOfferMade {
        admission_offer: offer.name(),
        campaign: campaign_name(&offer.campaign),
        account: account_name(account),
        outcome: Some(outcome(came, specialty)),
        reply_expire_time: Some(to_pb(offer.until)),
    };
    let about = event.admission_offer.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
