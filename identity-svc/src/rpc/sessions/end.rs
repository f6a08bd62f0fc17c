//! Signs out, here or in another session of one's own: both tokens stop working at once.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{meant, show_to};
use crate::rpc::check_request_id;
use crate::{Context, store};

pub async fn end(ctx: &Context, request: Request<pb::EndSessionRequest>) -> Result<pb::Session> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = meant(&mut violations, &caller, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "EndSession", &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let session = store::session::lock(tx, id).await?;
    let mut session = session
        .filter(|session| session.holder.is(&caller))
        .ok_or_else(not_found)?;
    if store::session::end(tx, id, now).await? {
        session.ended = Some(now);
        audit::record(
            tx,
            clock,
            &caller,
            "EndSession",
            &session.name(),
            "signed out",
        )
        .await?;
    }
    write.commit(show_to(&caller, &session, now)).await
}
