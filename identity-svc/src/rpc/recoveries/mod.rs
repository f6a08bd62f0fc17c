//! From a login to a new password. Answers and their work never tell who is known: who has the login
//! is looked up later, when the event of the start is taken.

use std::sync::Arc;

use chassis::clock::to_pb;
use chassis::mask::Masked;
use jiff::Timestamp;
use proto::identity::v1 as pb;
use proto::identity::v1::recoveries_server;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::domain::recovery::{Recovery, State};

mod complete;
mod create;
mod owner;
mod prove;

#[derive(Clone)]
pub struct Recoveries(Arc<Context>);

impl Recoveries {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl recoveries_server::Recoveries for Recoveries {
    async fn create_recovery(
        &self,
        request: Request<pb::CreateRecoveryRequest>,
    ) -> Result<Response<pb::Recovery>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn prove_recovery(
        &self,
        request: Request<pb::ProveRecoveryRequest>,
    ) -> Result<Response<pb::Recovery>, Status> {
        Ok(Response::new(prove::prove(&self.0, request).await?))
    }

    async fn complete_recovery(
        &self,
        request: Request<pb::CompleteRecoveryRequest>,
    ) -> Result<Response<pb::Recovery>, Status> {
        Ok(Response::new(complete::complete(&self.0, request).await?))
    }
}

const PATTERN: &str = "recoveries/*";

/// Never the login it was made with, nor whether anybody has it.
fn show(recovery: &Recovery, now: Timestamp) -> pb::Recovery {
    use pb::recovery::State as Wire;
    let state = match recovery.state(now) {
        State::Pending => Wire::Pending,
        State::Proven => Wire::Proven,
        State::Completed => Wire::Completed,
        State::Expired => Wire::Expired,
    };
    pb::Recovery {
        name: recovery.name(),
        state: state.into(),
        create_time: Some(to_pb(recovery.created)),
        expire_time: Some(to_pb(recovery.expires)),
        ..Default::default()
    }
}

fn show_with(shown: pb::Recovery, token: Masked<String>) -> pb::Recovery {
    pb::Recovery {
        completion_token: token.into_revealed(),
        ..shown
    }
}
