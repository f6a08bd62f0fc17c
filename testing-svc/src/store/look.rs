//! All that a stage has to offer, read at once for everybody who looks for a seat: in three statements,
//! however many sessions there are. A test holds that it is what [`super::test_session`] and
//! [`super::quota`] say of each.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chassis::Result;
use chassis::clock::{astana, to_us};
use chassis::database::query_all;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{quota, row, test_session};
use crate::domain::quota::Quota;
use crate::domain::seat_search::{Candidate, Place};

/// Sessions that are looked at: the next ones.
const SESSIONS: u64 = 2_000;

/// The coming sessions of a stage with what is free of them, the next first.
pub async fn at_stage<C: ConnectionTrait>(
    on: &C,
    stage: Uuid,
    now: Timestamp,
) -> Result<Vec<Candidate>> {
    let lapsed = Lapsed::of_stage(on, stage, now).await?;
    let mut quotas = quotas(on, stage, now, &lapsed).await?;
    let sql = format!(
        "SELECT {}, c.title AS center_title, c.time_zone
         FROM test_sessions s JOIN test_centers c ON c.id = s.center
         WHERE s.stage = $1 AND s.start_us > $2 ORDER BY s.start_us, s.id LIMIT {SESSIONS}",
        test_session::COLUMNS
    );
    let rows = query_all(on, &sql, [stage.to_string().into(), to_us(now).into()]).await?;
    let mut places = HashMap::new();
    let mut candidates = Vec::with_capacity(rows.len());
    for found in &rows {
        let session = test_session::session(found)?;
        let place = match places.entry(session.center) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(new) => {
                let zone: String = row::get(found, "time_zone")?;
                let place = Place {
                    title: row::json(found, "center_title")?,
                    zone: TimeZone::get(&zone).unwrap_or_else(|_| astana()),
                };
                new.insert(Arc::new(place)).clone()
            }
        };
        candidates.push(Candidate {
            seats_left: session.capacity - session.taken + lapsed.seats(session.id),
            quotas: quotas.remove(&session.id).unwrap_or_default(),
            place,
            session,
        });
    }
    Ok(candidates)
}

async fn quotas<C: ConnectionTrait>(
    on: &C,
    stage: Uuid,
    now: Timestamp,
    lapsed: &Lapsed,
) -> Result<HashMap<Uuid, Vec<Quota>>> {
    let sql = format!(
        "SELECT q.session, q.id, q.kind, q.value, q.size, q.taken, q.release_us, s.start_us,
            CAST(0 AS BIGINT) AS expired
         FROM (SELECT id, start_us FROM test_sessions WHERE stage = $1 AND start_us > $2
               ORDER BY start_us, id LIMIT {SESSIONS}) AS s
         JOIN session_quotas q ON q.session = s.id ORDER BY q.session, q.id"
    );
    let rows = query_all(on, &sql, [stage.to_string().into(), to_us(now).into()]).await?;
    let mut quotas = HashMap::<Uuid, Vec<Quota>>::new();
    for found in &rows {
        let session = row::uuid(found, "session")?;
        let mut quota = quota::read(found, now)?;
        quota.taken -= lapsed.of_quota(session, &quota.id);
        quotas.entry(session).or_default().push(quota);
    }
    Ok(quotas)
}

/// Holds that ran out and were not swept up yet: they hold nothing.
#[derive(Default)]
struct Lapsed {
    seats: HashMap<Uuid, HashSet<Uuid>>,
    quotas: HashMap<(Uuid, String), i32>,
}

impl Lapsed {
    async fn of_stage<C: ConnectionTrait>(on: &C, stage: Uuid, now: Timestamp) -> Result<Self> {
        let rows = query_all(
            on,
            "SELECT h.id, h.session, n.quota
             FROM bookings h LEFT JOIN booking_quotas n ON n.booking = h.id
             WHERE h.stage = $1 AND h.state = 'HELD' AND h.hold_until_us <= $2",
            [stage.to_string().into(), to_us(now).into()],
        )
        .await?;
        let mut lapsed = Self::default();
        for found in &rows {
            let (session, hold) = (row::uuid(found, "session")?, row::uuid(found, "id")?);
            lapsed.seats.entry(session).or_default().insert(hold);
            if let Some(quota) = row::get::<Option<String>>(found, "quota")? {
                *lapsed.quotas.entry((session, quota)).or_default() += 1;
            }
        }
        Ok(lapsed)
    }

    fn seats(&self, session: Uuid) -> i32 {
        let holds = self.seats.get(&session).map_or(0, HashSet::len);
        i32::try_from(holds).unwrap_or(i32::MAX)
    }

    fn of_quota(&self, session: Uuid, quota: &str) -> i32 {
        if self.quotas.is_empty() {
            return 0;
        }
        let key = (session, quota.to_owned());
        self.quotas.get(&key).copied().unwrap_or(0)
    }
}
