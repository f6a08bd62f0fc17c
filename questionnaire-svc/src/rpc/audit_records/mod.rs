//! Who did what, for administrators.

mod list;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::audit_records_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct AuditRecords(pub Arc<Context>);

#[tonic::async_trait]
impl audit_records_server::AuditRecords for AuditRecords {
    async fn list_audit_records(
        &self,
        request: Request<pb::ListAuditRecordsRequest>,
    ) -> Result<Response<pb::ListAuditRecordsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
