//! Waiting lists in the database. A place leaves the state WAITING only under the lock of its stage's
//! list, so that two sessions never offer a seat to the same place.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::booking::Seat;
use super::narrowed::Narrowed;
use super::{booking, one_row, row};
use crate::domain::quota::Needs;
use crate::domain::session::Session;
use crate::domain::waitlist::{Entry, Outcome, State, Wish};

const SELECT: &str = "SELECT e.id, e.campaign, e.stage, e.account, e.session, e.center, e.day,
        e.needs, e.state, e.displaced, e.rank_us, e.created_us, e.moves, e.booking, e.version,
        (SELECT a.needs FROM eligibilities a
         WHERE a.campaign = e.campaign AND a.account = e.account) AS applied
     FROM waitlist_entries e";

/// Makes the list of a stage, where it has none yet.
pub async fn open(tx: &Tx, stage: Uuid) -> Result<()> {
    execute(
        tx,
        "INSERT INTO waitlists (stage) VALUES ($1) ON CONFLICT DO NOTHING",
        [stage.to_string().into()],
    )
    .await?;
    Ok(())
}

/// Locks the list of a stage; false where nobody ever waited.
pub async fn lock(tx: &Tx, stage: Uuid) -> Result<bool> {
    let sql = format!(
        "SELECT stage FROM waitlists WHERE stage = $1{}",
        for_update(tx)
    );
    let found = query_one(tx, &sql, [stage.to_string().into()]).await?;
    Ok(found.is_some())
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Entry>> {
    let sql = format!("{SELECT} WHERE e.id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// The person's live place in a stage: there is at most one.
pub async fn live(tx: &Tx, stage: Uuid, account: Uuid) -> Result<Option<Entry>> {
    let sql = format!(
        "{SELECT} WHERE e.stage = $1 AND e.account = $2 AND e.state IN ('WAITING', 'OFFERED')"
    );
    let key = [stage.to_string().into(), account.to_string().into()];
    let found = query_one(tx, &sql, key).await?;
    found.as_ref().map(read).transpose()
}

/// The live places of a person in a campaign, by their stages.
pub async fn live_in_campaign(tx: &Tx, campaign: &str, account: Uuid) -> Result<Vec<Entry>> {
    let sql = format!(
        "{SELECT} WHERE e.campaign = $1 AND e.account = $2 AND e.state IN ('WAITING', 'OFFERED')
         ORDER BY e.stage"
    );
    let rows = query_all(tx, &sql, [campaign.into(), account.to_string().into()]).await?;
    rows.iter().map(read).collect()
}

/// Who waits for a seat that this session could give, in the order in which they are offered one:
/// whose seat was taken away first, then who waits longest. Who may not sit the stage any more is
/// passed over, and so is who was offered this session before.
pub async fn waiting(
    tx: &Tx,
    session: &Session,
    after: Option<&Entry>,
    limit: u64,
) -> Result<Vec<Entry>> {
    let mut sql = format!(
        "{SELECT} WHERE e.stage = $1 AND e.state = 'WAITING'
            AND (e.session IS NULL OR e.session = $2) AND (e.center IS NULL OR e.center = $3)
            AND NOT EXISTS (SELECT 1 FROM seat_offers o WHERE o.entry = e.id AND o.session = $2)
            AND EXISTS (SELECT 1 FROM eligibilities p JOIN stages g ON g.id = e.stage
                WHERE p.campaign = e.campaign AND p.account = e.account
                AND p.standing = 'GRANTED' AND p.stage_number >= g.number)"
    );
    let mut values: Vec<Value> = vec![
        session.stage.to_string().into(),
        session.id.to_string().into(),
        session.center.to_string().into(),
    ];
    if let Some(after) = after {
        sql += " AND (CASE WHEN e.displaced THEN 0 ELSE 1 END, e.rank_us, e.id) > ($4, $5, $6)";
        values.push(i32::from(!after.displaced).into());
        values.push(to_us(after.rank).into());
        values.push(after.id.to_string().into());
    }
    sql += &format!(
        " ORDER BY CASE WHEN e.displaced THEN 0 ELSE 1 END, e.rank_us, e.id LIMIT {limit}"
    );
    let rows = query_all(tx, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// How many wait in the stage before this place.
pub async fn ahead<C: ConnectionTrait>(on: &C, entry: &Entry) -> Result<i32> {
    let sql = "SELECT COUNT(*) AS n FROM waitlist_entries e WHERE e.stage = $1
         AND e.state = 'WAITING'
         AND (CASE WHEN e.displaced THEN 0 ELSE 1 END, e.rank_us, e.id) < ($2, $3, $4)";
    let values = [
        entry.stage.to_string().into(),
        i32::from(!entry.displaced).into(),
        to_us(entry.rank).into(),
        entry.id.to_string().into(),
    ];
    let found = query_one(on, sql, values).await?;
    let count = found
        .map(|found| row::get::<i64>(&found, "n"))
        .transpose()?;
    Ok(count.map_or(0, |n| i32::try_from(n).unwrap_or(i32::MAX)))
}

/// A place with what is shown beside it.
#[derive(Debug, Clone)]
pub struct Place {
    pub entry: Entry,
    /// Whether it was the only one asked for: then there is more to see of it.
    pub alone: bool,
    /// How many wait before it, while it waits.
    pub ahead: Option<i32>,
    /// The seat that is kept for it, or that it led to.
    pub seat: Option<Seat>,
}

impl Place {
    pub async fn alone<C: ConnectionTrait>(on: &C, entry: Entry) -> Result<Self> {
        let ahead = match entry.state {
            State::Waiting => Some(ahead(on, &entry).await?),
            _ => None,
        };
        Ok(Self {
            alone: true,
            ahead,
            ..Self::among_others(on, entry).await?
        })
    }

    pub async fn among_others<C: ConnectionTrait>(on: &C, entry: Entry) -> Result<Self> {
        let with_seat = matches!(entry.state, State::Offered | State::Accepted);
        let seat = match entry.booking.filter(|_| with_seat) {
            Some(booking) => booking::find(on, booking).await?,
            None => None,
        };
        Ok(Self {
            entry,
            alone: false,
            ahead: None,
            seat,
        })
    }
}

/// What a list of places is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub account: Option<Uuid>,
    pub campaign: Option<String>,
    pub state: Option<State>,
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Entry>> {
    let rows = Narrowed::new(format!("{SELECT} WHERE 1 = 1"), Vec::new())
        .by("e.account =", filter.account.map(|id| id.to_string()))
        .by("e.campaign =", filter.campaign.clone())
        .by("e.state =", filter.state.map(|it| it.as_str().to_owned()))
        .by("e.id <", before.map(|id| id.to_string()))
        .rows(on, "e.id DESC", limit)
        .await?;
    rows.iter().map(read).collect()
}

/// False where the person has a live place in the stage.
pub async fn insert(tx: &Tx, entry: &Entry) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO waitlist_entries (id, campaign, stage, account, session, center, day, needs,
            state, displaced, rank_us, created_us, moves, booking, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'WAITING', $9, $10, $11, $12, NULL, 1)
         ON CONFLICT DO NOTHING",
        [
            entry.id.to_string().into(),
            entry.campaign.as_str().into(),
            entry.stage.to_string().into(),
            entry.account.to_string().into(),
            entry.wish.session.map(|id| id.to_string()).into(),
            entry.wish.center.map(|id| id.to_string()).into(),
            entry.wish.day.map(|day| day.to_string()).into(),
            serde_json::to_string(&entry.needs)
                .map_err(anyhow::Error::from)?
                .into(),
            entry.displaced.into(),
            to_us(entry.rank).into(),
            to_us(entry.created).into(),
            entry.moves.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Leads a place from one state to another; false where it is in neither.
pub async fn lead(tx: &Tx, entry: Uuid, from: State, to: State) -> Result<bool> {
    let done = execute(
        tx,
        "UPDATE waitlist_entries SET state = $3, version = version + 1
         WHERE id = $1 AND state = $2",
        [
            entry.to_string().into(),
            from.as_str().into(),
            to.as_str().into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes what is offered to a place.
pub async fn note_offer(
    tx: &Tx,
    entry: &Entry,
    booking: Uuid,
    session: Uuid,
    until: Timestamp,
) -> Result<()> {
    execute(
        tx,
        "INSERT INTO seat_offers (booking, entry, session, until_us, outcome)
         VALUES ($1, $2, $3, $4, NULL)",
        [
            booking.to_string().into(),
            entry.id.to_string().into(),
            session.to_string().into(),
            to_us(until).into(),
        ],
    )
    .await?;
    let done = execute(
        tx,
        "UPDATE waitlist_entries SET booking = $2 WHERE id = $1",
        [entry.id.to_string().into(), booking.to_string().into()],
    )
    .await?;
    one_row(&done)
}

/// Notes how an offer ended; false where it had ended before.
pub async fn end_offer(tx: &Tx, booking: Uuid, outcome: Outcome) -> Result<bool> {
    let done = execute(
        tx,
        "UPDATE seat_offers SET outcome = $2 WHERE booking = $1 AND outcome IS NULL",
        [booking.to_string().into(), outcome.as_str().into()],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An offer of a closed session is as if it had never been made.
pub async fn forget_offer(tx: &Tx, booking: Uuid) -> Result<()> {
    execute(
        tx,
        "DELETE FROM seat_offers WHERE booking = $1",
        [booking.to_string().into()],
    )
    .await?;
    Ok(())
}

/// Until when an offer stands, or stood.
pub async fn term<C: ConnectionTrait>(on: &C, booking: Uuid) -> Result<Option<Timestamp>> {
    let sql = "SELECT until_us FROM seat_offers WHERE booking = $1";
    let found = query_one(on, sql, [booking.to_string().into()]).await?;
    found.map(|found| row::time(&found, "until_us")).transpose()
}

/// The term of an offer, and how it ended, if it did.
pub async fn answer<C: ConnectionTrait>(
    on: &C,
    booking: Uuid,
) -> Result<Option<(Timestamp, Option<String>)>> {
    let sql = "SELECT until_us, outcome FROM seat_offers WHERE booking = $1";
    let found = query_one(on, sql, [booking.to_string().into()]).await?;
    found
        .map(|found| Ok((row::time(&found, "until_us")?, row::get(&found, "outcome")?)))
        .transpose()
}

/// Stages whose results are out while somebody waits.
pub async fn outlived<C: ConnectionTrait>(on: &C) -> Result<Vec<Uuid>> {
    let sql = "SELECT g.id FROM stages g WHERE g.published_us IS NOT NULL
            AND EXISTS (SELECT 1 FROM waitlist_entries e
                WHERE e.stage = g.id AND e.state = 'WAITING')
         ORDER BY g.id";
    let rows = query_all(on, sql, []).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

/// Ends some of the places that wait in a stage, whose list is locked; gives them as they were.
pub async fn end_waiting(tx: &Tx, stage: Uuid, limit: u64) -> Result<Vec<Entry>> {
    let sql =
        format!("{SELECT} WHERE e.stage = $1 AND e.state = 'WAITING' ORDER BY e.id LIMIT {limit}");
    let mut ended = Vec::new();
    for found in &query_all(tx, &sql, [stage.to_string().into()]).await? {
        let entry = read(found)?;
        if lead(tx, entry.id, State::Waiting, State::Left).await? {
            ended.push(entry);
        }
    }
    Ok(ended)
}

/// Coming sessions with free seats in stages in which somebody waits, the next first.
pub async fn awaited<C: ConnectionTrait>(on: &C, now: Timestamp, limit: u64) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT s.id FROM test_sessions s WHERE s.start_us > $1 AND s.closed = FALSE
            AND s.taken < s.capacity
            AND EXISTS (SELECT 1 FROM stages g WHERE g.id = s.stage AND g.published_us IS NULL)
            AND EXISTS (SELECT 1 FROM waitlist_entries e
                WHERE e.stage = s.stage AND e.state = 'WAITING'
                AND (e.session IS NULL OR e.session = s.id)
                AND (e.center IS NULL OR e.center = s.center))
         ORDER BY s.start_us, s.id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

/// Needs are as the application says now, which may have been edited since.
fn read(found: &QueryResult) -> Result<Entry> {
    let applied: Needs = row::maybe_json(found, "applied")?.unwrap_or_default();
    let (needs, _) = row::json::<Needs>(found, "needs")?.under(&applied);
    let day: Option<String> = row::get(found, "day")?;
    Ok(Entry {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        stage: row::uuid(found, "stage")?,
        account: row::uuid(found, "account")?,
        wish: Wish {
            session: row::maybe_uuid(found, "session")?,
            center: row::maybe_uuid(found, "center")?,
            day: day
                .map(|day| row::needed(day.parse().ok(), "day"))
                .transpose()?,
        },
        needs,
        state: row::word(found, "state", State::from_word)?,
        displaced: row::get(found, "displaced")?,
        rank: row::time(found, "rank_us")?,
        created: row::time(found, "created_us")?,
        moves: row::get(found, "moves")?,
        booking: row::maybe_uuid(found, "booking")?,
        version: row::get(found, "version")?,
    })
}
