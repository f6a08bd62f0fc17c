//! Chooses what one wants by mail.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{check_name, name_of, own, show};
use crate::domain::account::is_etag;
use crate::domain::mail_preference::{MailPreference, is_always_mailed};
use crate::rpc::check_request_id;
use crate::{Context, store};

const RPC: &str = "UpdateMailPreference";

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateMailPreferenceRequest>,
) -> Result<pb::MailPreference> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let wanted = pb.mail_preference.clone().unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    check_name(&mut violations, "mail_preference.name", &wanted.name);
    let mut paths = pb.update_mask.iter().flat_map(|mask| &mask.paths);
    if paths.any(|path| path != "muted_kinds") {
        violations.add("update_mask", "INVALID_UPDATE_MASK");
    }
    let muted = kinds(&mut violations, &wanted.muted_kinds);
    if !wanted.etag.is_empty() && !is_etag(&wanted.etag) {
        violations.add("mail_preference.etag", "INVALID_ETAG");
    }
    violations.into_result()?;
    let account = own(&caller, &wanted.name)?.account;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let before = store::mail_preference::find(tx, account).await?;
    let stale = |current: String| Error::Stale {
        name: name_of(account),
        current,
    };
    if !wanted.etag.is_empty() && wanted.etag != before.etag() {
        return Err(stale(before.etag()));
    }
    let after = MailPreference {
        muted,
        version: before.version + 1,
        updated: Some(now),
    };
    if !store::mail_preference::save(tx, account, &before, &after, now).await? {
        let current = store::mail_preference::find(tx, account).await?;
        return Err(stale(current.etag()));
    }
    let detail = format!("muted: {}", after.muted.len());
    audit::record(tx, clock, &caller, RPC, &name_of(account), &detail).await?;
    write.commit(show(account, &after)).await
}

/// The names of the kinds; noted where one is none, or can't be muted.
fn kinds(violations: &mut Violations, numbers: &[i32]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, number) in numbers.iter().enumerate() {
        let field = || format!("mail_preference.muted_kinds[{at}]");
        let kind = pb::message::Kind::try_from(*number).ok();
        let known = kind.filter(|kind| *kind != pb::message::Kind::Unspecified);
        let Some(kind) = known else {
            violations.add(field(), "UNKNOWN_VALUE");
            continue;
        };
        let name = kind.as_str_name().trim_start_matches("KIND_");
        if is_always_mailed(name) {
            violations.add(field(), "KIND_ALWAYS_MAILED");
        }
        names.insert(name.to_owned());
    }
    names
}
