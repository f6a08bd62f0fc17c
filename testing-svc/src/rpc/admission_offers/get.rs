//! GetAdmissionOffer: one's own, any to campaign managers.

use chassis::caller::{Caller, Role};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::admission::offer::Offer;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetAdmissionOfferRequest>,
) -> Result<pb::AdmissionOffer> {
    let caller = Caller::of(&request);
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let parts = parse::below_campaign(&mut violations, "name", parse::ADMISSION_OFFER, &name);
    let Some((campaign, id)) = parts else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let own = |it: &Offer| it.account.is_some_and(|account| caller.is(account));
    let sees = |it: &Offer| own(it) || caller.has(Role::CampaignManager);
    let found = store::admission_offer::find(db, id).await?;
    let found = found.filter(|it| it.campaign == campaign && sees(it));
    let offer = found.ok_or(Error::NotFound(name))?;
    let specialty = store::admission_specialty::find(db, offer.specialty).await?;
    Ok(written(&offer, specialty.as_ref()))
}
