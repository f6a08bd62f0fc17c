//! Disclosures: what was shown of a person, to whom, when and why.

mod list;
pub mod record;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosures_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Disclosures(pub Arc<Context>);

#[async_trait::async_trait]
impl disclosures_server::Disclosures for Disclosures {
    async fn list_disclosures(
        &self,
        request: Request<pb::ListDisclosuresRequest>,
    ) -> Result<Response<pb::ListDisclosuresResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
