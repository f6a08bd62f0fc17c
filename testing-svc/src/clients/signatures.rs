//! identity-svc: whether an organisation signed something, with a good key of its own.

use anyhow::anyhow;
use chassis::clock::from_pb;
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;
use pb::signatures_client::SignaturesClient;
use proto::identity::v1 as pb;
use tonic::Code;

use crate::Context;

/// What the signatures of this service are for: one for another purpose is none for this.
const PURPOSE: &str = "allocation-publication";

/// A signature that identity-svc has taken.
pub struct Taken {
    /// `signatures/{signature}`.
    pub name: String,
    /// When it reached identity-svc: the time for which it was checked.
    pub received: Timestamp,
}

/// The same signature of the same content is taken once, so a call whose answer was lost can be made again.
/// What is wrong with the signature or its certificate is passed on to who sent it.
pub async fn create(ctx: &Context, of: Bin, content: &[u8], cms: &[u8]) -> Result<Taken> {
    let request = pb::CreateSignatureRequest {
        content: content.to_vec().into(),
        cms: cms.to_vec().into(),
        bin: of.to_string(),
        purpose: PURPOSE.into(),
        // Ours, not the caller's: ids of different callers may be equal.
        request_id: ctx.ids.uuid().to_string(),
        act: String::new(),
        // Who gets which place.
        binding: true,
    };
    let mut signatures = SignaturesClient::new(ctx.persons.clone());
    let taken = match signatures.create_signature(request).await {
        Ok(taken) => taken.into_inner(),
        // That we may not ask is nothing to who sent the signature.
        Err(status)
            if matches!(
                status.code(),
                Code::PermissionDenied | Code::Unauthenticated
            ) =>
        {
            return Err(Error::Internal(anyhow!("identity-svc: {}", status.code())));
        }
        Err(status) => return Err(status.into()),
    };
    let received = taken.receive_time.as_ref().and_then(from_pb);
    Ok(Taken {
        name: taken.name,
        received: received.unwrap_or_else(|| ctx.clock.now()),
    })
}
