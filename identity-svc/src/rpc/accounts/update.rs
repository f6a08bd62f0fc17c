//! Changes one's own account: the language of messages and mails.

use chassis::audit;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{Reader, kept, meant, show, show_again};
use crate::domain::account::is_etag;
use crate::rpc::{check_request_id, language_from_pb};
use crate::{Context, store};

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateAccountRequest>,
) -> Result<pb::Account> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let wanted = pb.account.clone().unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = meant(&mut violations, "account.name", &caller, &wanted.name);
    let paths = pb.update_mask.iter().flat_map(|mask| &mask.paths);
    if paths.clone().any(|path| path != "language") {
        violations.add("update_mask", "INVALID_UPDATE_MASK");
    }
    let language = language_from_pb(&mut violations, "account.language", wanted.language);
    if !wanted.etag.is_empty() && !is_etag(&wanted.etag) {
        violations.add("account.etag", "INVALID_ETAG");
    }
    violations.into_result()?;
    let not_found = || Error::NotFound(wanted.name.clone());
    let id = id.filter(|id| caller.is(*id)).ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "UpdateAccount", &pb.request_id, &pb).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Owner).await,
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut account = store::account::lock(&ctx.sealer, tx, id)
        .await?
        .ok_or_else(not_found)?;
    if !wanted.etag.is_empty() && wanted.etag != account.etag() {
        return Err(Error::Stale {
            name: account.name(),
            current: account.etag(),
        });
    }
    if account.language != language {
        store::account::save_language(tx, id, language).await?;
        audit::record(
            tx,
            clock,
            &caller,
            "UpdateAccount",
            &account.name(),
            "language",
        )
        .await?;
        account.language = language;
        account.version += 1;
    }
    write.commit(kept(id)).await?;
    Ok(show(&account, Reader::Owner))
}
