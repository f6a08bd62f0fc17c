//! PromoCodes: a person's own codes.

mod get;
mod issue;
mod list;

use std::borrow::Cow;
use std::sync::Arc;

use chassis::clock::to_pb;
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::enums;
use crate::domain::promo_code::PromoCode;
use crate::domain::test_system::TestSystem;
use crate::{Context, TEXTS};

#[derive(Clone)]
pub struct PromoCodes(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::promo_codes_server::PromoCodes for PromoCodes {
    async fn issue_promo_code(
        &self,
        request: Request<pb::IssuePromoCodeRequest>,
    ) -> Result<Response<pb::PromoCode>, Status> {
        Ok(Response::new(issue::issue(&self.0, request).await?))
    }

    async fn get_promo_code(
        &self,
        request: Request<pb::GetPromoCodeRequest>,
    ) -> Result<Response<pb::PromoCode>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_promo_codes(
        &self,
        request: Request<pb::ListPromoCodesRequest>,
    ) -> Result<Response<pb::ListPromoCodesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}

/// As its owner sees it, still without the instructions.
fn written(code: &PromoCode, now: Timestamp) -> pb::PromoCode {
    pb::PromoCode {
        name: code.name(),
        campaign: format!("campaigns/{}", code.campaign),
        code: code.code.grouped(),
        test_system: enums::test_system(code.test_system).into(),
        state: enums::code_state(code.standing_at(now)).into(),
        issue_time: Some(to_pb(code.issued)),
        expire_time: Some(to_pb(code.expires)),
        how_to: String::new(),
    }
}

/// With the instructions in the language of this call: a repeated call may come in another one.
fn explained(mut code: pb::PromoCode) -> pb::PromoCode {
    let id = match enums::from_test_system(code.test_system()) {
        Some(TestSystem::Kaztest) => "how-to-kaztest",
        Some(TestSystem::Qrt) => "how-to-qrt",
        None => return code,
    };
    let args = [("code", Cow::Borrowed(code.code.as_str()))];
    let text = TEXTS.message(chassis::error::language(), id, args);
    code.how_to = text.unwrap_or_default();
    code
}
