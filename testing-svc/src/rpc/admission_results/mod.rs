//! What came of an application to colleges: nobody sees it before the results are out.

mod get;

use std::sync::Arc;

use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct AdmissionResults(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::admission_results_server::AdmissionResults for AdmissionResults {
    async fn get_admission_result(
        &self,
        request: Request<pb::GetAdmissionResultRequest>,
    ) -> Result<Response<pb::AdmissionResult>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }
}
