//! Bookings of a moment, in few statements: everything that many who book at once are held against, and
//! all that comes of it. On PostgreSQL only; [`super::booking`] and [`super::seats`] do the same for one,
//! and a test holds that both agree.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::anyhow;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::booking::Seat;
use super::{booking, eligibility, quota, row, test_session};
use crate::domain::booking::{Booking, State};
use crate::domain::eligibility::Eligibility;
use crate::domain::localized::Localized;
use crate::domain::quota::Quota;
use crate::domain::session::Session;

/// A session with the name of its place.
#[derive(Debug, Clone)]
pub struct Offered {
    pub session: Session,
    pub center_title: Localized,
    /// The zone of the clocks there, an IANA name.
    pub time_zone: String,
    pub quotas: Vec<Quota>,
}

/// Locks the people of a crowd, but for those whose row somebody else has: nobody waits for another's
/// business, and so no two crowds wait for each other.
pub async fn lock_people(
    tx: &Tx,
    campaign: &str,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Eligibility>> {
    let sql = format!(
        "{} WHERE campaign = $1 AND account = ANY($2) ORDER BY account FOR UPDATE SKIP LOCKED",
        eligibility::SELECT
    );
    let rows = query_all(tx, &sql, [campaign.into(), ids(accounts)]).await?;
    let people = rows.iter().map(eligibility::read);
    people
        .map(|person| person.map(|it| (it.account, it)))
        .collect()
}

/// Who of them has a live booking in the stage.
pub async fn booked(tx: &Tx, stage: Uuid, accounts: &[Uuid]) -> Result<HashSet<Uuid>> {
    let sql = format!(
        "SELECT account FROM bookings WHERE stage = $1 AND account = ANY($2) AND state IN {}",
        booking::LIVE
    );
    accounts_of(&query_all(tx, &sql, [stage.to_string().into(), ids(accounts)]).await?)
}

/// Who of them has a live place on the stage's waiting list, which is locked.
pub async fn waiting(tx: &Tx, stage: Uuid, accounts: &[Uuid]) -> Result<HashSet<Uuid>> {
    let sql = "SELECT account FROM waitlist_entries WHERE stage = $1 AND account = ANY($2)
        AND state IN ('WAITING', 'OFFERED')";
    accounts_of(&query_all(tx, sql, [stage.to_string().into(), ids(accounts)]).await?)
}

fn accounts_of(rows: &[QueryResult]) -> Result<HashSet<Uuid>> {
    rows.iter()
        .map(|found| row::uuid(found, "account"))
        .collect()
}

/// The stages of bookings, in the order in which all lock them. A booking never leaves its stage.
pub async fn stages_of(tx: &Tx, bookings: &[Uuid]) -> Result<Vec<Uuid>> {
    let sql = "SELECT DISTINCT stage FROM bookings WHERE id = ANY($1) ORDER BY stage";
    let rows = query_all(tx, sql, [ids(bookings)]).await?;
    rows.iter().map(|found| row::uuid(found, "stage")).collect()
}

/// Locks bookings and reads them, but for those that somebody else has locked: in two steps, as for one.
pub async fn lock_bookings(tx: &Tx, bookings: &[Uuid]) -> Result<HashMap<Uuid, Seat>> {
    let sql = "SELECT id FROM bookings WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED";
    let rows = query_all(tx, sql, [ids(bookings)]).await?;
    let locked: Result<Vec<Uuid>> = rows.iter().map(|found| row::uuid(found, "id")).collect();
    let sql = format!("{} WHERE b.id = ANY($1)", booking::select(""));
    let rows = query_all(tx, &sql, [ids(&locked?)]).await?;
    let seats = rows.iter().map(booking::read);
    seats
        .map(|seat| seat.map(|it| (it.booking.id, it)))
        .collect()
}

/// Writes down that locked bookings are confirmed.
pub async fn confirm(tx: &Tx, seats: &[&Seat]) -> Result<()> {
    let (mut keys, mut versions, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for seat in seats {
        keys.push(seat.booking.id.to_string());
        versions.push(seat.booking.version);
        times.push(seat.booking.confirmed.map(to_us).unwrap_or_default());
    }
    let expected = keys.len();
    let done = execute(
        tx,
        "UPDATE bookings SET state = 'BOOKED', hold_until_us = NULL, confirmed_us = t.at,
            version = bookings.version + 1
         FROM unnest($1::text[], $2::int[], $3::bigint[]) AS t (id, version, at)
         WHERE bookings.id = t.id AND bookings.version = t.version",
        [keys.into(), versions.into(), times.into()],
    )
    .await?;
    all_rows(done.rows_affected(), expected)
}

/// Locks sessions in the order of their ids and reads them as they now are, with their quotas: what is
/// taken of them stays so until the transaction ends, but by its own doing.
pub async fn lock_sessions(
    tx: &Tx,
    sessions: &[Uuid],
    now: Timestamp,
) -> Result<HashMap<Uuid, Offered>> {
    let sql = format!(
        "SELECT {}, c.title AS center_title, c.time_zone
         FROM test_sessions s JOIN test_centers c ON c.id = s.center
         WHERE s.id = ANY($1) ORDER BY s.id FOR UPDATE OF s",
        test_session::COLUMNS
    );
    let rows = query_all(tx, &sql, [ids(sessions)]).await?;
    let mut offered = HashMap::new();
    for found in &rows {
        let session = test_session::session(found)?;
        let one = Offered {
            center_title: row::json(found, "center_title")?,
            time_zone: row::get(found, "time_zone")?,
            quotas: Vec::new(),
            session,
        };
        offered.insert(one.session.id, one);
    }
    let rows = query_all(
        tx,
        "SELECT q.session, q.id, q.kind, q.value, q.size, q.taken, q.release_us, s.start_us,
            CAST(0 AS BIGINT) AS expired
         FROM session_quotas q JOIN test_sessions s ON s.id = q.session
         WHERE q.session = ANY($1) ORDER BY q.session, q.id",
        [ids(sessions)],
    )
    .await?;
    for found in &rows {
        if let Some(one) = offered.get_mut(&row::uuid(found, "session")?) {
            one.quotas.push(quota::read(found, now)?);
        }
    }
    Ok(offered)
}

/// Writes new bookings, each with how long it may be sat beyond its session. Tells which of them were
/// written: not those whose person got a live one in the meantime.
pub async fn insert(tx: &Tx, bookings: &[(&Booking, i64)]) -> Result<HashSet<Uuid>> {
    let texts = |of: fn(&Booking) -> String| -> Value {
        let column: Vec<String> = bookings.iter().map(|(it, _)| of(it)).collect();
        column.into()
    };
    let numbers = |of: fn(&Booking) -> i64| -> Value {
        let column: Vec<i64> = bookings.iter().map(|(it, _)| of(it)).collect();
        column.into()
    };
    let needs: Result<Vec<String>> = bookings
        .iter()
        .map(|(it, _)| row::written(&it.needs))
        .collect();
    let extra: Vec<i64> = bookings.iter().map(|(_, extra)| *extra).collect();
    let rows = query_all(
        tx,
        "INSERT INTO bookings (id, campaign, stage, session, account, state, hold_until_us,
            created_us, moves, sequence, version, needs, extra_us)
         SELECT t.id, t.campaign, t.stage, t.session, t.account, 'HELD', t.until, t.created, 0, 0, 1,
            t.needs, t.extra
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
            $7::bigint[], $8::text[], $9::bigint[])
            AS t (id, campaign, stage, session, account, until, created, needs, extra)
         ON CONFLICT DO NOTHING RETURNING id",
        [
            texts(|it| it.id.to_string()),
            texts(|it| it.campaign.clone()),
            texts(|it| it.stage.to_string()),
            texts(|it| it.session.to_string()),
            texts(|it| it.account.to_string()),
            numbers(until),
            numbers(|it| to_us(it.created)),
            needs?.into(),
            extra.into(),
        ],
    )
    .await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

fn until(booking: &Booking) -> i64 {
    match booking.state {
        State::Held { until } => to_us(until),
        _ => to_us(booking.created),
    }
}

/// What is taken of locked sessions and of their quotas, by their ids.
#[derive(Debug, Default)]
pub struct Seats {
    pub sessions: BTreeMap<Uuid, i32>,
    pub quotas: BTreeMap<(Uuid, String), i32>,
    /// Which quotas each booking has: the booking, the session, the quota.
    pub notes: Vec<(Uuid, Uuid, String)>,
}

/// Counts the seats of bookings that were written. The conditions and the tables' checks decide here as
/// they do for one.
pub async fn take(tx: &Tx, seats: &Seats) -> Result<()> {
    let (sessions, counts): (Vec<String>, Vec<i32>) = seats
        .sessions
        .iter()
        .map(|(id, count)| (id.to_string(), *count))
        .unzip();
    let expected = sessions.len();
    let done = execute(
        tx,
        "UPDATE test_sessions SET taken = taken + t.many
         FROM unnest($1::text[], $2::int[]) AS t (id, many)
         WHERE test_sessions.id = t.id AND taken + t.many <= capacity AND closed = FALSE",
        [sessions.into(), counts.into()],
    )
    .await?;
    all_rows(done.rows_affected(), expected)?;
    if !seats.quotas.is_empty() {
        take_quotas(tx, seats).await?;
    }
    Ok(())
}

async fn take_quotas(tx: &Tx, seats: &Seats) -> Result<()> {
    let (mut sessions, mut quotas, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for ((session, quota), count) in &seats.quotas {
        sessions.push(session.to_string());
        quotas.push(quota.clone());
        counts.push(*count);
    }
    let expected = sessions.len();
    let done = execute(
        tx,
        "UPDATE session_quotas SET taken = taken + t.many
         FROM unnest($1::text[], $2::text[], $3::int[]) AS t (session, id, many)
         WHERE session_quotas.session = t.session AND session_quotas.id = t.id
            AND taken + t.many <= size",
        [sessions.into(), quotas.into(), counts.into()],
    )
    .await?;
    all_rows(done.rows_affected(), expected)?;
    let text = |of: fn(&(Uuid, Uuid, String)) -> String| -> Value {
        let column: Vec<String> = seats.notes.iter().map(of).collect();
        column.into()
    };
    execute(
        tx,
        "INSERT INTO booking_quotas (booking, session, quota)
         SELECT t.booking, t.session, t.quota
         FROM unnest($1::text[], $2::text[], $3::text[]) AS t (booking, session, quota)",
        [
            text(|it| it.0.to_string()),
            text(|it| it.1.to_string()),
            text(|it| it.2.clone()),
        ],
    )
    .await?;
    Ok(())
}

/// What was read under its lock is there; if not, a lock was forgotten.
fn all_rows(changed: u64, expected: usize) -> Result<()> {
    if usize::try_from(changed) == Ok(expected) {
        Ok(())
    } else {
        Err(Error::Internal(anyhow!(
            "rows were changed that nobody had locked"
        )))
    }
}

fn ids(ids: &[Uuid]) -> Value {
    let column: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    column.into()
}
