//! Sessions in the database. Their seats are changed in [`super::seats`] only.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::row;
use crate::domain::session::{CheckIn, Language, Session};

/// A session with the seats that are free now: an expired hold holds nothing, whether or not it
/// has been swept up.
#[derive(Debug, Clone)]
pub struct Offer {
    pub session: Session,
    pub seats_left: i32,
}

const FREE: &str = "(s.capacity - s.taken + (SELECT COUNT(*) FROM bookings h
    WHERE h.session = s.id AND h.state = 'HELD' AND h.hold_until_us <= $1))";

fn select() -> String {
    format!(
        "SELECT s.id AS session_id, s.campaign AS session_campaign, s.stage, s.center, s.start_us,
            s.end_us, s.capacity, s.taken, s.language, s.check_in_required,
            s.version AS session_version, {FREE} AS seats_left
         FROM test_sessions s"
    )
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
        sql += &format!(" AND {FREE} > 0");
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
            language, check_in_required, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
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
        ],
    )
    .await?;
    Ok(())
}

fn read(found: &QueryResult) -> Result<Offer> {
    let seats_left: i64 = row::get(found, "seats_left")?;
    Ok(Offer {
        session: session(found)?,
        seats_left: i32::try_from(seats_left).unwrap_or(i32::MAX),
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
        version: row::get(found, "session_version")?,
    })
}
