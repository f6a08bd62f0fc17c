//! Adds and changes organisations by those of a CSV file, or tells what that would do.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::organisation_import::{held_against, read};
use crate::rpc::problems;
use crate::store::organisation;

/// What the audit calls that which was changed.
const ALL: &str = "organisations";

pub async fn import(
    ctx: &Context,
    request: Request<pb::ImportOrganisationsRequest>,
) -> Result<pb::OrganisationImport> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    if pb.csv.is_empty() {
        Violations::one("csv", "REQUIRED").into_result()?;
    }
    let now = ctx.clock.now();
    let dictionaries = ctx.catalogue.dictionaries(ctx.db.read(), now).await?;
    let (file, wrong) = read(&pb.csv, &dictionaries);
    if !pb.dry_run {
        problems::violations(&wrong).into_result()?;
    }

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "ImportOrganisations",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let bins: Vec<_> = file.iter().map(|it| it.bin.to_string()).collect();
    let before = organisation::find(tx, &bins).await?;
    let before: Vec<_> = before.into_iter().map(|kept| kept.organisation).collect();
    let outcome = held_against(&before, file);
    let answer = message::import(pb.dry_run, &outcome, &wrong);
    if pb.dry_run {
        return write.commit(answer).await;
    }
    organisation::put(tx, &outcome.put, now).await?;
    let detail = format!(
        "added {}, changed {}, retired {}",
        outcome.added, outcome.changed, outcome.retired
    );
    audit::record(tx, &ctx.clock, &caller, "ImportOrganisations", ALL, &detail).await?;
    write.commit(answer).await
}
