//! Bookings in the database, read together with what they are held against.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{one_row, row, stage, test_session};
use crate::domain::booking::{At, Booking, Phase, State};
use crate::domain::localized::Localized;
use crate::domain::quota::Needs;
use crate::domain::session::Session;
use crate::domain::stage::Terms;

/// A booking with its session, the stage's terms and the name of the place.
#[derive(Debug, Clone)]
pub struct Seat {
    pub booking: Booking,
    /// As this person sits it: its end is theirs, extra time included.
    pub session: Session,
    pub terms: Terms,
    pub stage_number: i32,
    /// Whether the results of the stage are out.
    pub is_published: bool,
    pub center_title: Localized,
    /// The zone of the clocks there, an IANA name.
    pub time_zone: String,
}

impl Seat {
    pub fn at(&self, now: Timestamp) -> At<'_> {
        At {
            session: &self.session,
            terms: &self.terms,
            now,
        }
    }

    pub fn extra_time_percent(&self) -> i32 {
        self.session.extra_time_of(&self.booking.needs)
    }
}

/// The columns of a [`Seat`], after others that a list needs.
pub(super) fn select(others: &str) -> String {
    format!(
        "SELECT {others}b.id, b.campaign, b.account, b.state, b.hold_until_us, b.created_us,
            b.confirmed_us, b.moves, b.sequence, b.attempt, b.needs, b.waitlist_entry, b.grace_us,
            b.version, s.id AS session_id, s.campaign AS session_campaign, s.stage, s.center,
            s.start_us, s.end_us, s.capacity, s.taken, s.language, s.check_in_required, s.room,
            s.extra_time_percent, s.closed, s.version AS session_version,
            g.number, g.hold_us, g.change_notice_us, g.max_changes, g.early_start_us,
            g.late_start_us, g.published_us, c.title AS center_title, c.time_zone,
            (SELECT p.needs FROM eligibilities p
             WHERE p.campaign = b.campaign AND p.account = b.account) AS applied
         FROM bookings b JOIN test_sessions s ON s.id = b.session
         JOIN stages g ON g.id = b.stage JOIN test_centers c ON c.id = s.center"
    )
}

pub(super) const LIVE: &str = "('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED')";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Seat>> {
    let sql = format!("{} WHERE b.id = $1", select(""));
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// The booking, locked until the transaction ends. In two steps: a join read while waiting for
/// the lock would show the session of before a move.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Seat>> {
    let sql = format!("SELECT id FROM bookings WHERE id = $1{}", for_update(tx));
    query_one(tx, &sql, [id.to_string().into()]).await?;
    find(tx, id).await
}

