//! questionnaire-svc: the right to a promo code, which certificate data close; and what a college offers while its
//! competition goes on.

use anyhow::anyhow;
use chassis::clock::from_pb;
use chassis::{Error, Result};
use pb::promo_rights_client::PromoRightsClient;
use pb::score_formulas_client::ScoreFormulasClient;
use pb::specialties_client::SpecialtiesClient;
use proto::questionnaire::v1 as pb;
use tonic::Code;
use uuid::Uuid;

use crate::Context;
use crate::domain::admission::specialty::{Specialty, offered_name};
use crate::events::specialty_ranking_started;
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

/// A specialty with the formula that holds now; none where there is none of the two.
pub async fn offered(ctx: &Context, id: Uuid) -> Result<Option<Specialty>> {
    let name = offered_name(id);
    let mut specialties = SpecialtiesClient::new(ctx.questionnaire.clone());
    let get = pb::GetSpecialtyRequest { name: name.clone() };
    let specialty = match specialties.get_specialty(get).await {
        Ok(found) => found.into_inner(),
        Err(status) if status.code() == Code::NotFound => return Ok(None),
        Err(status) => return Err(status.into()),
    };
    let list = pb::ListScoreFormulasRequest {
        parent: name,
        page_size: 1,
        ..Default::default()
    };
    let mut formulas = ScoreFormulasClient::new(ctx.questionnaire.clone());
    let found = formulas.list_score_formulas(list).await?.into_inner();
    // The newest holds.
    let Some(formula) = found.score_formulas.first() else {
        return Ok(None);
    };
    let unreadable = || Error::Internal(anyhow!("questionnaire-svc told no specialty to rank"));
    let specialty = specialty_ranking_started::offered(specialty, formula);
    let specialty = specialty.filter(|it| it.formula.check().is_ok());
    specialty.map(Some).ok_or_else(unreadable)
}
