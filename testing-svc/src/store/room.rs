//! Rooms and their timetables in the database.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{row, test_session};
use crate::domain::room::Room;
use crate::domain::session::Session;

const SELECT: &str =
    "SELECT id, center, title, seats, accessible_seats, equipment, version FROM rooms";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Room>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// The room, locked: its seats and its timetable don't change meanwhile.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Room>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// The rooms of a centre, oldest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    center: Uuid,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Room>> {
    let sql = format!("{SELECT} WHERE center = $1 AND id > $2 ORDER BY id LIMIT {limit}");
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = query_all(on, &sql, [center.to_string().into(), after.into()]).await?;
    rows.iter().map(read).collect()
}

pub async fn insert(tx: &Tx, room: &Room) -> Result<()> {
    let sql = "INSERT INTO rooms (id, center, title, seats, accessible_seats, equipment, version)
         VALUES ($1, $7, $2, $3, $4, $5, $6)";
    let mut values = columns(room, room.version)?;
    values.push(room.center.to_string().into());
    execute(tx, sql, values).await?;
    Ok(())
}

/// Saves a locked room.
pub async fn save(tx: &Tx, room: &Room) -> Result<()> {
    let sql = "UPDATE rooms SET title = $2, seats = $3, accessible_seats = $4, equipment = $5,
            version = version + 1
         WHERE id = $1 AND version = $6";
    let done = execute(tx, sql, columns(room, room.version)?).await?;
    super::one_row(&done)
}

fn columns(room: &Room, version: i32) -> Result<Vec<Value>> {
    Ok(vec![
        room.id.to_string().into(),
        serde_json::to_string(&room.title)
            .map_err(anyhow::Error::from)?
            .into(),
        room.seats.into(),
        room.accessible_seats.into(),
        serde_json::to_string(&room.equipment)
            .map_err(anyhow::Error::from)?
            .into(),
        version.into(),
    ])
}

/// A coming session with more seats than the room would have, if there is one.
pub async fn outgrown<C: ConnectionTrait>(
    on: &C,
    room: &Room,
    now: Timestamp,
) -> Result<Option<Session>> {
    let sql = format!(
        "{} WHERE s.room = $2 AND s.end_us > $1 AND (s.capacity > $3 OR EXISTS
            (SELECT 1 FROM session_quotas q WHERE q.session = s.id
             AND q.kind = 'ACCESSIBLE_WORKSTATION' AND q.size > $4))
         ORDER BY s.start_us, s.id LIMIT 1",
        test_session::select()
    );
    let values = [
        to_us(now).into(),
        room.id.to_string().into(),
        room.seats.into(),
        room.accessible_seats.into(),
    ];
    let found = query_one(on, &sql, values).await?;
    found.as_ref().map(test_session::session).transpose()
}

/// What a room is taken by, the next first.
pub async fn timetable<C: ConnectionTrait>(
    on: &C,
    room: Uuid,
    earliest_end: Timestamp,
    after: Option<(i64, String)>,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<Session>> {
    let sql = format!(
        "{} WHERE s.room = $2
            AND s.end_us + (s.end_us - s.start_us) * s.extra_time_percent / 100 > $3
            AND (s.start_us, s.id) > ($4, $5)
         ORDER BY s.start_us, s.id LIMIT {limit}",
        test_session::select()
    );
    let (start, id) = after.unwrap_or((i64::MIN, String::new()));
    let values = [
        to_us(now).into(),
        room.to_string().into(),
        to_us(earliest_end).into(),
        start.into(),
        id.into(),
    ];
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(test_session::session).collect()
}

/// Takes the room for a session. The key of the slots refuses what is taken already: then there is
/// the session that stands in the way, and nothing was taken.
pub async fn take(tx: &Tx, session: &Session) -> Result<Option<Uuid>> {
    let Some(room) = session.room else {
        return Ok(None);
    };
    let slots: Vec<i64> = session.slots().collect();
    let mut values: Vec<Value> = vec![room.to_string().into(), session.id.to_string().into()];
    values.extend(slots.iter().map(|slot| Value::from(*slot)));
    let rows: Vec<String> = (3..=values.len())
        .map(|at| format!("($1, ${at}, $2)"))
        .collect();
    let sql = format!(
        "INSERT INTO room_slots (room, slot, session) VALUES {} ON CONFLICT DO NOTHING",
        rows.join(", ")
    );
    let done = execute(tx, &sql, values).await?;
    if usize::try_from(done.rows_affected()).ok() == Some(slots.len()) {
        return Ok(None);
    }
    leave(tx, session.id).await?;
    let sql = "SELECT session FROM room_slots
         WHERE room = $1 AND slot >= $2 AND slot < $3 ORDER BY slot LIMIT 1";
    let range = session.slots();
    let key = [
        room.to_string().into(),
        range.start.into(),
        range.end.into(),
    ];
    let found = query_one(tx, sql, key).await?;
    found
        .as_ref()
        .map(|found| row::uuid(found, "session"))
        .transpose()
}

/// The session takes the room no longer.
pub async fn leave(tx: &Tx, session: Uuid) -> Result<()> {
    execute(
        tx,
        "DELETE FROM room_slots WHERE session = $1",
        [session.to_string().into()],
    )
    .await?;
    Ok(())
}

fn read(found: &QueryResult) -> Result<Room> {
    Ok(Room {
        id: row::uuid(found, "id")?,
        center: row::uuid(found, "center")?,
        title: row::json(found, "title")?,
        seats: row::get(found, "seats")?,
        accessible_seats: row::get(found, "accessible_seats")?,
        equipment: row::json(found, "equipment")?,
        version: row::get(found, "version")?,
    })
}
