//! GetAttempt: to its owner, without a launch token; any to the exam desk.

use chassis::caller::{Caller, Role};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetAttemptRequest>) -> Result<pb::Attempt> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(name) = parse::nested(&mut violations, "name", parse::ATTEMPT, &pb.name) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let attempt = store::attempt::find(db, name.id)
        .await?
        .filter(|it| it.booking == name.parent && it.campaign == name.campaign);
    let seat = store::booking::find(db, name.parent)
        .await?
        .filter(|seat| caller.is(seat.booking.account) || caller.has(Role::ExamDesk));
    match (attempt, seat) {
        (Some(attempt), Some(seat)) => Ok(written(&attempt, &seat.session, ctx.clock.now())),
        _ => Err(Error::NotFound(pb.name)),
    }
}
