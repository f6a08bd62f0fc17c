//! Gives a change up, from any session of the account: who reads the notice at the old address may be
//! signed in elsewhere.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{meant, show};
use crate::domain::email_change::State;
use crate::rpc::check_request_id;
use crate::{Context, store};

const RPC: &str = "CancelEmailChange";

pub async fn cancel(
    ctx: &Context,
    request: Request<pb::CancelEmailChangeRequest>,
) -> Result<pb::EmailChange> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let ids = meant(&mut violations, &caller, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let (account, id) = ids.ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let change = store::email_change::lock(&ctx.sealer, tx, id).await?;
    let own = change.filter(|it| it.account == account && caller.is(account));
    let mut change = own.ok_or_else(not_found)?;
    if change.state(now) == State::Pending {
        // An account has one that is pending: this one.
        store::email_change::end_pending(tx, account, State::Cancelled).await?;
        change.kept_state = State::Cancelled;
        audit::record(tx, clock, &caller, RPC, &change.name(), "").await?;
    }
    write.commit(show(&change, now)).await
}
