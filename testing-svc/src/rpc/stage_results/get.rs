//! GetStageResult: one's own after the publication; any to the desk and to campaign managers.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{sees_all, written};
use crate::rpc::parse;
use crate::store::stage_result::Seen;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetStageResultRequest>,
) -> Result<pb::StageResult> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(name) = parse::nested(&mut violations, "name", parse::RESULT, &pb.name) else {
        return Err(violations.into());
    };
    let seen = if sees_all(&caller) {
        Seen::All
    } else {
        Seen::Published
    };
    let found = store::stage_result::find(ctx.db.read(), name.id, seen)
        .await?
        .filter(|it| it.stage == name.parent && it.campaign == name.campaign)
        .filter(|it| sees_all(&caller) || caller.is(it.account));
    found.as_ref().map(written).ok_or(Error::NotFound(pb.name))
}
