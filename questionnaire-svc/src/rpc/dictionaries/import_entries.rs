//! Replaces the entries of a dictionary by those of a CSV file, or tells what that would do.

use chassis::caller::Caller;
use chassis::clock::from_pb;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use super::newest::{newest, number};
use crate::Context;
use crate::domain::compulsory_subject::SUBJECTS;
use crate::domain::import::{self, Outcome};
use crate::rpc::{etag, name, problems};
use crate::store::dictionary::{self, Kept};

pub async fn import_entries(
    ctx: &Context,
    request: Request<pb::ImportDictionaryEntriesRequest>,
) -> Result<pb::DictionaryImport> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let id = name::dictionary("parent", &pb.parent)?;
    let now = ctx.clock.now();
    let start = parse(&pb, now)?;
    let all = ctx.catalogue.dictionaries(ctx.db.read(), start).await?;
    let subjects = all.find(SUBJECTS).ok_or_else(|| {
        let error = anyhow::anyhow!("there is no dictionary of subjects");
        Error::Internal(error)
    })?;
    let (entries, wrong) = import::read(&pb.csv, subjects);
    if !pb.dry_run {
        problems::violations(&wrong).into_result()?;
    }

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "ImportDictionaryEntries",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let found = newest(tx, id).await?;
    let (before, held_since) = found.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;
    etag::must_be_current(&pb.etag, number(&before).into(), &pb.parent)?;
    let outcome = import::held_against(&before, entries);
    let next = number(&before).saturating_add(1);
    let version = message::version_name(id, next);
    let answer = message::import(id, version.clone(), pb.dry_run, &outcome, &wrong);
    if pb.dry_run {
        return write.commit(answer).await;
    }
    must_be_expected(&pb, &outcome, start, held_since)?;
    let kept = Kept {
        dictionary: id.to_owned(),
        number: next,
        title: before.title,
        entries: outcome.entries,
        start_time: start,
        create_time: now,
    };
    // Of two imports at once, one goes on from what it saw.
    if !dictionary::insert(tx, &kept).await? {
        return Err(Error::Stale {
            name: pb.parent.clone(),
            current: etag::of(next.into()),
        });
    }
    let detail = format!(
        "added {}, changed {}, retired {}",
        answer.added_count, answer.changed_count, answer.retired_count
    );
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "ImportDictionaryEntries",
        &version,
        &detail,
    )
    .await?;
    write.commit(answer).await
}

/// From when the version is to hold.
fn parse(pb: &pb::ImportDictionaryEntriesRequest, now: Timestamp) -> Result<Timestamp> {
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", &pb.etag);
    if pb.csv.is_empty() {
        violations.add("csv", "REQUIRED");
    }
    let start = match &pb.start_time {
        None => now,
        Some(time) => violations
            .take("start_time", from_pb(time).ok_or("OUT_OF_RANGE"))
            .unwrap_or(now),
    };
    if start < now {
        violations.add("start_time", "TIME_IN_PAST");
    }
    violations.into_result()?;
    Ok(start)
}

/// The number of retired entries is the one that a person saw, and no version begins before the one
/// that it goes on from.
fn must_be_expected(
    pb: &pb::ImportDictionaryEntriesRequest,
    outcome: &Outcome,
    start: Timestamp,
    held_since: Option<Timestamp>,
) -> Result<()> {
    let mut violations = Violations::new();
    let retired = outcome.retired.len();
    if usize::try_from(pb.retire_count).ok() != Some(retired) {
        let count = [("count", retired.to_string())];
        violations.add_with("retire_count", "RETIRE_COUNT_DIFFERS", count);
    }
    if held_since.is_some_and(|since| start < since) {
        violations.add("start_time", "TIME_IN_PAST");
    }
    violations.into_result()
}
