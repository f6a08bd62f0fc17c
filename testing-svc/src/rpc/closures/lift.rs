//! LiftClosure: by the exam desk. Sessions are open again at once; a job offers their seats to who waits.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit, name};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::Change;
use crate::domain::closure::{Closure, TargetKind};
use crate::rpc::parse;
use crate::store::closure::Alone;
use crate::{Context, store};

pub async fn lift(ctx: &Context, request: Request<pb::LiftClosureRequest>) -> Result<pb::Closure> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    let id = match pb.name.as_str() {
        "" => Err("REQUIRED"),
        text => name::uuid("closures/*", text).ok_or("INVALID_NAME"),
    };
    let Some(id) = violations.take("name", id) else {
        return Err(violations.into());
    };
    violations.into_result()?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "LiftClosure", &pb.request_id, &pb).await? {
        Once::Answered(closure) => return Ok(closure),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let found = store::closure::find(tx, id).await?;
    let found = found.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    lock(ctx, tx, &found).await?;
    let closure = store::closure::lock(tx, id).await?;
    let mut closure = closure.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    if closure.lift(now) == Change::Nothing {
        return write.commit(written(&closure)).await;
    }
    // Whoever closes one of them meanwhile waits for us, or we for them.
    let all = store::closure::kept_closed(tx, &closure, Alone::OrNot, now).await?;
    store::seats::lock(tx, &all).await?;
    store::closure::note_lifted(tx, &closure).await?;
    let sessions = store::closure::kept_closed(tx, &closure, Alone::Yes, now).await?;
    for session in &sessions {
        store::closure::open_session(tx, *session).await?;
    }
    let detail = format!("{} sessions", sessions.len());
    let name = closure.name();
    audit::record(tx, clock, &caller, "LiftClosure", &name, &detail).await?;
    write.commit(written(&closure)).await
}

/// Locks the centre in which it lies: no other closure of it or its rooms is made meanwhile.
async fn lock(ctx: &Context, tx: &Tx, closure: &Closure) -> Result<()> {
    let id = closure.target.id;
    let center = match closure.target.kind {
        TargetKind::Center => Some(id),
        TargetKind::Room => store::room::find(tx, id).await?.map(|room| room.center),
        TargetKind::Session => {
            let offer = store::test_session::find(tx, id, ctx.clock.now()).await?;
            offer.map(|offer| offer.session.center)
        }
    };
    if let Some(center) = center {
        store::test_center::lock(tx, center).await?;
    }
    Ok(())
}
