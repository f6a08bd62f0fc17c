//! Review tasks: row ⇄ domain; find, lock, insert, save.

use chassis::clock::{astana_date, from_us, to_us};
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::error::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{decision, decision_log};
use crate::domain::calendar::Term;
use crate::domain::task::{Claim, ReviewTask, State};

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
    version: i64,
}

/// Where a page of tasks went to: the order of the list, as a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key(pub(super) i64, pub(super) String);

pub(super) const COLUMNS: &str = "t.id, t.application, t.submission, t.campaign, t.applicant, \
    t.submission_number, t.state, t.open_us, t.due_us, t.working_days, t.calendar_version, \
    t.claim_expert, t.claim_us, t.lease_us, t.start_us, t.close_us, t.version";

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
            submission_number, state, open_us, due_us, rank_us, working_days, calendar_version, version)
         VALUES ($1, $2, $3, $4, $5, $6, 'OPEN', $7, $8, $9, $10, $11, 1)
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
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

/// Takes the task for its new claim, by one conditional update: of two claimers one meets the
/// condition.
pub async fn save_claim(tx: &Tx, kept: &mut Kept, claim: &Claim) -> Result<bool> {
    let sql = "UPDATE review_task SET state = 'CLAIMED', claim_expert = $2, claim_us = $3,
            lease_us = $4, start_us = COALESCE(start_us, $3), version = version + 1
         WHERE id = $1 AND applicant <> $2
           AND (state = 'OPEN' OR (state = 'CLAIMED' AND lease_us <= $3))";
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
    let (claim, close) = match &kept.task.state {
        State::Open { lapsed } => (lapsed.as_ref(), None),
        State::Claimed(claim) => (Some(claim), None),
        State::Decided(decided) => (None, Some(decided.decide_time)),
        State::Withdrawn { withdraw_time } => (None, Some(*withdraw_time)),
    };
    let sql = "UPDATE review_task SET state = $3, claim_expert = $4, claim_us = $5, lease_us = $6,
            close_us = $7, due_us = $8, rank_us = $9, calendar_version = $10, version = version + 1
         WHERE id = $1 AND version = $2 AND state IN ('OPEN', 'CLAIMED')";
    let values = [
        kept.id.to_string().into(),
        kept.version.into(),
        kept.task.state.code().into(),
        claim.map(|claim| claim.expert.clone()).into(),
        claim.map(|claim| to_us(claim.claim_time)).into(),
        claim.map(|claim| to_us(claim.lease_expire_time)).into(),
        close.map(to_us).into(),
        due_us(kept).into(),
        kept.rank_us().into(),
        calendar_version(kept).into(),
    ];
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

/// Marks an undecided task whose term has passed as escalated; false where it was before.
pub async fn escalate(tx: &Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE review_task SET overdue_us = $2
         WHERE id = $1 AND overdue_us IS NULL AND state IN ('OPEN', 'CLAIMED')
           AND $2 >= due_us + 1000";
    let marked = execute(tx, sql, [id.to_string().into(), to_us(now).into()]).await?;
    Ok(marked.rows_affected() == 1)
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

pub fn read(row: &QueryResult) -> Result<Kept> {
    let working_days = u32::try_from(row.try_get::<i32>("", "working_days")?).unwrap_or(0);
    let start: Option<i64> = row.try_get("", "start_us")?;
    Ok(Kept {
        id: id(row)?,
        application: row.try_get("", "application")?,
        submission: row.try_get("", "submission")?,
        campaign: row.try_get("", "campaign")?,
        submission_number: row.try_get("", "submission_number")?,
        open_time: from_us(row.try_get("", "open_us")?),
        working_days,
        start_time: start.map(from_us),
        task: ReviewTask {
            applicant: row.try_get("", "applicant")?,
            term: term(row, working_days)?,
            state: state(row)?,
        },
        version: row.try_get("", "version")?,
    })
}

fn term(row: &QueryResult, working_days: u32) -> Result<Option<Term>> {
    let due: Option<i64> = row.try_get("", "due_us")?;
    let version: Option<i32> = row.try_get("", "calendar_version")?;
    Ok(due.zip(version).map(|(due, version)| Term {
        working_days,
        last_day: astana_date(from_us(due)),
        due_time: from_us(due),
        calendar_version: u32::try_from(version).unwrap_or(0),
    }))
}

fn state(row: &QueryResult) -> Result<State> {
    let state: String = row.try_get("", "state")?;
    let lost = || Error::Internal(anyhow::anyhow!("a {state} task lacks what belongs to it"));
    Ok(match state.as_str() {
        "OPEN" => State::Open {
            lapsed: claim(row)?,
        },
        "CLAIMED" => State::Claimed(claim(row)?.ok_or_else(lost)?),
        "DECIDED" => State::Decided(decision::read(row)?.ok_or_else(lost)?),
        _ => State::Withdrawn {
            withdraw_time: from_us(row.try_get("", "close_us")?),
        },
    })
}

fn claim(row: &QueryResult) -> Result<Option<Claim>> {
    let Some(expert) = row.try_get("", "claim_expert")? else {
        return Ok(None);
    };
    Ok(Some(Claim {
        expert,
        claim_time: from_us(row.try_get("", "claim_us")?),
        lease_expire_time: from_us(row.try_get("", "lease_us")?),
    }))
}

fn due_us(kept: &Kept) -> Option<i64> {
    kept.task.term.map(|term| to_us(term.due_time))
}

fn calendar_version(kept: &Kept) -> Option<i32> {
    kept.task.term.map(|term| number(term.calendar_version))
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
