//! Whether a college signed something, with a good key of its own; and the signatures that did it, whole.

use std::collections::HashMap;

use bytes::Bytes;
use chassis::clock::from_pb;
use chassis::{Error, Result};
use jiff::Timestamp;
use proto::identity::v1::signatures_client::SignaturesClient;
use proto::identity::v1::{CreateSignatureRequest, LookUpSignaturesRequest};
use sha2::{Digest, Sha256};
use tonic::Code;
use uuid::Uuid;

use super::ours;
use crate::Context;
use crate::domain::board_action::{Act, BoardAction};

/// What the signatures of this service are for: one for another purpose is none for this.
const PURPOSE: &str = "board-action";

/// A signature that identity-svc has taken.
pub struct Taken {
    /// `signatures/{signature}`.
    pub name: String,
    /// When it reached identity-svc: the time for which it was checked.
    pub receive_time: Timestamp,
}

/// What is wrong with the signature or its certificate is passed on to who sent it.
pub async fn create(ctx: &Context, action: &BoardAction, act: &Act, cms: &[u8]) -> Result<Taken> {
    let request = CreateSignatureRequest {
        content: action.content.clone().into(),
        cms: cms.to_vec().into(),
        bin: action.bin.to_string(),
        purpose: PURPOSE.into(),
        request_id: request_id(&action.id, cms).to_string(),
        act: act.as_str().into(),
        binding: act.is_binding(),
    };
    let mut signatures = SignaturesClient::new(ctx.identity_svc.clone());
    let answer = signatures.create_signature(request).await;
    match answer {
        Ok(answer) => {
            let taken = answer.into_inner();
            let receive_time = taken.receive_time.as_ref().and_then(from_pb);
            Ok(Taken {
                name: taken.name,
                receive_time: receive_time.unwrap_or_else(|| ctx.clock.now()),
            })
        }
        Err(status) => Err(match status.code() {
            Code::InvalidArgument | Code::FailedPrecondition => Error::from(status),
            _ => ours(status),
        }),
    }
}

/// Signatures as they were sent, by their names; what identity-svc does not have is not among them.
pub async fn whole(ctx: &Context, names: Vec<String>) -> Result<HashMap<String, Bytes>> {
    let mut signatures = SignaturesClient::new(ctx.identity_svc.clone());
    let request = LookUpSignaturesRequest { names };
    let answer = signatures.look_up_signatures(request).await.map_err(ours)?;
    let found = answer.into_inner().signatures.into_iter();
    Ok(found.map(|it| (it.name, it.cms)).collect())
}

/// The same signature of the same act is the same request, whoever repeats it and when.
fn request_id(action: &str, cms: &[u8]) -> Uuid {
    let mut hasher = Sha256::new();
    hasher.update(action.as_bytes());
    hasher.update(cms);
    let hash = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
