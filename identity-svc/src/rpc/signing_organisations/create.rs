//! Registers an organisation that signs.

use chassis::caller::Caller;
use chassis::identifier::Bin;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{kind, roles, rules, show, title, who_signs};
use crate::domain::refusal::Refusal;
use crate::domain::signing_organisation::{SigningOrganisation, normal};
use crate::rpc::check_request_id;
use crate::rpc::staff::lock_administrators;
use crate::{Context, store};

const RPC: &str = "CreateSigningOrganisation";

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateSigningOrganisationRequest>,
) -> Result<pb::SigningOrganisation> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let organisation = parse(ctx, &pb)?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    lock_administrators(tx, &caller).await?;
    if !store::signing_organisation::insert(tx, &organisation).await? {
        return Err(Refusal::SigningOrganisationExists.into());
    }
    let (name, signed) = (organisation.name(), who_signs(&organisation));
    audit::record(tx, clock, &caller, RPC, &name, &signed).await?;
    write.commit(show(&organisation)).await
}

fn parse(ctx: &Context, pb: &pb::CreateSigningOrganisationRequest) -> Result<SigningOrganisation> {
    let wanted = pb.signing_organisation.clone().unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let field = |name: &str| format!("signing_organisation.{name}");
    let bin = match wanted.bin.trim() {
        "" => Err("REQUIRED"),
        bin => Bin::parse(bin),
    };
    let bin = violations.take(&field("bin"), bin);
    let title = title(&mut violations, &field("title"), wanted.title.as_ref());
    let kind = kind(&mut violations, &field("kind"), wanted.kind);
    let roles = roles(
        &mut violations,
        &field("allowed_roles"),
        &wanted.allowed_roles,
    );
    let signing_rules = rules(
        &mut violations,
        &field("signing_rules"),
        &wanted.signing_rules,
    );
    match (bin, kind) {
        (Some(bin), Some(kind)) if violations.is_empty() => Ok(SigningOrganisation {
            bin,
            title,
            kind,
            allowed_roles: normal(&roles),
            signing_rules,
            created: ctx.clock.now(),
            version: 1,
        }),
        _ => Err(violations.into()),
    }
}
