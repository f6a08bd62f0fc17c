//! Review tasks: find, lock, insert, save. How a row is read is in [`super::task_row`].

use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::error::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::task_row::read;
use super::task_row::{pauses, words};
use super::{decision, decision_log};
use crate::domain::task::{Claim, ReviewTask, State, WithdrawCause};

/// A task as it is kept: the rules' part, and what it is about.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: Uuid,
    pub application: String,
    pub submission: String,
    pub campaign: String,
    pub submission_number: i32,
    pub open_time: Timestamp,
    /// The term that was promised, counted or not yet.
    pub working_days: u32,
    /// When it was claimed for the first time.
    pub start_time: Option<Timestamp>,
    pub task: ReviewTask,
    /// The sectoral direction; may be empty.
    pub direction: String,
    /// The ids of the submission's sections, once somebody has read it.
    pub sections: Option<Vec<String>>,
    /// How long it took, in time of working days; known once it is decided.
    pub working_time: Option<SignedDuration>,
    /// The state of the calendars that its term was counted by.
    pub calendar_sequence: i64,
    pub escalated: bool,
    pub(super) version: i64,
}

/// Where a page of tasks went to: the order of the list, as a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key(pub(super) i64, pub(super) String);

pub(super) const COLUMNS: &str = "t.id, t.application, t.submission, t.campaign, t.applicant, \
    t.submission_number, t.state, t.open_us, t.due_us, t.working_days, t.calendar_version, \
    t.claim_expert, t.claim_us, t.lease_us, t.start_us, t.close_us, t.version, t.direction, \
    t.stage, t.first_opinion, t.second_opinion, t.pending, t.publish_us, t.working_us, t.pause_us, \
    t.pause_due_us, t.pause_person, t.pause_reason, t.pauses, t.wish_us, t.wish_sections, \
    t.wish_decline_us, t.withdraw_cause, t.set_aside, t.escalate_us, t.sections, t.calendar_sequence";

impl Kept {
    /// A task that was opened just now.
    pub fn open(
        id: Uuid,
        [application, submission, campaign]: [String; 3],
        submission_number: i32,
        open_time: Timestamp,
        working_days: u32,
        task: ReviewTask,
    ) -> Self {
        Self {
            id,
            application,
            submission,
            campaign,
            submission_number,
            open_time,
            working_days,
            start_time: None,
            task,
            direction: String::new(),
            sections: None,
            working_time: None,
            calendar_sequence: 0,
            escalated: false,
            version: 1,
        }
    }

    pub fn name(&self) -> String {
        format!("reviewTasks/{}", self.id)
    }

    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    pub fn key(&self) -> Key {
        Key(self.rank_us(), self.id.to_string())
    }

    /// Due first is first; what has no counted term yet comes before all that have one.
    fn rank_us(&self) -> i64 {
        self.task.term.map_or(0, |term| to_us(term.due_time))
    }
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Kept>> {
    let sql = format!("{} WHERE t.id = $1", select());
    let row = query_one(on, &sql, [id.to_string().into()]).await?;
    row.map(|row| read(&row)).transpose()
}

/// Finds a task that nobody else changes until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Kept>> {
    let sql = format!("SELECT id FROM review_task WHERE id = $1{}", for_update(tx));
    query_one(tx, &sql, [id.to_string().into()]).await?;
    find(tx, id).await
}

/// The tasks of an application, by the number of their submission.
pub async fn of_application<C: ConnectionTrait>(on: &C, application: &str) -> Result<Vec<Kept>> {
    let sql = format!(
        "{} WHERE t.application = $1 ORDER BY t.submission_number",
        select()
    );
    let rows = query_all(on, &sql, [application.into()]).await?;
    rows.iter().map(read).collect()
}

