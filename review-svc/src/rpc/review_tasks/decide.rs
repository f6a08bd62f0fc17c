//! What the three decisions share: the holder of the claim, the etag, the row, the audit.

use chassis::audit;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::error::{Error, Result};
use chassis::violation::Violations;
use jiff::Timestamp;

use super::{Named, expert};
use crate::Context;
use crate::domain::decision::Decision;
use crate::store::task::{self, Kept};

/// What a decision is asked for with, whichever it is.
pub struct Asked<'a> {
    pub action: &'static str,
    pub named: Named,
    pub name: &'a str,
    pub etag: &'a str,
}

/// Etags are ours to give out: one of another shape was never given.
pub fn check_etag(violations: &mut Violations, etag: &str) {
    let is_ours = etag.strip_prefix('v').is_some_and(|version| {
        (1..=19).contains(&version.len()) && version.bytes().all(|digit| digit.is_ascii_digit())
    });
    if !etag.is_empty() && !is_ours {
        violations.add("etag", "INVALID_ETAG");
    }
}

/// Makes the decision the task's own, for good.
pub async fn decide(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    asked: Asked<'_>,
    decision: Decision,
    now: Timestamp,
) -> Result<Kept> {
    let mut kept = asked.named.lock(tx, asked.name).await?;
    let current = kept.etag();
    let outcome = decision.outcome();
    // Whoever may not decide at all is told so, rather than to read the task again.
    kept.task.decide(&expert(caller)?, decision, now)?;
    if !asked.etag.is_empty() && asked.etag != current {
        return Err(Error::Stale {
            name: asked.name.to_owned(),
            current,
        });
    }
    task::save(tx, &mut kept).await?;
    audit::record(tx, &ctx.clock, caller, asked.action, asked.name, outcome).await?;
    Ok(kept)
}
