//! Attempts in the database.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::attempt::{Attempt, Code, State};

const SELECT: &str = "SELECT id, campaign, booking, state, candidate_number, started_us, paused_us,
    pause_us, finished_us, termination, version FROM attempts";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Attempt>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Attempt>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn insert(tx: &Tx, attempt: &Attempt) -> Result<()> {
    execute(
        tx,
        "INSERT INTO attempts (id, campaign, booking, state, candidate_number, started_us)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            attempt.id.to_string().into(),
            attempt.campaign.as_str().into(),
            attempt.booking.to_string().into(),
            attempt.state.as_str().into(),
            attempt.candidate_number.as_str().into(),
            to_us(attempt.started).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Saves a locked attempt.
pub async fn save(tx: &Tx, attempt: &Attempt) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE attempts SET state = $3, paused_us = $4, pause_us = $5, finished_us = $6,
            termination = $7, version = version + 1
         WHERE id = $1 AND version = $2",
        [
            attempt.id.to_string().into(),
            attempt.version.into(),
            attempt.state.as_str().into(),
            us(attempt.paused).into(),
            attempt.pause.map(to_us).into(),
            attempt.finished.map(to_us).into(),
            attempt.termination.map(Code::as_str).into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// The booking of an attempt that is over is completed. Once: a repeat finds nothing to change.
pub async fn complete_booking(tx: &Tx, booking: Uuid) -> Result<()> {
    execute(
        tx,
        "UPDATE bookings SET state = 'COMPLETED', version = version + 1
         WHERE id = $1 AND state = 'STARTED'",
        [booking.to_string().into()],
    )
    .await?;
    Ok(())
}

/// Attempts whose time is over and which nobody finished.
pub async fn timed_out<C: ConnectionTrait>(
    on: &C,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT a.id FROM attempts a JOIN bookings b ON b.id = a.booking
         JOIN test_sessions s ON s.id = b.session
         WHERE a.state IN ('AWAITING', 'AUTHORIZED', 'ACTIVE')
            AND s.end_us + b.extra_us + a.paused_us <= $1
         ORDER BY a.id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

fn us(length: SignedDuration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

fn read(found: &QueryResult) -> Result<Attempt> {
    Ok(Attempt {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        booking: row::uuid(found, "booking")?,
        state: row::word(found, "state", State::from_word)?,
        candidate_number: row::get(found, "candidate_number")?,
        started: row::time(found, "started_us")?,
        paused: SignedDuration::from_micros(row::get(found, "paused_us")?),
        pause: row::maybe_time(found, "pause_us")?,
        finished: row::maybe_time(found, "finished_us")?,
        termination: row::maybe_word(found, "termination", Code::from_word)?,
        version: row::get(found, "version")?,
    })
}
