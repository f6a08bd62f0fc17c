//! What decisions share: the holder of the claim, the etag, the policy of the campaign, the row, the
//! audit, and what others are told.

use chassis::audit;
use chassis::caller::Caller;
use chassis::clock::astana;
use chassis::database::Tx;
use chassis::error::{Error, Result};
use chassis::violation::Violations;
use jiff::Timestamp;

use super::{Named, expert};
use crate::domain::decision::Decision;
use crate::domain::opinion::{Course, Next, SecondOpinion};
use crate::domain::policy::ReviewPolicy;
use crate::domain::task::{ReviewTask, State};
use crate::domain::verdict;
use crate::store::task::{self, Kept};
use crate::store::{self, calendar};
use crate::{Context, events};

/// What a decision is asked for with, whichever it is.
pub struct Asked<'a> {
    pub action: &'static str,
    pub named: Named,
    pub name: &'a str,
    pub etag: &'a str,
    /// Whether the expert asks for another opinion, whatever the policy says.
    pub second_opinion: SecondOpinion,
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

/// Refuses a stale etag; none skips the check.
pub fn must_be_current(kept: &Kept, etag: &str) -> Result<()> {
    if !etag.is_empty() && etag != kept.etag() {
        return Err(Error::Stale {
            name: kept.name(),
            current: kept.etag(),
        });
    }
    Ok(())
}

/// Gives the opinion of the holder of the claim; what comes of it is the policy's to say.
pub async fn decide(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    asked: Asked<'_>,
    decision: Decision,
    now: Timestamp,
) -> Result<Kept> {
    let mut kept = asked.named.lock(tx, asked.name).await?;
    let (policy, _) = store::policy::of(tx, &kept.campaign, &ctx.config).await?;
    // Whoever may not decide at all is told so, rather than to read the task again.
    kept.task.must_hold(&expert(caller)?, now)?;
    must_be_current(&kept, asked.etag)?;
    let step = Step {
        action: asked.action,
        decision,
        second_opinion: asked.second_opinion,
        now,
    };
    settle(ctx, tx, caller, &mut kept, &policy, step).await?;
    Ok(kept)
}

/// A decision that an expert makes on a locked task.
pub struct Step {
    pub action: &'static str,
    pub decision: Decision,
    pub second_opinion: SecondOpinion,
    pub now: Timestamp,
}

/// The same on a task that is locked already.
pub async fn settle(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    kept: &mut Kept,
    policy: &ReviewPolicy,
    step: Step,
) -> Result<()> {
    let expert = expert(caller)?;
    kept.task.must_hold(&expert, step.now)?;
    if step.decision == Decision::Accept {
        let verdicts = store::verdict::of(tx, kept.id, &expert).await?;
        verdict::may_accept(&verdicts, kept.sections.as_deref(), policy.section_marks)?;
    }
    let second_opinion = match step.second_opinion {
        SecondOpinion::Needed => SecondOpinion::Needed,
        SecondOpinion::NotNeeded => policy.second_opinion(&kept.name(), &step.decision),
    };
    let course = Course {
        second_opinion,
        publication: policy.publication,
    };
    let outcome = step.decision.outcome();
    let decide = |task: &mut ReviewTask| task.settle(&expert, step.decision, step.now, course);
    let next = decide(&mut kept.task)?;
    finish(ctx, tx, caller, kept, (step.action, outcome), next).await
}

/// Writes down what came of an opinion, and tells of it where it is for everybody to know.
pub async fn finish(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    kept: &mut Kept,
    (action, outcome): (&'static str, &'static str),
    next: Next,
) -> Result<()> {
    measure(ctx, tx, kept).await?;
    task::save(tx, kept).await?;
    let detail = match next {
        Next::Decided => outcome.to_owned(),
        Next::AwaitsPublication => format!("{outcome}, awaits publication"),
        Next::AwaitsSecondOpinion => format!("{outcome}, awaits a second opinion"),
        Next::Disputed => format!("{outcome}, disputed"),
    };
    audit::record(tx, &ctx.clock, caller, action, &kept.name(), &detail).await?;
    events::tell_decision(ctx, tx, kept).await
}

/// How long it took to decide. A year without a calendar leaves it unknown.
async fn measure(ctx: &Context, tx: &Tx, kept: &mut Kept) -> Result<()> {
    let (State::Decided(decided) | State::Pending { decided, .. }) = &kept.task.state else {
        return Ok(());
    };
    let calendar = calendar::in_force(tx, &ctx.calendar).await?.calendar;
    let (from, until) = (kept.open_time, decided.decide_time);
    let time = calendar.working_time(from, until, &kept.task.pauses, &astana());
    kept.working_time = time.ok();
    Ok(())
}