/// False where the submission has its task already.
pub async fn insert(tx: &Tx, kept: &Kept) -> Result<bool> {
    let sql = "INSERT INTO review_task (id, application, submission, campaign, applicant,
            submission_number, state, open_us, due_us, rank_us, working_days, calendar_version,
            direction, calendar_sequence, version)
         VALUES ($1, $2, $3, $4, $5, $6, 'OPEN', $7, $8, $9, $10, $11, $12, $13, 1)
         ON CONFLICT (application, submission) DO NOTHING";
    let values = [
        kept.id.to_string().into(),
        kept.application.as_str().into(),
        kept.submission.as_str().into(),
        kept.campaign.as_str().into(),
        kept.task.applicant.as_str().into(),
        kept.submission_number.into(),
        to_us(kept.open_time).into(),
        due_us(kept).into(),
        kept.rank_us().into(),
        number(kept.working_days).into(),
        calendar_version(kept).into(),
        kept.direction.as_str().into(),
        kept.calendar_sequence.into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

/// Takes the task for its new claim, by one conditional update: of two claimers one meets the
/// condition, and whoever may not have the task does not.
pub async fn save_claim(tx: &Tx, kept: &mut Kept, claim: &Claim) -> Result<bool> {
    let sql = "UPDATE review_task SET state = 'CLAIMED', claim_expert = $2, claim_us = $3,
            lease_us = $4, start_us = COALESCE(start_us, $3), version = version + 1
         WHERE id = $1 AND applicant <> $2 AND COALESCE(first_expert, '') <> $2
           AND stage IN ('FIRST', 'SECOND') AND pause_us IS NULL
           AND (state = 'OPEN' OR (state = 'CLAIMED' AND lease_us <= $3))
           AND NOT EXISTS (SELECT 1 FROM conflict c
                WHERE c.application = review_task.application AND c.expert = $2)";
    let values = [
        kept.id.to_string().into(),
        claim.expert.as_str().into(),
        to_us(claim.claim_time).into(),
        to_us(claim.lease_expire_time).into(),
    ];
    let taken = execute(tx, sql, values).await?.rows_affected() == 1;
    kept.version += i64::from(taken);
    Ok(taken)
}

/// Saves what became of a locked task; a decision is written with it.
///
/// # Errors
/// `STALE_ETAG` where somebody changed it in between after all.
pub async fn save(tx: &Tx, kept: &mut Kept) -> Result<()> {
    let sql = "UPDATE review_task SET state = $3, claim_expert = $4, claim_us = $5, lease_us = $6,
            close_us = $7, due_us = $8, rank_us = $9, calendar_version = $10, stage = $11,
            first_expert = $12, first_opinion = $13, second_expert = $14, second_opinion = $15,
            pending_expert = $16, pending_outcome = $17, pending = $18, settle_us = $19,
            working_us = $20, pause_us = $21, pause_due_us = $22, pause_person = $23,
            pause_reason = $24, pauses = $25, wish_us = $26, wish_sections = $27,
            wish_decline_us = $28, withdraw_cause = $29, sections = $30, calendar_sequence = $31,
            start_us = $32, set_aside = $33, version = version + 1
         WHERE id = $1 AND version = $2 AND state IN ('OPEN', 'CLAIMED')";
    let values = values(kept)?;
    if execute(tx, sql, values).await?.rows_affected() != 1 {
        return Err(Error::Stale {
            name: kept.name(),
            current: String::new(),
        });
    }
    kept.version += 1;
    if let State::Decided(decided) = &kept.task.state {
        decision::insert(tx, &kept.id.to_string(), decided).await?;
        decision_log::append(tx, kept).await?;
    }
    Ok(())
}

/// In the order of the places of [`save`].
fn values(kept: &Kept) -> Result<Vec<Value>> {
    let task = &kept.task;
    let (claim, close) = match &task.state {
        State::Open { lapsed } => (lapsed.as_ref(), None),
        State::Claimed(claim) => (Some(claim), None),
        State::Disputed | State::Pending { .. } => (None, None),
        State::Decided(decided) => (None, Some(decided.decide_time)),
        State::Withdrawn { withdraw_time, .. } => (None, Some(*withdraw_time)),
    };
    let pending = match &task.state {
        State::Pending { decided, .. } => Some(decided),
        _ => None,
    };
    let cause = match &task.state {
        State::Withdrawn { cause, .. } => Some(*cause),
        _ => None,
    };
    let set_aside = cause == Some(WithdrawCause::Erroneous);
    // A task that was set aside is a withdrawn one to whoever knows the older column only.
    let older = cause.map(|cause| match cause {
        WithdrawCause::Erroneous => WithdrawCause::Withdrawn,
        other => other,
    });
    let (first, second) = (task.first_opinion.as_ref(), task.second_opinion.as_ref());
    let column = |decided| Option::map(decided, decision::to_column).transpose();
    let (pause, wish) = (task.pause.as_ref(), task.wish.as_ref());
    let paused_due = pause.and(task.term).map(|term| to_us(term.due_time));
    Ok(vec![
        kept.id.to_string().into(),
        kept.version.into(),
        base_state(&task.state).into(),
        claim.map(|claim| claim.expert.clone()).into(),
        claim.map(|claim| to_us(claim.claim_time)).into(),
        claim.map(|claim| to_us(claim.lease_expire_time)).into(),
        close.map(to_us).into(),
        due_us(kept).into(),
        kept.rank_us().into(),
        calendar_version(kept).into(),
        stage(task).into(),
        first.map(|opinion| opinion.expert.clone()).into(),
        column(first)?.into(),
        second.map(|opinion| opinion.expert.clone()).into(),
        column(second)?.into(),
        pending.map(|decided| decided.expert.clone()).into(),
        pending.map(|decided| decided.decision.outcome()).into(),
        column(pending)?.into(),
        pending.map(|decided| to_us(decided.decide_time)).into(),
        kept.working_time.map(micros).into(),
        pause.map(|pause| to_us(pause.pause_time)).into(),
        paused_due.into(),
        pause.map(|pause| pause.person.clone()).into(),
        pause.map(|pause| pause.reason.clone()).into(),
        pauses::to_column(&task.pauses)?.into(),
        wish.map(|wish| to_us(wish.ask_time)).into(),
        wish.map(|wish| words::to_column(&wish.sections))
            .transpose()?
            .into(),
        wish.and_then(|wish| wish.decline_time).map(to_us).into(),
        older.map(WithdrawCause::code).into(),
        kept.sections
            .as_deref()
            .map(words::to_column)
            .transpose()?
            .into(),
        kept.calendar_sequence.into(),
        kept.start_time.map(to_us).into(),
        set_aside.into(),
    ])
}

/// What the column says: a dispute and a decision that waits are open to nobody, see `stage`.
fn base_state(state: &State) -> &'static str {
    match state {
        State::Disputed | State::Pending { .. } => "OPEN",
        other => other.code(),
    }
}

