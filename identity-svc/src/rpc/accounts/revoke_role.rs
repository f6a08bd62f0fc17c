//! Takes a role from an account; never the administrators' own from themselves, so one remains.

use chassis::audit;
use chassis::caller::{Caller, Role};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::meant;
use super::{Reader, kept, role_from_pb, show, show_again};
use crate::domain::refusal::Refusal;
use crate::rpc::check_request_id;
use crate::{Context, store};

pub async fn revoke_role(
    ctx: &Context,
    request: Request<pb::RevokeRoleRequest>,
) -> Result<pb::Account> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = meant(&mut violations, "name", &caller, &pb.name);
    let role = role_from_pb(&mut violations, pb.role);
    if role.is_none() && violations.iter().all(|violation| violation.field != "role") {
        violations.add("role", "REQUIRED");
    }
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let (id, role) = id.zip(role).ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "RevokeRole", &pb.request_id, &pb).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Administrator).await,
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // The token may be a minute old: only who is still an administrator now may go on. Locking
    // all of them also keeps two from taking the role from each other at once.
    let administrators = store::role::lock_holders(tx, Role::Administrator).await?;
    if !administrators.contains(&caller.person()?.account) {
        return Err(Error::Denied);
    }
    let before = store::account::lock(&ctx.sealer, tx, id)
        .await?
        .ok_or_else(not_found)?;
    if role == Role::Administrator && caller.is(id) {
        return Err(Refusal::OwnAdministratorRole.into());
    }
    if store::role::revoke(tx, id, role).await? {
        store::account::touch(tx, id).await?;
        audit::record(
            tx,
            clock,
            &caller,
            "RevokeRole",
            &before.name(),
            role.as_str(),
        )
        .await?;
    }
    let account = store::account::find(&ctx.sealer, tx, id)
        .await?
        .ok_or_else(not_found)?;
    write.commit(kept(id)).await?;
    Ok(show(&account, Reader::Administrator))
}
