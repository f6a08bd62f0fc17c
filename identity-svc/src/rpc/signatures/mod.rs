//! Signatures of acts of organisations: taken for the service that asked for them, and shown.

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::identity::v1 as pb;
use proto::identity::v1::signatures_server;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::domain::signature::ActSignature;
use crate::domain::signing_organisation::{self, signatory_name};
use crate::rpc::signing_organisations::role_to_pb;

mod create;
mod get;
mod look_up;

#[derive(Clone)]
pub struct Signatures(Arc<Context>);

impl Signatures {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl signatures_server::Signatures for Signatures {
    async fn create_signature(
        &self,
        request: Request<pb::CreateSignatureRequest>,
    ) -> Result<Response<pb::Signature>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_signature(
        &self,
        request: Request<pb::GetSignatureRequest>,
    ) -> Result<Response<pb::Signature>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn look_up_signatures(
        &self,
        request: Request<pb::LookUpSignaturesRequest>,
    ) -> Result<Response<pb::LookUpSignaturesResponse>, Status> {
        Ok(Response::new(look_up::look_up(&self.0, request).await?))
    }
}

/// With the signature itself, which names a person.
fn show_whole(signature: &ActSignature) -> pb::Signature {
    pb::Signature {
        cms: signature.cms.reveal().clone().into(),
        ..show(signature)
    }
}

/// The facts: what a log may hold. The signature itself names a person.
fn show(signature: &ActSignature) -> pb::Signature {
    pb::Signature {
        name: signature.name(),
        organisation: signing_organisation::name(signature.organisation),
        signatory: signatory_name(signature.signatory),
        purpose: signature.purpose.clone(),
        content_sha256: signature.content_hash.clone(),
        cms_sha256: signature.cms_hash.clone(),
        role: role_to_pb(signature.role).into(),
        certificate_serial: signature.serial.clone(),
        certificate_issuer: signature.issuer.clone(),
        not_before_time: Some(to_pb(signature.not_before)),
        not_after_time: Some(to_pb(signature.not_after)),
        stated_sign_time: signature.stated.map(to_pb),
        receive_time: Some(to_pb(signature.received)),
        cms: Default::default(),
    }
}
