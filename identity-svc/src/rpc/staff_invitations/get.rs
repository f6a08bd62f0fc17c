//! Shows an invitation to an administrator.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{PATTERN, show};
use crate::rpc::accounts::Reader;
use crate::rpc::named;
use crate::rpc::staff::administrator;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetStaffInvitationRequest>,
) -> Result<pb::StaffInvitation> {
    administrator(ctx, &Caller::of(&request)).await?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;
    let invitation = store::staff_invitation::find(&ctx.sealer, ctx.db.read(), id).await?;
    let invitation = invitation.ok_or_else(not_found)?;
    Ok(show(&invitation, Reader::Administrator, ctx.clock.now()))
}
