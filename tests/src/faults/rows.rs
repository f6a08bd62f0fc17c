//! What the services' databases say when a run is over.

use std::time::{Duration, Instant};

use chassis::database::{Database, query_all};

use super::schedule::SERVICES;
use crate::season::patience::pause;

/// A run's part of the rows.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub sessions: Vec<SessionRow>,
    pub bookings: Vec<BookingRow>,
    pub answers: Vec<AnswerRow>,
    pub audits: Vec<AuditRow>,
    pub messages: Vec<MessageRow>,
    /// Of each service: events that wait, and events set aside.
    pub outboxes: Vec<(String, i64, i64)>,
}

#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The last part of the name.
    pub id: String,
    pub capacity: i32,
    pub taken: i32,
    pub start_us: i64,
}

#[derive(Debug, Clone)]
pub struct BookingRow {
    pub id: String,
    pub session: String,
    pub stage: String,
    pub account: String,
    pub state: String,
    pub created_us: i64,
}

/// An answer that is kept under a request id.
#[derive(Debug, Clone)]
pub struct AnswerRow {
    pub caller: String,
    pub request_id: String,
}

#[derive(Debug, Clone)]
pub struct AuditRow {
    pub action: String,
    pub resource: String,
}

/// A message of the inbox.
#[derive(Debug, Clone)]
pub struct MessageRow {
    pub about: String,
    /// `BOOKING_CONFIRMED` and so on.
    pub kind: String,
}

/// States in which a booking has a seat.
pub const LIVE: [&str; 5] = ["HELD", "BOOKED", "CHECKED_IN", "STARTED", "COMPLETED"];

/// The state of a hold that nobody confirmed in time.
pub const RAN_OUT: &str = "HOLD_EXPIRED";

impl Rows {
    /// Of one campaign, by the id at the end of its name.
    pub async fn of(
        campaign: &str,
        testing: &Database,
        identity: &Database,
    ) -> anyhow::Result<Self> {
        let name = format!("campaigns/{campaign}/bookings/%");
        Ok(Self {
            sessions: sessions(testing, campaign).await?,
            bookings: bookings(testing, campaign).await?,
            answers: answers(testing).await?,
            audits: audits(testing, &name).await?,
            messages: messages(identity, &name).await?,
            outboxes: Vec::new(),
        })
    }

    pub fn session(&self, id: &str) -> Option<&SessionRow> {
        self.sessions.iter().find(|it| it.id == id)
    }

    pub fn live_in<'a>(&'a self, session: &'a str) -> impl Iterator<Item = &'a BookingRow> {
        let live = |it: &&BookingRow| LIVE.contains(&it.state.as_str());
        self.bookings
            .iter()
            .filter(live)
            .filter(move |it| it.session == session)
    }
}

async fn sessions(db: &Database, campaign: &str) -> anyhow::Result<Vec<SessionRow>> {
    let sql = "SELECT id, capacity, taken, start_us FROM test_sessions WHERE campaign = $1";
    let rows = query_all(db.read(), sql, [campaign.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(SessionRow {
                id: row.try_get("", "id")?,
                capacity: row.try_get("", "capacity")?,
                taken: row.try_get("", "taken")?,
                start_us: row.try_get("", "start_us")?,
            })
        })
        .collect()
}

async fn bookings(db: &Database, campaign: &str) -> anyhow::Result<Vec<BookingRow>> {
    let sql = "SELECT id, session, stage, account, state, created_us FROM bookings
        WHERE campaign = $1";
    let rows = query_all(db.read(), sql, [campaign.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(BookingRow {
                id: row.try_get("", "id")?,
                session: row.try_get("", "session")?,
                stage: row.try_get("", "stage")?,
                account: row.try_get("", "account")?,
                state: row.try_get("", "state")?,
                created_us: row.try_get("", "created_us")?,
            })
        })
        .collect()
}

async fn answers(db: &Database) -> anyhow::Result<Vec<AnswerRow>> {
    let sql = "SELECT caller, request_id FROM once WHERE rpc = 'CreateBooking'
        AND answer IS NOT NULL";
    let rows = query_all(db.read(), sql, []).await?;
    rows.iter()
        .map(|row| {
            Ok(AnswerRow {
                caller: row.try_get("", "caller")?,
                request_id: row.try_get("", "request_id")?,
            })
        })
        .collect()
}

async fn audits(db: &Database, resource: &str) -> anyhow::Result<Vec<AuditRow>> {
    let sql = "SELECT action, resource FROM audit WHERE resource LIKE $1";
    let rows = query_all(db.read(), sql, [resource.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(AuditRow {
                action: row.try_get("", "action")?,
                resource: row.try_get("", "resource")?,
            })
        })
        .collect()
}

/// In the order in which they were written.
async fn messages(db: &Database, about: &str) -> anyhow::Result<Vec<MessageRow>> {
    let sql = "SELECT about, notice FROM message WHERE about LIKE $1
        ORDER BY account_id, change_number";
    let rows = query_all(db.read(), sql, [about.into()]).await?;
    rows.iter()
        .map(|row| {
            let notice: String = row.try_get("", "notice")?;
            let notice: serde_json::Value = serde_json::from_str(&notice)?;
            Ok(MessageRow {
                about: row.try_get("", "about")?,
                kind: notice["kind"].as_str().unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

/// How the resources of events begin that a fault put there: nobody can take them.
pub const POISON: &str = "poison/";

/// How long the events of before the last fault may wait.
const SETTLE: Duration = Duration::from_secs(30);

/// The outboxes once they are empty, or as they are when that takes too long.
pub async fn settled(
    database: impl AsyncFn(&str) -> anyhow::Result<Database>,
) -> anyhow::Result<Vec<(String, i64, i64)>> {
    let begun = Instant::now();
    loop {
        let mut outboxes = Vec::new();
        for service in SERVICES {
            let db = database(service).await?;
            let (waiting, dead) = outbox(&db).await?;
            db.close().await?;
            outboxes.push((service.to_owned(), waiting, dead));
        }
        let empty = outboxes.iter().all(|(_, waiting, _)| *waiting == 0);
        if empty || begun.elapsed() > SETTLE {
            return Ok(outboxes);
        }
        pause(Duration::from_millis(250)).await;
    }
}

/// Events of a service that wait, and those that were set aside.
async fn outbox(db: &Database) -> anyhow::Result<(i64, i64)> {
    let sql = "SELECT dead FROM outbox WHERE about NOT LIKE $1";
    let rows = query_all(db.read(), sql, [format!("{POISON}%").into()]).await?;
    let (mut waiting, mut dead) = (0, 0);
    for row in rows {
        match row.try_get::<bool>("", "dead")? {
            true => dead += 1,
            false => waiting += 1,
        }
    }
    Ok((waiting, dead))
}
