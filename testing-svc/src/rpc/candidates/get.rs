//! GetCandidate: oneself; any to the exam desk.

use chassis::caller::{Caller, Role};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetCandidateRequest>,
) -> Result<pb::Candidate> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::candidate(&mut violations, "name", &pb.name);
    let Some((campaign, number)) = name else {
        return Err(violations.into());
    };
    let found = store::eligibility::numbered(ctx.db.read(), &campaign, &number)
        .await?
        .filter(|it| caller.is(it.account) || caller.has(Role::ExamDesk));
    found.as_ref().map(written).ok_or(Error::NotFound(pb.name))
}
