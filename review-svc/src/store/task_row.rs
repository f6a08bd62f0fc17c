//! A row of a review task, read: the columns as the rules mean them.

use chassis::clock::{astana_date, from_us};
use chassis::error::{Error, Result};
use jiff::SignedDuration;
use sea_orm::QueryResult;

use super::decision;
use super::task::{Kept, id};
use crate::domain::calendar::Term;
use crate::domain::pause::Pause;
use crate::domain::task::{Claim, ReviewTask, State, Wish, WithdrawCause};

pub fn read(row: &QueryResult) -> Result<Kept> {
    let working_days = u32::try_from(row.try_get::<i32>("", "working_days")?).unwrap_or(0);
    let start: Option<i64> = row.try_get("", "start_us")?;
    let working: Option<i64> = row.try_get("", "working_us")?;
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
            pause: pause(row)?,
            pauses: pauses::from_column(row)?,
            first_opinion: decision::from_column(row, "first_opinion")?,
            second_opinion: decision::from_column(row, "second_opinion")?,
            wish: wish(row)?,
        },
        direction: row.try_get("", "direction")?,
        sections: words::from_column(row, "sections")?,
        working_time: working.map(SignedDuration::from_micros),
        calendar_sequence: row.try_get("", "calendar_sequence")?,
        escalated: row.try_get::<Option<i64>>("", "escalate_us")?.is_some(),
        version: row.try_get("", "version")?,
    })
}

fn term(row: &QueryResult, working_days: u32) -> Result<Option<Term>> {
    let running: Option<i64> = row.try_get("", "due_us")?;
    let paused: Option<i64> = row.try_get("", "pause_due_us")?;
    let version: Option<i32> = row.try_get("", "calendar_version")?;
    Ok(paused.or(running).zip(version).map(|(due, version)| Term {
        working_days,
        last_day: astana_date(from_us(due)),
        due_time: from_us(due),
        calendar_version: u32::try_from(version).unwrap_or(0),
    }))
}

fn state(row: &QueryResult) -> Result<State> {
    let (state, stage): (String, String) = (row.try_get("", "state")?, row.try_get("", "stage")?);
    let lost = || Error::Internal(anyhow::anyhow!("a {state} task lacks what belongs to it"));
    Ok(match (state.as_str(), stage.as_str()) {
        ("OPEN", "DISPUTED") => State::Disputed,
        ("OPEN", "PENDING") => State::Pending {
            decided: decision::from_column(row, "pending")?.ok_or_else(lost)?,
            publish_time: row.try_get::<Option<i64>>("", "publish_us")?.map(from_us),
        },
        ("OPEN", _) => State::Open {
            lapsed: claim(row)?,
        },
        ("CLAIMED", _) => State::Claimed(claim(row)?.ok_or_else(lost)?),
        ("DECIDED", _) => State::Decided(decision::read(row)?.ok_or_else(lost)?),
        _ => State::Withdrawn {
            withdraw_time: from_us(row.try_get("", "close_us")?),
            cause: cause(row)?,
        },
    })
}

/// Tasks that ended before there was a cause were withdrawn.
fn cause(row: &QueryResult) -> Result<WithdrawCause> {
    if row.try_get("", "set_aside")? {
        return Ok(WithdrawCause::Erroneous);
    }
    let cause: Option<String> = row.try_get("", "withdraw_cause")?;
    Ok(match cause.as_deref() {
        Some("DISQUALIFIED") => WithdrawCause::Disqualified,
        _ => WithdrawCause::Withdrawn,
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

fn pause(row: &QueryResult) -> Result<Option<Pause>> {
    let Some(pause_us) = row.try_get("", "pause_us")? else {
        return Ok(None);
    };
    Ok(Some(Pause {
        pause_time: from_us(pause_us),
        person: row.try_get("", "pause_person")?,
        reason: row.try_get("", "pause_reason")?,
    }))
}

fn wish(row: &QueryResult) -> Result<Option<Wish>> {
    let Some(wish_us) = row.try_get("", "wish_us")? else {
        return Ok(None);
    };
    let decline: Option<i64> = row.try_get("", "wish_decline_us")?;
    Ok(Some(Wish {
        sections: words::from_column(row, "wish_sections")?.unwrap_or_default(),
        ask_time: from_us(wish_us),
        decline_time: decline.map(from_us),
    }))
}

/// A few words in a column.
pub mod words {
    use super::{Error, QueryResult, Result};

    pub fn to_column(words: &[String]) -> Result<String> {
        serde_json::to_string(words).map_err(|error| Error::Internal(error.into()))
    }

    pub fn from_column(row: &QueryResult, column: &str) -> Result<Option<Vec<String>>> {
        let text: Option<String> = row.try_get("", column)?;
        let read = |text: String| serde_json::from_str(&text);
        let words = text.map(read).transpose();
        words.map_err(|error| Error::Internal(error.into()))
    }
}

/// The pauses that are over, as pairs of microseconds.
pub mod pauses {
    use chassis::clock::{from_us, to_us};

    use super::{Error, QueryResult, Result};
    use crate::domain::pause::Span;

    pub fn to_column(pauses: &[Span]) -> Result<String> {
        let pairs: Vec<_> = pauses
            .iter()
            .map(|pause| [to_us(pause.from), to_us(pause.until)])
            .collect();
        serde_json::to_string(&pairs).map_err(|error| Error::Internal(error.into()))
    }

    pub fn from_column(row: &QueryResult) -> Result<Vec<Span>> {
        let text: String = row.try_get("", "pauses")?;
        let pairs: Vec<[i64; 2]> =
            serde_json::from_str(&text).map_err(|error| Error::Internal(error.into()))?;
        let span = |[from, until]: [i64; 2]| Span {
            from: from_us(from),
            until: from_us(until),
        };
        Ok(pairs.into_iter().map(span).collect())
    }
}
