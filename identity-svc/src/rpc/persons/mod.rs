//! Who stands behind an account, for services.

use std::sync::Arc;

use proto::identity::v1 as pb;
use proto::identity::v1::persons_server;
use tonic::{Request, Response, Status};

use crate::Context;

mod get;
mod look_up;

#[derive(Clone)]
pub struct Persons(Arc<Context>);

impl Persons {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl persons_server::Persons for Persons {
    async fn get_person(
        &self,
        request: Request<pb::GetPersonRequest>,
    ) -> Result<Response<pb::Person>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn look_up_person(
        &self,
        request: Request<pb::LookUpPersonRequest>,
    ) -> Result<Response<pb::Person>, Status> {
        Ok(Response::new(look_up::look_up(&self.0, request).await?))
    }
}
