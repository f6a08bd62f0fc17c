//! Review tasks by what they wait for: the lists of people, and the work of jobs.

use chassis::clock::to_us;
use chassis::database::{query_all, query_one};
use chassis::error::Result;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::task::{Kept, Key, id, read, select};

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    pub state: Option<&'static str>,
    pub overdue: bool,
    /// Held or decided by this expert.
    pub expert: Option<String>,
    pub campaign: Option<String>,
}

/// A page of tasks, the one due first at the top.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    now: Timestamp,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let mut places = Places::default();
    let mut wheres = Vec::new();
    // A claim that ran out holds nothing, whether it was returned already or not.
    match filter.state {
        Some("OPEN") => wheres.push(format!(
            "(t.state = 'OPEN' OR (t.state = 'CLAIMED' AND t.lease_us <= {}))",
            places.take(to_us(now))
        )),
        Some("CLAIMED") => wheres.push(format!(
            "(t.state = 'CLAIMED' AND t.lease_us > {})",
            places.take(to_us(now))
        )),
        Some(state) => wheres.push(format!("t.state = {}", places.take(state))),
        None => {}
    }
    if filter.overdue {
        // The last millisecond is inside the term.
        wheres.push(format!(
            "COALESCE(t.close_us, {}) >= t.due_us + 1000",
            places.take(to_us(now))
        ));
    }
    if let Some(expert) = &filter.expert {
        let expert = places.take(expert.as_str());
        wheres.push(format!(
            "(d.expert = {expert}
              OR (t.state = 'CLAIMED' AND t.claim_expert = {expert} AND t.lease_us > {}))",
            places.take(to_us(now))
        ));
    }
    if let Some(campaign) = &filter.campaign {
        wheres.push(format!("t.campaign = {}", places.take(campaign.as_str())));
    }
    if let Some(Key(rank, id)) = after {
        wheres.push(format!(
            "(t.rank_us, t.id) > ({}, {})",
            places.take(rank),
            places.take(id)
        ));
    }
    let wheres = match wheres.is_empty() {
        true => String::new(),
        false => format!(" WHERE {}", wheres.join(" AND ")),
    };
    let limit = places.take(i64::try_from(limit).unwrap_or(i64::MAX));
    let sql = format!(
        "{}{wheres} ORDER BY t.rank_us, t.id LIMIT {limit}",
        select()
    );
    query_all(on, &sql, places.0)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Undecided tasks whose term has passed and that were not escalated yet.
pub async fn to_escalate<C: ConnectionTrait>(
    on: &C,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM review_task
         WHERE overdue_us IS NULL AND state IN ('OPEN', 'CLAIMED') AND $1 >= due_us + 1000
         ORDER BY rank_us, id LIMIT $2";
    ids(on, sql, [to_us(now).into(), limit.into()]).await
}

/// Tasks held by a claim that ran out.
pub async fn lapsed<C: ConnectionTrait>(on: &C, now: Timestamp, limit: i64) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM review_task WHERE state = 'CLAIMED' AND lease_us <= $1
         ORDER BY rank_us, id LIMIT $2";
    ids(on, sql, [to_us(now).into(), limit.into()]).await
}

/// Undecided tasks without a counted term, after the one with this id.
pub async fn uncounted<C: ConnectionTrait>(on: &C, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM review_task
         WHERE due_us IS NULL AND state IN ('OPEN', 'CLAIMED') AND id > $1 ORDER BY id LIMIT $2";
    ids(on, sql, [after.to_string().into(), limit.into()]).await
}

/// How many tasks wait for a decision, and how many of them are past their term.
pub async fn waiting<C: ConnectionTrait>(on: &C, now: Timestamp) -> Result<(i64, i64)> {
    let sql =
        "SELECT COUNT(*) AS all_of_them, COUNT(CASE WHEN $1 >= due_us + 1000 THEN 1 END) AS overdue
         FROM review_task WHERE state IN ('OPEN', 'CLAIMED')";
    match query_one(on, sql, [to_us(now).into()]).await? {
        Some(row) => Ok((row.try_get("", "all_of_them")?, row.try_get("", "overdue")?)),
        None => Ok((0, 0)),
    }
}

async fn ids<C: ConnectionTrait>(on: &C, sql: &str, values: [Value; 2]) -> Result<Vec<Uuid>> {
    let rows = query_all(on, sql, values).await?;
    rows.iter().map(id).collect()
}

/// Values in the order of their places.
#[derive(Default)]
struct Places(Vec<Value>);

impl Places {
    fn take(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
}
