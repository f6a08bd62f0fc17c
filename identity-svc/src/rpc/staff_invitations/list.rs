//! Lists invitations, newest first, for administrators.

use chassis::Result;
use chassis::caller::Caller;
use chassis::clock::to_us;
use chassis::page::Page;
use chassis::violation::Violations;
use pb::staff_invitation::State as Wire;
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::domain::staff_invitation::State;
use crate::rpc::accounts::Reader;
use crate::rpc::staff::administrator;
use crate::store::Place;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListStaffInvitationsRequest>,
) -> Result<pb::ListStaffInvitationsResponse> {
    administrator(ctx, &Caller::of(&request)).await?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let state = match Wire::try_from(pb.state) {
        Ok(Wire::Unspecified) => None,
        Ok(Wire::Pending) => Some(State::Pending),
        Ok(Wire::Accepted) => Some(State::Accepted),
        Ok(Wire::Revoked) => Some(State::Revoked),
        Ok(Wire::Expired) => Some(State::Expired),
        Err(_) => violations.take("state", Err("UNKNOWN_VALUE")),
    };
    let filter = [state.map_or("", State::as_str)];
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    let (now, after) = (ctx.clock.now(), page.after.as_ref());
    let (sealer, db) = (&ctx.sealer, ctx.db.read());
    let found = store::staff_invitation::list(sealer, db, state, now, after, page.limit());
    let mut found = found.await?;
    let next_page_token = page.next(&mut found, |last| {
        (to_us(last.created), last.id.to_string())
    });
    let shown = found.iter().map(|it| show(it, Reader::Administrator, now));
    Ok(pb::ListStaffInvitationsResponse {
        staff_invitations: shown.collect(),
        next_page_token,
    })
}