/// The person's live booking in a stage: there is at most one.
pub async fn live(tx: &Tx, stage: Uuid, account: Uuid) -> Result<Option<Seat>> {
    let sql = format!(
        "{} WHERE b.stage = $1 AND b.account = $2 AND b.state IN {LIVE}",
        select("")
    );
    let key = [stage.to_string().into(), account.to_string().into()];
    query_one(tx, &sql, key)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// All live bookings of a person in a campaign.
pub async fn live_in_campaign(tx: &Tx, campaign: &str, account: Uuid) -> Result<Vec<Seat>> {
    let sql = format!(
        "{} WHERE b.account = $1 AND b.campaign = $2 AND b.state IN {LIVE}",
        select("")
    );
    let rows = query_all(tx, &sql, [account.to_string().into(), campaign.into()]).await?;
    rows.iter().map(read).collect()
}

/// What a list of bookings is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub account: Option<Uuid>,
    pub campaign: Option<String>,
    pub session: Option<Uuid>,
    pub phase: Option<Phase>,
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    before: Option<Uuid>,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<Seat>> {
    // As in `Booking::phase_at`: what has run out is shown as such before a job writes it down.
    let phase = "CASE WHEN b.state = 'HELD' AND b.hold_until_us <= $1 THEN 'HOLD_EXPIRED'
        WHEN b.state IN ('BOOKED', 'CHECKED_IN') AND s.start_us + g.late_start_us <= $1
            AND COALESCE(b.grace_us, 0) <= $1 THEN 'NO_SHOW'
        ELSE b.state END =";
    let mut sql = format!("{} WHERE $1 > 0", select(""));
    let mut values: Vec<Value> = vec![to_us(now).into()];
    let mut narrow = |condition: &str, value: Option<String>| {
        if let Some(value) = value {
            values.push(value.into());
            sql += &format!(" AND {condition} ${}", values.len());
        }
    };
    narrow("b.account =", filter.account.map(|id| id.to_string()));
    narrow("b.campaign =", filter.campaign.clone());
    narrow("b.session =", filter.session.map(|id| id.to_string()));
    narrow(phase, filter.phase.map(|phase| phase.as_str().to_owned()));
    narrow("b.id <", before.map(|id| id.to_string()));
    sql += &format!(" ORDER BY b.id DESC LIMIT {limit}");
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// How long a session may be sat by those with extra time, beyond its end.
const EXTRA: &str = "SELECT (s.end_us - s.start_us) * s.extra_time_percent / 100
    FROM test_sessions s WHERE s.id =";

/// False where the person has a live booking in the stage.
pub async fn insert(tx: &Tx, booking: &Booking) -> Result<bool> {
    let sql = format!(
        "INSERT INTO bookings (id, campaign, stage, session, account, state, hold_until_us,
            created_us, moves, sequence, version, needs, waitlist_entry, extra_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
            CASE WHEN $14 THEN ({EXTRA} $4) ELSE 0 END) ON CONFLICT DO NOTHING"
    );
    let done = execute(
        tx,
        &sql,
        [
            booking.id.to_string().into(),
            booking.campaign.as_str().into(),
            booking.stage.to_string().into(),
            booking.session.to_string().into(),
            booking.account.to_string().into(),
            booking.state.phase().as_str().into(),
            until(booking).into(),
            to_us(booking.created).into(),
            booking.moves.into(),
            booking.sequence.into(),
            booking.version.into(),
            written(&booking.needs)?,
            booking.waitlist_entry.map(|id| id.to_string()).into(),
            booking.needs.accessible.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Saves a locked booking.
pub async fn save(tx: &Tx, booking: &Booking) -> Result<()> {
    let sql = format!(
        "UPDATE bookings SET session = $3, state = $4, hold_until_us = $5, confirmed_us = $6,
            moves = $7, sequence = $8, attempt = $9, needs = $10, grace_us = $11,
            extra_us = CASE WHEN $12 THEN ({EXTRA} $3) ELSE 0 END, version = version + 1
         WHERE id = $1 AND version = $2"
    );
    let done = execute(
        tx,
        &sql,
        [
            booking.id.to_string().into(),
            booking.version.into(),
            booking.session.to_string().into(),
            booking.state.phase().as_str().into(),
            until(booking).into(),
            booking.confirmed.map(to_us).into(),
            booking.moves.into(),
            booking.sequence.into(),
            booking.attempt.map(|id| id.to_string()).into(),
            written(&booking.needs)?,
            booking.grace.map(to_us).into(),
            booking.needs.accessible.into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// Writes down anew how long each booking of a locked session may be sat: its plan has changed.
pub async fn retime(tx: &Tx, session: Uuid) -> Result<()> {
    let key = session.to_string();
    let sql = "SELECT id, needs FROM bookings WHERE session = $1 ORDER BY id";
    let update = format!("UPDATE bookings SET extra_us = ({EXTRA} $2) WHERE id = $1");
    for found in &query_all(tx, sql, [key.as_str().into()]).await? {
        let needs: Needs = row::json(found, "needs")?;
        if needs.accessible {
            let id = row::uuid(found, "id")?.to_string();
            execute(tx, &update, [id.into(), key.as_str().into()]).await?;
        }
    }
    Ok(())
}

/// Bookings whose person did not start in time.
pub async fn missed<C: ConnectionTrait>(on: &C, now: Timestamp, limit: u64) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT b.id FROM test_sessions s JOIN stages g ON g.id = s.stage
         JOIN bookings b ON b.session = s.id
         WHERE b.state IN ('BOOKED', 'CHECKED_IN') AND s.start_us <= $1 - g.late_start_us
            AND COALESCE(b.grace_us, 0) <= $1
         ORDER BY b.id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

fn written(needs: &Needs) -> Result<Value> {
    let text = serde_json::to_string(needs).map_err(anyhow::Error::from)?;
    Ok(text.into())
}

fn until(booking: &Booking) -> Option<i64> {
    match booking.state {
        State::Held { until } | State::HoldExpired { until } => Some(to_us(until)),
        _ => None,
    }
}

pub(super) fn read(found: &QueryResult) -> Result<Seat> {
    let mut session = test_session::session(found)?;
    let needs: Needs = row::json(found, "needs")?;
    session.end = session.end_with(session.extra_time_of(&needs));
    Ok(Seat {
        booking: Booking {
            id: row::uuid(found, "id")?,
            campaign: row::get(found, "campaign")?,
            stage: session.stage,
            session: session.id,
            account: row::uuid(found, "account")?,
            state: read_state(found)?,
            created: row::time(found, "created_us")?,
            confirmed: row::maybe_time(found, "confirmed_us")?,
            moves: row::get(found, "moves")?,
            sequence: row::get(found, "sequence")?,
            attempt: row::maybe_uuid(found, "attempt")?,
            needs,
            applied: row::maybe_json(found, "applied")?.unwrap_or_default(),
            waitlist_entry: row::maybe_uuid(found, "waitlist_entry")?,
            grace: row::maybe_time(found, "grace_us")?,
            version: row::get(found, "version")?,
        },
        session,
        terms: stage::terms(found)?,
        stage_number: row::get(found, "number")?,
        is_published: row::maybe_time(found, "published_us")?.is_some(),
        center_title: row::json(found, "center_title")?,
        time_zone: row::get(found, "time_zone")?,
    })
}

fn read_state(found: &QueryResult) -> Result<State> {
    let until = || row::needed(row::maybe_time(found, "hold_until_us")?, "hold_until_us");
    Ok(match row::word(found, "state", Phase::from_word)? {
        Phase::Held => State::Held { until: until()? },
        Phase::HoldExpired => State::HoldExpired { until: until()? },
        Phase::Booked => State::Booked,
        Phase::CheckedIn => State::CheckedIn,
        Phase::Started => State::Started,
        Phase::Completed => State::Completed,
        Phase::NoShow => State::NoShow,
        Phase::Cancelled => State::Cancelled,
        Phase::Displaced => State::Displaced,
    })
}
