//! LanguageResults: for the questionnaire, which fills the certificate section with them.

mod get;

use std::sync::Arc;

use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct LanguageResults(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::language_results_server::LanguageResults for LanguageResults {
    async fn get_language_result(
        &self,
        request: Request<pb::GetLanguageResultRequest>,
    ) -> Result<Response<pb::LanguageResult>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }
}
