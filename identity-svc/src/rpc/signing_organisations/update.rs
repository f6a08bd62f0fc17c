//! Changes an organisation that signs: its name, its kind, whose signatures it lets.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{kind, meant, roles, rules, show, title, who_signs};
use crate::domain::account::is_etag;
use crate::domain::signing_organisation::normal;
use crate::rpc::check_request_id;
use crate::rpc::staff::lock_administrators;
use crate::{Context, store};

const RPC: &str = "UpdateSigningOrganisation";
const FIELDS: [&str; 4] = ["title", "kind", "allowed_roles", "signing_rules"];

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateSigningOrganisationRequest>,
) -> Result<pb::SigningOrganisation> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let wanted = pb.signing_organisation.clone().unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let field = |name: &str| format!("signing_organisation.{name}");
    let bin = meant(&mut violations, &field("name"), &wanted.name);
    if wanted.etag.is_empty() {
        violations.add(field("etag"), "REQUIRED");
    } else if !is_etag(&wanted.etag) {
        violations.add(field("etag"), "INVALID_ETAG");
    }
    let paths: Vec<&str> = match &pb.update_mask {
        Some(mask) if !mask.paths.is_empty() => mask.paths.iter().map(String::as_str).collect(),
        _ => FIELDS.to_vec(),
    };
    if paths.iter().any(|path| !FIELDS.contains(path)) {
        violations.add("update_mask", "INVALID_UPDATE_MASK");
    }
    let is_wanted = |field: &str| paths.contains(&field);
    let new_title =
        is_wanted("title").then(|| title(&mut violations, &field("title"), wanted.title.as_ref()));
    let new_kind = match is_wanted("kind") {
        true => kind(&mut violations, &field("kind"), wanted.kind),
        false => None,
    };
    let new_roles = is_wanted("allowed_roles").then(|| {
        // None at its making means all; here it would be read as either.
        if wanted.allowed_roles.is_empty() {
            violations.add(field("allowed_roles"), "REQUIRED");
        }
        roles(
            &mut violations,
            &field("allowed_roles"),
            &wanted.allowed_roles,
        )
    });
    let new_rules = is_wanted("signing_rules").then(|| {
        rules(
            &mut violations,
            &field("signing_rules"),
            &wanted.signing_rules,
        )
    });
    violations.into_result()?;
    let not_found = || Error::NotFound(wanted.name.clone());
    let bin = bin.ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    lock_administrators(tx, &caller).await?;
    let found = store::signing_organisation::lock(tx, bin).await?;
    let mut organisation = found.ok_or_else(not_found)?;
    if wanted.etag != organisation.etag() {
        return Err(Error::Stale {
            name: organisation.name(),
            current: organisation.etag(),
        });
    }
    organisation.title = new_title.unwrap_or(organisation.title);
    organisation.kind = new_kind.unwrap_or(organisation.kind);
    if let Some(roles) = new_roles {
        organisation.allowed_roles = normal(&roles);
    }
    organisation.signing_rules = new_rules.unwrap_or(organisation.signing_rules);
    store::signing_organisation::save(tx, &mut organisation).await?;
    let detail = format!("{}: {}", paths.join(", "), who_signs(&organisation));
    audit::record(tx, clock, &caller, RPC, &organisation.name(), &detail).await?;
    write.commit(show(&organisation)).await
}
