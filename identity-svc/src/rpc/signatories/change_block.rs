//! Lets a signatory sign no more for the organisation, or again. It is felt at once: sessions end, and signing in
//! and signing see it under the lock of the signatory.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use prost::Message;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::show;
use crate::domain::signing_organisation::{self, signatory_name};
use crate::rpc::staff::lock_administrators;
use crate::rpc::{check_request_id, named};
use crate::{Context, store};

pub async fn block(
    ctx: &Context,
    request: Request<pb::BlockSignatoryRequest>,
) -> Result<pb::Signatory> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let change = Change {
        rpc: "BlockSignatory",
        blocks: true,
        name: &pb.name,
        request_id: &pb.request_id,
    };
    change.make(ctx, &caller, &pb).await
}

pub async fn unblock(
    ctx: &Context,
    request: Request<pb::UnblockSignatoryRequest>,
) -> Result<pb::Signatory> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let change = Change {
        rpc: "UnblockSignatory",
        blocks: false,
        name: &pb.name,
        request_id: &pb.request_id,
    };
    change.make(ctx, &caller, &pb).await
}

struct Change<'a> {
    rpc: &'static str,
    /// Else it lets them sign again.
    blocks: bool,
    name: &'a str,
    request_id: &'a str,
}

impl Change<'_> {
    async fn make(
        &self,
        ctx: &Context,
        caller: &Caller,
        request: &impl Message,
    ) -> Result<pb::Signatory> {
        let mut violations = Violations::new();
        check_request_id(&mut violations, self.request_id);
        let id = named(&mut violations, "name", "signatories/*", self.name);
        violations.into_result()?;
        let not_found = || Error::NotFound(self.name.to_owned());
        let id = id.ok_or_else(not_found)?;

        let (db, clock, sealer) = (&ctx.db, &ctx.clock, &ctx.sealer);
        let write = match once::begin(db, clock, caller, self.rpc, self.request_id, request).await?
        {
            Once::Answered(answer) => return show_again(ctx, &answer).await,
            Once::Begun(write) => write,
        };
        let (tx, now) = (write.tx(), clock.now());
        lock_administrators(tx, caller).await?;
        let found = store::signatory::lock(sealer, tx, id).await?;
        let mut signatory = found.ok_or_else(not_found)?;
        if signatory.blocked.is_some() != self.blocks {
            signatory.blocked = self.blocks.then_some(now);
            store::signatory::block(tx, id, signatory.blocked).await?;
            let ended = match self.blocks {
                true => store::session::end_of_signatory(tx, id, now).await?,
                false => 0,
            };
            let organisation = signing_organisation::name(signatory.organisation);
            let detail = format!("for {organisation}; sessions ended: {ended}");
            audit::record(tx, clock, caller, self.rpc, &signatory.name(), &detail).await?;
        }
        write.commit(kept(id)).await?;
        Ok(show(&signatory))
    }
}

/// What is kept under a request id: who it was about, and no word of them.
fn kept(id: Uuid) -> pb::Signatory {
    pb::Signatory {
        name: signatory_name(id),
        ..Default::default()
    }
}

async fn show_again(ctx: &Context, kept: &pb::Signatory) -> Result<pb::Signatory> {
    let not_found = || Error::NotFound(kept.name.clone());
    let id = chassis::name::uuid("signatories/*", &kept.name).ok_or_else(not_found)?;
    let found = store::signatory::find(&ctx.sealer, ctx.db.read(), id).await?;
    Ok(show(&found.ok_or_else(not_found)?))
}
