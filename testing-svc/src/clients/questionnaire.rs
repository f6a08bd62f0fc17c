//! questionnaire-svc: the right to a promo code, which certificate data close.

use anyhow::anyhow;
use chassis::clock::from_pb;
use chassis::{Error, Result};
use pb::promo_rights_client::PromoRightsClient;
use proto::questionnaire::v1 as pb;
use uuid::Uuid;

use crate::Context;
use crate::store::campaign_window::Window;

/// Claims the person's right for good, and tells when the campaign closes, as its newest version says. Claiming what is
/// claimed gives the same answer, so a call whose answer was lost can be made again.
pub async fn claim_promo_right(ctx: &Context, campaign: &str, account: Uuid) -> Result<Window> {
    let request = pb::ClaimPromoRightRequest {
        campaign: format!("campaigns/{campaign}"),
        account: format!("accounts/{account}"),
        // Ours, not the person's: ids of different people may be equal.
        request_id: ctx.ids.uuid().to_string(),
    };
    let right = PromoRightsClient::new(ctx.questionnaire.clone())
        .claim_promo_right(request)
        .await?
        .into_inner();
    let close = right.campaign_close_time.as_ref().and_then(from_pb);
    Ok(Window {
        close: close
            .ok_or_else(|| Error::Internal(anyhow!("questionnaire-svc told no closing time")))?,
        version: right.campaign_version,
    })
}
