//! Sessions in the database. Their seats are changed in [`super::seats`] only.

use std::collections::HashMap;

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{quota, row};
use crate::domain::quota::Quota;
use crate::domain::session::{CheckIn, Language, Session};
use crate::watched::StageLeft;

/// A session with the seats that are free now: an expired hold holds nothing, whether or not it
/// has been swept up.
#[derive(Debug, Clone)]
pub struct Offer {
    pub session: Session,
    pub seats_left: i32,
    /// Only where they were asked for.
    pub quotas: Vec<Quota>,
}

const FREE: &str = "(s.capacity - s.taken + (SELECT COUNT(*) FROM bookings h
    WHERE h.session = s.id AND h.state = 'HELD' AND h.hold_until_us <= $1))";

/// What [`session`] reads.
pub(super) const COLUMNS: &str =
    "s.id AS session_id, s.campaign AS session_campaign, s.stage, s.center,
    s.start_us, s.end_us, s.capacity, s.taken, s.language, s.check_in_required, s.room,
    s.extra_time_percent, s.closed, s.version AS session_version";

/// The columns of an [`Offer`]; the time is the first value.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS}, {FREE} AS seats_left FROM test_sessions s")
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid, now: Timestamp) -> Result<Option<Offer>> {
    let sql = format!("{} WHERE s.id = $2", select());
    let found = query_one(on, &sql, [to_us(now).into(), id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// What a list of sessions is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub center: Option<Uuid>,
    pub earliest_start: Option<Timestamp>,
    pub latest_start: Option<Timestamp>,
    pub free_only: bool,
}

/// Sessions of a stage, the next first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    stage: Uuid,
    filter: &Filter,
    after: Option<(i64, String)>,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<Offer>> {
    let mut sql = format!("{} WHERE s.stage = $2", select());
    let mut values: Vec<Value> = vec![to_us(now).into(), stage.to_string().into()];
    let mut narrow = |condition: &str, value: Value| {
        values.push(value);
        sql += &format!(" AND {condition} ${}", values.len());
    };
    if let Some(center) = filter.center {
        narrow("s.center =", center.to_string().into());
    }
    if let Some(earliest) = filter.earliest_start {
        narrow("s.start_us >=", to_us(earliest).into());
    }
    if let Some(latest) = filter.latest_start {
        narrow("s.start_us <", to_us(latest).into());
    }
    if let Some((start, id)) = after {
        values.push(start.into());
        values.push(id.into());
        let last = values.len();
        sql += &format!(" AND (s.start_us, s.id) > (${}, ${last})", last - 1);
    }
    if filter.free_only {
        sql += &format!(" AND s.closed = FALSE AND {FREE} > 0");
    }
    sql += &format!(" ORDER BY s.start_us, s.id LIMIT {limit}");
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// The next session of the stage with a free seat, for somebody who found none in another.
pub async fn next_free<C: ConnectionTrait>(
    on: &C,
    stage: Uuid,
    now: Timestamp,
) -> Result<Option<Session>> {
    let filter = Filter {
        earliest_start: Some(now + jiff::SignedDuration::from_micros(1)),
        free_only: true,
        ..Filter::default()
    };
    let mut found = list(on, stage, &filter, None, 1, now).await?;
    Ok(found.pop().map(|offer| offer.session))
}

pub async fn insert(tx: &Tx, session: &Session) -> Result<()> {
    execute(
        tx,
        "INSERT INTO test_sessions (id, campaign, stage, center, start_us, end_us, capacity, taken,
            language, check_in_required, version, room, extra_time_percent, closed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, FALSE)",
        [
            session.id.to_string().into(),
            session.campaign.as_str().into(),
            session.stage.to_string().into(),
            session.center.to_string().into(),
            to_us(session.start).into(),
            to_us(session.end).into(),
            session.capacity.into(),
            session.taken.into(),
            session.language.map(Language::as_str).into(),
            (session.check_in == CheckIn::Required).into(),
            session.version.into(),
            session.room.map(|id| id.to_string()).into(),
            session.extra_time_percent.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Saves the plan of a locked session; false where more seats are taken than there would be.
pub async fn save(tx: &Tx, session: &Session) -> Result<bool> {
    let done = execute(
        tx,
        "UPDATE test_sessions SET center = $2, start_us = $3, end_us = $4, capacity = $5,
            language = $6, check_in_required = $7, room = $8, extra_time_percent = $9,
            version = version + 1
         WHERE id = $1 AND taken <= $5",
        [
            session.id.to_string().into(),
            session.center.to_string().into(),
            to_us(session.start).into(),
            to_us(session.end).into(),
            session.capacity.into(),
            session.language.map(Language::as_str).into(),
            (session.check_in == CheckIn::Required).into(),
            session.room.map(|id| id.to_string()).into(),
            session.extra_time_percent.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many seats these sessions have left, in one look.
pub async fn seats_left<C: ConnectionTrait>(
    on: &C,
    sessions: &[Uuid],
    now: Timestamp,
) -> Result<Vec<(Uuid, i32)>> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![to_us(now).into()];
    values.extend(sessions.iter().map(|id| Value::from(id.to_string())));
    let places: Vec<String> = (2..=values.len()).map(|at| format!("${at}")).collect();
    let sql = format!("{} WHERE s.id IN ({})", select(), places.join(", "));
    let rows = query_all(on, &sql, values).await?;
    let offers: Result<Vec<Offer>> = rows.iter().map(read).collect();
    let left = |offer: Offer| (offer.session.id, offer.seats_left);
    Ok(offers?.into_iter().map(left).collect())
}

/// What all sessions to come of these stages have left, in one look; a stage without any has nothing.
pub async fn left_of_stages<C: ConnectionTrait>(
    on: &C,
    stages: &[Uuid],
    now: Timestamp,
) -> Result<Vec<(Uuid, StageLeft)>> {
    if stages.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![to_us(now).into()];
    values.extend(stages.iter().map(|id| Value::from(id.to_string())));
    let places: Vec<String> = (2..=values.len()).map(|at| format!("${at}")).collect();
    let sql = format!(
        "SELECT stage, CAST(SUM(free) AS BIGINT) AS seats,
            CAST(SUM(CASE WHEN free > 0 THEN 1 ELSE 0 END) AS BIGINT) AS sessions
         FROM (SELECT s.stage AS stage, {FREE} AS free FROM test_sessions s
               WHERE s.stage IN ({}) AND s.start_us > $1 AND s.closed = FALSE) AS offers
         GROUP BY stage",
        places.join(", ")
    );
    let mut left: HashMap<Uuid, StageLeft> = stages
        .iter()
        .map(|id| (*id, StageLeft::default()))
        .collect();
    for found in &query_all(on, &sql, values).await? {
        let number = |column| -> Result<i32> {
            let number: i64 = row::get(found, column)?;
            Ok(i32::try_from(number).unwrap_or(i32::MAX))
        };
        let (seats, sessions) = (number("seats")?, number("sessions")?);
        left.insert(row::uuid(found, "stage")?, StageLeft { seats, sessions });
    }
    Ok(left.into_iter().collect())
}

/// Reads the quotas of these sessions, too.
pub async fn with_quotas<C: ConnectionTrait>(
    on: &C,
    mut offers: Vec<Offer>,
    now: Timestamp,
) -> Result<Vec<Offer>> {
    let ids: Vec<Uuid> = offers.iter().map(|offer| offer.session.id).collect();
    let mut quotas = quota::of(on, &ids, now).await?;
    for offer in &mut offers {
        offer.quotas = quotas.remove(&offer.session.id).unwrap_or_default();
    }
    Ok(offers)
}

fn read(found: &QueryResult) -> Result<Offer> {
    let seats_left: i64 = row::get(found, "seats_left")?;
    Ok(Offer {
        session: session(found)?,
        seats_left: i32::try_from(seats_left).unwrap_or(i32::MAX),
        quotas: Vec::new(),
    })
}

/// The session, from the columns of a row that has them among others.
pub(super) fn session(found: &QueryResult) -> Result<Session> {
    Ok(Session {
        id: row::uuid(found, "session_id")?,
        campaign: row::get(found, "session_campaign")?,
        stage: row::uuid(found, "stage")?,
        center: row::uuid(found, "center")?,
        start: row::time(found, "start_us")?,
        end: row::time(found, "end_us")?,
        capacity: row::get(found, "capacity")?,
        taken: row::get(found, "taken")?,
        language: row::maybe_word(found, "language", Language::from_word)?,
        check_in: if row::get(found, "check_in_required")? {
            CheckIn::Required
        } else {
            CheckIn::NotNeeded
        },
        room: row::maybe_uuid(found, "room")?,
        extra_time_percent: row::get(found, "extra_time_percent")?,
        closed: row::get(found, "closed")?,
        version: row::get(found, "session_version")?,
    })
}
