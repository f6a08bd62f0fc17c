//! The reasons of rejections.

mod list;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct ReasonCodes(Arc<Context>);

impl ReasonCodes {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

#[tonic::async_trait]
impl pb::reason_codes_server::ReasonCodes for ReasonCodes {
    async fn list_reason_codes(
        &self,
        request: Request<pb::ListReasonCodesRequest>,
    ) -> Result<Response<pb::ListReasonCodesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request)?))
    }
}
