//! Ends every session of the caller but the one in use.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use crate::rpc::{accounts, check_request_id};
use crate::{Context, store};

pub async fn end_others(
    ctx: &Context,
    request: Request<pb::EndOtherSessionsRequest>,
) -> Result<pb::EndOtherSessionsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let account = accounts::meant(&mut violations, "parent", &caller, &pb.parent);
    violations.into_result()?;
    let account = account
        .filter(|account| caller.is(*account))
        .ok_or_else(|| Error::NotFound(pb.parent.clone()))?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "EndOtherSessions";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let kept = caller.person()?.session;
    let ended = store::session::end_others(tx, account, kept, clock.now()).await?;
    if ended > 0 {
        let by = crate::domain::account::name(account);
        audit::record(tx, clock, &caller, rpc, &by, &ended.to_string()).await?;
    }
    write
        .commit(pb::EndOtherSessionsResponse {
            ended_count: i32::try_from(ended).unwrap_or(i32::MAX),
        })
        .await
}
