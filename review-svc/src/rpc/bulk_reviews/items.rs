//! What bulk changes share: the names, the transaction or its rehearsal, and what came of each task.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::error::{Error, Result, explain};
use chassis::name;
use chassis::once::{self, Once, Write};
use chassis::violation::Violations;
use jiff::Timestamp;
use prost::Message;
use proto::review::v1 as pb;
use uuid::Uuid;

use crate::Context;
use crate::rpc::review_tasks::to_pb;
use crate::store::task::{self, Kept};

/// The most tasks of one call.
const MOST: usize = 200;

/// What is wrong with the names is noted.
pub fn names(violations: &mut Violations, names: &[String]) {
    if names.is_empty() {
        violations.add("names", "REQUIRED");
    } else if names.len() > MOST {
        violations.add_with("names", "TOO_MANY", [("max", MOST.to_string())]);
    }
    for (at, name) in names.iter().enumerate().take(MOST) {
        if name::capture::<1>("reviewTasks/*", name).is_none() {
            violations.add(format!("names[{at}]"), "INVALID_NAME");
        } else if names[..at].contains(name) {
            violations.add(format!("names[{at}]"), "REPEATED_NAME");
        }
    }
}

/// Where the tasks are changed: for good, or in a transaction that is thrown away.
pub enum Ground {
    Real(Write),
    Rehearsal(Tx),
}

#[expect(clippy::large_enum_variant, reason = "one of them lives at a time")]
pub enum Begun<R> {
    Answered(R),
    On(Ground),
}

impl Ground {
    /// A rehearsal leaves nothing behind, not even its request id: the real call may follow with it.
    pub async fn begin<Q: Message, R: Message + Default>(
        ctx: &Context,
        caller: &Caller,
        action: &'static str,
        (dry_run, request_id): (bool, &str),
        pb: &Q,
    ) -> Result<Begun<R>> {
        if dry_run {
            return Ok(Begun::On(Self::Rehearsal(ctx.db.begin().await?)));
        }
        let once = once::begin(&ctx.db, &ctx.clock, caller, action, request_id, pb).await?;
        Ok(match once {
            Once::Answered(answer) => Begun::Answered(answer),
            Once::Begun(write) => Begun::On(Self::Real(write)),
        })
    }

    pub fn tx(&self) -> &Tx {
        match self {
            Self::Real(write) => write.tx(),
            Self::Rehearsal(tx) => tx,
        }
    }

    pub async fn end<R: Message>(self, answer: R) -> Result<R> {
        match self {
            Self::Real(write) => write.commit(answer).await,
            Self::Rehearsal(_) => Ok(answer),
        }
    }
}

/// The tasks of these names, locked in the order of their ids so that two bulks never wait for each
/// other; those that are none are left out.
pub async fn lock(tx: &Tx, names: &[String]) -> Result<Vec<(usize, Kept)>> {
    let id = |name: &String| name::uuid("reviewTasks/*", name);
    let mut ids: Vec<(Uuid, usize)> = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((id(name)?, at)))
        .collect();
    ids.sort_unstable();
    // One task under two spellings of its id is one task.
    ids.dedup_by_key(|(id, _)| *id);
    let mut locked = Vec::new();
    for (id, at) in ids {
        if let Some(kept) = task::lock(tx, id).await? {
            locked.push((at, kept));
        }
    }
    Ok(locked)
}

/// What came of each name, before any task was looked at.
pub fn unknown(names: &[String]) -> Vec<pb::BulkOutcome> {
    let outcome = |name: &String| pb::BulkOutcome {
        review_task: name.clone(),
        reason: "NOT_FOUND".to_owned(),
        message: explain("NOT_FOUND", &[]),
        ..Default::default()
    };
    names.iter().map(outcome).collect()
}

/// What came of one task. What is no rule's "no" ends the whole call.
pub fn outcome(kept: &Kept, done: Result<()>, now: Timestamp) -> Result<pb::BulkOutcome> {
    let (reason, message) = match done {
        Ok(()) => (String::new(), String::new()),
        Err(Error::Refused(refusal)) => {
            let reason = refusal.reason();
            (reason.to_owned(), explain(reason, &refusal.metadata()))
        }
        Err(Error::Denied) => ("NOT_ALLOWED".to_owned(), explain("NOT_ALLOWED", &[])),
        Err(other) => return Err(other),
    };
    Ok(pb::BulkOutcome {
        review_task: kept.name(),
        reason,
        message,
        state: to_pb::state(kept, now).into(),
    })
}

/// How many were changed.
pub fn changed(outcomes: &[pb::BulkOutcome]) -> i32 {
    let changed = outcomes.iter().filter(|it| it.reason.is_empty()).count();
    i32::try_from(changed).unwrap_or(i32::MAX)
}
