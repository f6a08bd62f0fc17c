//! Who tried to sign in and could not, for administrators.

use std::sync::Arc;

use proto::identity::v1 as pb;
use proto::identity::v1::failed_sign_ins_server;
use tonic::{Request, Response, Status};

use crate::Context;

mod list;

#[derive(Clone)]
pub struct FailedSignIns(Arc<Context>);

impl FailedSignIns {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl failed_sign_ins_server::FailedSignIns for FailedSignIns {
    async fn list_failed_sign_ins(
        &self,
        request: Request<pb::ListFailedSignInsRequest>,
    ) -> Result<Response<pb::ListFailedSignInsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