fn stage(task: &ReviewTask) -> &'static str {
    match (&task.state, &task.first_opinion) {
        (State::Disputed, _) => "DISPUTED",
        (State::Pending { .. }, _) => "PENDING",
        (_, Some(_)) => "SECOND",
        (_, None) => "FIRST",
    }
}

/// Keeps the ids of the sections that somebody has just read; they never change, so neither does the
/// version of the task.
pub async fn keep_sections(tx: &Tx, kept: &mut Kept, sections: Vec<String>) -> Result<()> {
    if kept.sections.is_none() {
        let sql = "UPDATE review_task SET sections = $2 WHERE id = $1 AND sections IS NULL";
        let values = [
            kept.id.to_string().into(),
            words::to_column(&sections)?.into(),
        ];
        execute(tx, sql, values).await?;
        kept.sections = Some(sections);
    }
    Ok(())
}

/// Marks an undecided task whose term has passed as overdue; false where it was before.
pub async fn mark_overdue(tx: &Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE review_task SET overdue_us = $2
         WHERE id = $1 AND overdue_us IS NULL AND state IN ('OPEN', 'CLAIMED')
           AND stage <> 'PENDING' AND $2 >= due_us + 1000";
    let marked = execute(tx, sql, [id.to_string().into(), to_us(now).into()]).await?;
    Ok(marked.rows_affected() == 1)
}

/// Marks an undecided task as escalated whose term passed before this time; false where it was before.
pub async fn mark_escalated(
    tx: &Tx,
    id: Uuid,
    due_before: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE review_task SET escalate_us = $3
         WHERE id = $1 AND escalate_us IS NULL AND state IN ('OPEN', 'CLAIMED')
           AND stage <> 'PENDING' AND $2 >= due_us + 1000";
    let values = [
        id.to_string().into(),
        to_us(due_before).into(),
        to_us(now).into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

/// The start of every question for whole tasks.
pub(super) fn select() -> String {
    let decision = decision::COLUMNS;
    format!("SELECT {COLUMNS}, {decision} FROM review_task t LEFT JOIN decision d ON d.task = t.id")
}

pub(super) fn id(row: &QueryResult) -> Result<Uuid> {
    let id: String = row.try_get("", "id")?;
    Uuid::parse_str(&id).map_err(|error| Error::Internal(error.into()))
}

fn micros(time: SignedDuration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// Empty while the term stands still: nothing of it can pass.
fn due_us(kept: &Kept) -> Option<i64> {
    let term = kept.task.running_term();
    term.map(|term| to_us(term.due_time))
}

fn calendar_version(kept: &Kept) -> Option<i32> {
    kept.task.term.map(|term| number(term.calendar_version))
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
