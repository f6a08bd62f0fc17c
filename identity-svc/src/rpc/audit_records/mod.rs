//! Who did what, for administrators.

use std::sync::Arc;

use proto::identity::v1 as pb;
use proto::identity::v1::audit_records_server;
use tonic::{Request, Response, Status};

use crate::Context;

mod list;

#[derive(Clone)]
pub struct AuditRecords(Arc<Context>);

impl AuditRecords {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl audit_records_server::AuditRecords for AuditRecords {
    async fn list_audit_records(
        &self,
        request: Request<pb::ListAuditRecordsRequest>,
    ) -> Result<Response<pb::ListAuditRecordsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
