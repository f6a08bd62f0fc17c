//! Told: nobody answered the offer of a place in time.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::AdmissionOfferLapsed;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::admission::offer::Offer;
use crate::domain::admission::specialty::Specialty;
use crate::rpc::enums;

pub async fn admission_offer_lapsed(
    ctx: &Context,
    tx: &Tx,
    offer: &Offer,
    specialty: &Specialty,
) -> Result<()> {
    let Some(account) = offer.account else {
        return Ok(());
    };
    let event = AdmissionOfferLapsed {
        admission_offer: offer.name(),
        campaign: campaign_name(&offer.campaign),
        account: account_name(account),
        specialty_title: Some(enums::localized(&specialty.title)),
        college_title: Some(enums::localized(&specialty.college_title)),
    };
    let about = event.admission_offer.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
