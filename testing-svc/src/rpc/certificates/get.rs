//! GetCertificate: one's own; any to the exam desk and campaign managers.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{sees_all, written};
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetCertificateRequest>,
) -> Result<pb::Certificate> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(id) = parse::certificate(&mut violations, &pb.name) else {
        return Err(violations.into());
    };
    let found = store::certificate::find(ctx.db.read(), id)
        .await?
        .filter(|it| caller.is(it.certificate.account) || sees_all(&caller));
    written(&found.ok_or(Error::NotFound(pb.name))?)
}
