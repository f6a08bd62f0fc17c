//! Takes an invitation back before it is accepted.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{PATTERN, kept, show, show_again};
use crate::domain::staff_invitation::State;
use crate::rpc::accounts::Reader;
use crate::rpc::staff::lock_administrators;
use crate::rpc::{check_request_id, named};
use crate::{Context, store};

const RPC: &str = "RevokeStaffInvitation";

pub async fn revoke(
    ctx: &Context,
    request: Request<pb::RevokeStaffInvitationRequest>,
) -> Result<pb::StaffInvitation> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Administrator).await,
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    lock_administrators(tx, &caller).await?;
    let mut invitation = store::staff_invitation::lock(&ctx.sealer, tx, id)
        .await?
        .ok_or_else(not_found)?;
    if invitation.kept_state != State::Revoked {
        invitation.is_open(now)?;
        store::staff_invitation::save_ended(tx, id, State::Revoked, None).await?;
        invitation.kept_state = State::Revoked;
        audit::record(tx, clock, &caller, RPC, &invitation.name(), "").await?;
    }
    write.commit(kept(id)).await?;
    Ok(show(&invitation, Reader::Administrator, now))
}
