//! Who signs for organisations, and who does no more.

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::identity::v1 as pb;
use proto::identity::v1::signatories_server;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::domain::signing_organisation::{self, Signatory};
use crate::rpc::signing_organisations::role_to_pb;

mod change_block;
mod list;

#[derive(Clone)]
pub struct Signatories(Arc<Context>);

impl Signatories {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl signatories_server::Signatories for Signatories {
    async fn list_signatories(
        &self,
        request: Request<pb::ListSignatoriesRequest>,
    ) -> Result<Response<pb::ListSignatoriesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn block_signatory(
        &self,
        request: Request<pb::BlockSignatoryRequest>,
    ) -> Result<Response<pb::Signatory>, Status> {
        Ok(Response::new(change_block::block(&self.0, request).await?))
    }

    async fn unblock_signatory(
        &self,
        request: Request<pb::UnblockSignatoryRequest>,
    ) -> Result<Response<pb::Signatory>, Status> {
        Ok(Response::new(
            change_block::unblock(&self.0, request).await?,
        ))
    }
}

fn show(signatory: &Signatory) -> pb::Signatory {
    pb::Signatory {
        name: signatory.name(),
        signing_organisation: signing_organisation::name(signatory.organisation),
        role: role_to_pb(signatory.role).into(),
        common_name: signatory.common_name.reveal().clone(),
        iin: signatory.iin.map(|iin| iin.reveal()).unwrap_or_default(),
        create_time: Some(to_pb(signatory.created)),
        block_time: signatory.blocked.map(to_pb),
    }
}
