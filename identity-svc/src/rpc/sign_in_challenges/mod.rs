//! Signing in with an electronic signature: something to sign, and the signature of it.

use std::sync::Arc;

use proto::identity::v1 as pb;
use proto::identity::v1::sign_in_challenges_server;
use tonic::{Request, Response, Status};

use crate::Context;

mod create;
mod sign_in;

#[derive(Clone)]
pub struct SignInChallenges(Arc<Context>);

impl SignInChallenges {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl sign_in_challenges_server::SignInChallenges for SignInChallenges {
    async fn create_sign_in_challenge(
        &self,
        request: Request<pb::CreateSignInChallengeRequest>,
    ) -> Result<Response<pb::SignInChallenge>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn sign_in_with_signature(
        &self,
        request: Request<pb::SignInWithSignatureRequest>,
    ) -> Result<Response<pb::Session>, Status> {
        Ok(Response::new(sign_in::sign_in(&self.0, request).await?))
    }
}
