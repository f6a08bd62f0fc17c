//! Gives an account a role or takes one. It is felt at the account's next exchange of its token, in
//! sessions that live too; never do administrators take their own role, so that one remains.

use chassis::audit;
use chassis::caller::{Caller, Role};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use prost::Message;
use proto::identity::v1 as pb;
use tonic::Request;

use super::{Reader, kept, meant, role_from_pb, show, show_again};
use crate::domain::notice::Notice;
use crate::domain::refusal::Refusal;
use crate::rpc::check_request_id;
use crate::rpc::staff::lock_administrators;
use crate::{Context, inbox, store};

pub async fn grant(ctx: &Context, request: Request<pb::GrantRoleRequest>) -> Result<pb::Account> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (name, role, request_id) = (pb.name.clone(), pb.role, pb.request_id.clone());
    let change = Change {
        rpc: "GrantRole",
        grants: true,
        name,
        role,
        request_id,
    };
    change.make(ctx, &caller, &pb).await
}

pub async fn revoke(ctx: &Context, request: Request<pb::RevokeRoleRequest>) -> Result<pb::Account> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (name, role, request_id) = (pb.name.clone(), pb.role, pb.request_id.clone());
    let change = Change {
        rpc: "RevokeRole",
        grants: false,
        name,
        role,
        request_id,
    };
    change.make(ctx, &caller, &pb).await
}

struct Change {
    rpc: &'static str,
    /// Else it takes the role.
    grants: bool,
    name: String,
    role: i32,
    request_id: String,
}

impl Change {
    async fn make(
        &self,
        ctx: &Context,
        caller: &Caller,
        request: &impl Message,
    ) -> Result<pb::Account> {
        let mut violations = Violations::new();
        check_request_id(&mut violations, &self.request_id);
        let id = meant(&mut violations, "name", caller, &self.name);
        let role = role_from_pb(&mut violations, "role", self.role);
        if role.is_none() && violations.iter().all(|it| it.field != "role") {
            violations.add("role", "REQUIRED");
        }
        violations.into_result()?;
        let not_found = || Error::NotFound(self.name.clone());
        let (id, role) = id.zip(role).ok_or_else(not_found)?;

        let (db, clock) = (&ctx.db, &ctx.clock);
        let once = once::begin(db, clock, caller, self.rpc, &self.request_id, request);
        let write = match once.await? {
            Once::Answered(answer) => return show_again(ctx, &answer, Reader::Administrator).await,
            Once::Begun(write) => write,
        };
        let tx = write.tx();
        lock_administrators(tx, caller).await?;
        let before = store::account::lock(&ctx.sealer, tx, id).await?;
        let before = before.ok_or_else(not_found)?;
        if !self.grants && role == Role::Administrator && caller.is(id) {
            return Err(Refusal::OwnAdministratorRole.into());
        }
        let has_changed = if self.grants {
            store::role::grant(tx, id, role, clock.now()).await?
        } else {
            store::role::revoke(tx, id, role).await?
        };
        if has_changed && !self.grants && role == Role::Administrator {
            store::staff_invitation::revoke_of(tx, id).await?;
        }
        if has_changed {
            store::account::touch(tx, id).await?;
            let (name, detail) = (before.name(), role.as_str());
            audit::record(tx, clock, caller, self.rpc, &name, detail).await?;
        }
        let account = store::account::find(&ctx.sealer, tx, id).await?;
        let account = account.ok_or_else(not_found)?;
        if has_changed {
            let notice = Notice::roles_changed(&account.roles);
            inbox::tell(ctx, tx, id, &account.name(), notice).await?;
        }
        write.commit(kept(id)).await?;
        Ok(show(&account, Reader::Administrator))
    }
}
