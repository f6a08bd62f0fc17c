//! Closures in the database, and what they fall on.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::row;
use crate::domain::closure::{Closure, Target, TargetKind};
use crate::domain::session::Session;

const SELECT: &str = "SELECT id, target_kind, target, target_name, start_us, end_us, reason,
    sessions_hit, bookings_hit, created_us, lifted_us FROM closures";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Closure>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Locks a closure for lifting.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Closure>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn note_lifted(tx: &Tx, closure: &Closure) -> Result<()> {
    let lifted = closure.lifted.map(to_us);
    let sql = "UPDATE closures SET lifted_us = $2 WHERE id = $1";
    execute(tx, sql, [closure.id.to_string().into(), lifted.into()]).await?;
    Ok(())
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Closure>> {
    // Behind every id there is.
    let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
    let sql = format!("{SELECT} WHERE id < $1 ORDER BY id DESC LIMIT {limit}");
    let rows = query_all(on, &sql, [before.into()]).await?;
    rows.iter().map(read).collect()
}

pub async fn insert(tx: &Tx, closure: &Closure) -> Result<()> {
    execute(
        tx,
        "INSERT INTO closures (id, target_kind, target, target_name, start_us, end_us, reason,
            sessions_hit, bookings_hit, created_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            closure.id.to_string().into(),
            closure.target.kind.as_str().into(),
            closure.target.id.to_string().into(),
            closure.target.name.as_str().into(),
            to_us(closure.start).into(),
            to_us(closure.end).into(),
            closure.reason.as_str().into(),
            closure.sessions_hit.into(),
            closure.bookings_hit.into(),
            to_us(closure.created).into(),
        ],
    )
    .await?;
    Ok(())
}

/// The sessions that a closure falls on and that are not over, by their ids.
pub async fn hit<C: ConnectionTrait>(
    on: &C,
    closure: &Closure,
    now: Timestamp,
) -> Result<Vec<Uuid>> {
    let column = column(closure);
    // As long as the last person may sit.
    let sql = format!(
        "SELECT id FROM test_sessions WHERE {column} = $1 AND start_us < $3
            AND end_us + (end_us - start_us) * extra_time_percent / 100 > $2
            AND end_us > $4 AND closed = FALSE ORDER BY id"
    );
    sessions(on, &sql, closure, now).await
}

/// The ids that a query by target, start and end of a closure, and the time, finds.
async fn sessions<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    closure: &Closure,
    now: Timestamp,
) -> Result<Vec<Uuid>> {
    let values = [
        closure.target.id.to_string().into(),
        to_us(closure.start).into(),
        to_us(closure.end).into(),
        to_us(now).into(),
    ];
    let rows = query_all(on, sql, values).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

fn column(closure: &Closure) -> &'static str {
    match closure.target.kind {
        TargetKind::Center => "center",
        TargetKind::Room => "room",
        TargetKind::Session => "id",
    }
}

/// The closed sessions to come that a closure falls on, by their ids; with `alone`, only those that no
/// other closure keeps closed.
pub async fn kept_closed<C: ConnectionTrait>(
    on: &C,
    closure: &Closure,
    alone: Alone,
    now: Timestamp,
) -> Result<Vec<Uuid>> {
    let mut sql = format!(
        "SELECT s.id FROM test_sessions s WHERE s.{} = $1 AND s.start_us < $3
            AND s.end_us + (s.end_us - s.start_us) * s.extra_time_percent / 100 > $2
            AND s.start_us > $4 AND s.closed = TRUE",
        column(closure)
    );
    if alone == Alone::Yes {
        sql += " AND NOT EXISTS (SELECT 1 FROM closures c WHERE c.lifted_us IS NULL
            AND (c.target = s.id OR c.target = s.room OR c.target = s.center)
            AND c.end_us > s.start_us
            AND c.start_us < s.end_us + (s.end_us - s.start_us) * s.extra_time_percent / 100)";
    }
    sql += " ORDER BY s.id";
    sessions(on, &sql, closure, now).await
}

/// Whether a closure has to be the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    Yes,
    OrNot,
}

/// A closure of the room or the centre at the time of a session, if there is one.
pub async fn upon<C: ConnectionTrait>(on: &C, session: &Session) -> Result<Option<Closure>> {
    let sql = format!(
        "{SELECT} WHERE (target = $1 OR target = $2) AND start_us < $4 AND end_us > $3
            AND lifted_us IS NULL
         ORDER BY id LIMIT 1"
    );
    let center = session.center.to_string();
    let values = [
        center.clone().into(),
        session.room.map_or(center, |id| id.to_string()).into(),
        to_us(session.start).into(),
        to_us(session.end_with(session.extra_time_percent)).into(),
    ];
    let found = query_one(on, &sql, values).await?;
    found.as_ref().map(read).transpose()
}

pub async fn close_session(tx: &Tx, session: Uuid) -> Result<()> {
    execute(
        tx,
        "UPDATE test_sessions SET closed = TRUE, version = version + 1 WHERE id = $1",
        [session.to_string().into()],
    )
    .await?;
    Ok(())
}

pub async fn open_session(tx: &Tx, session: Uuid) -> Result<()> {
    execute(
        tx,
        "UPDATE test_sessions SET closed = FALSE, version = version + 1 WHERE id = $1",
        [session.to_string().into()],
    )
    .await?;
    Ok(())
}

/// Bookings that have a seat in a closed session and have not started, oldest first.
pub async fn to_displace<C: ConnectionTrait>(
    on: &C,
    session: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT id FROM bookings WHERE session = $1 AND state IN ('HELD', 'BOOKED', 'CHECKED_IN')
         ORDER BY id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [session.to_string().into()]).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

/// How many bookings would lose their seat.
pub async fn count_booked<C: ConnectionTrait>(on: &C, session: Uuid) -> Result<i32> {
    let sql = "SELECT COUNT(*) AS n FROM bookings
         WHERE session = $1 AND state IN ('BOOKED', 'CHECKED_IN')";
    let found = query_one(on, sql, [session.to_string().into()]).await?;
    let count = found
        .map(|found| row::get::<i64>(&found, "n"))
        .transpose()?;
    Ok(count.map_or(0, |n| i32::try_from(n).unwrap_or(i32::MAX)))
}

/// Closed sessions in which somebody still has a seat, and that are not over.
pub async fn half_done<C: ConnectionTrait>(
    on: &C,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT s.id FROM test_sessions s WHERE s.closed = TRUE AND s.end_us > $1 AND EXISTS
            (SELECT 1 FROM bookings b WHERE b.session = s.id
             AND b.state IN ('HELD', 'BOOKED', 'CHECKED_IN'))
         ORDER BY s.id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

fn read(found: &QueryResult) -> Result<Closure> {
    Ok(Closure {
        id: row::uuid(found, "id")?,
        target: Target {
            kind: row::word(found, "target_kind", TargetKind::from_word)?,
            id: row::uuid(found, "target")?,
            name: row::get(found, "target_name")?,
        },
        start: row::time(found, "start_us")?,
        end: row::time(found, "end_us")?,
        reason: row::get(found, "reason")?,
        sessions_hit: row::get(found, "sessions_hit")?,
        bookings_hit: row::get(found, "bookings_hit")?,
        created: row::time(found, "created_us")?,
        lifted: row::maybe_time(found, "lifted_us")?,
    })
}
