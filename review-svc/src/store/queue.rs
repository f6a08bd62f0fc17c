//! Review tasks by what they wait for: the lists of people, and the work of jobs.

use chassis::clock::to_us;
use chassis::database::{Tx, for_update, query_all, query_one};
use chassis::error::Result;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::task::{Kept, Key, id, read, select};

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub state: Option<&'static str>,
    pub overdue: bool,
    pub near_due: bool,
    /// Held or decided by this expert, or with an opinion of theirs.
    pub expert: Option<String>,
    pub campaign: Option<String>,
    pub direction: Option<String>,
    pub correction_wanted: bool,
    /// In the name of the application, whatever the case.
    pub application: Option<String>,
}

/// Undecided: neither an expert nor a campaign manager has settled it.
const UNDECIDED: &str = "t.state IN ('OPEN', 'CLAIMED') AND t.stage <> 'PENDING'";

/// A page of tasks that meet all filters, the one due first at the top.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filters: &[Filter],
    (now, near_due_hours): (Timestamp, u32),
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let mut places = Places::default();
    let mut wheres = Vec::new();
    for filter in filters {
        narrow(filter, now, near_due_hours, &mut places, &mut wheres);
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

fn narrow(
    filter: &Filter,
    now: Timestamp,
    near_due_hours: u32,
    places: &mut Places,
    wheres: &mut Vec<String>,
) {
    if let Some(state) = filter.state {
        wheres.push(in_state(state, now, places));
    }
    if filter.overdue {
        // The last millisecond is inside the term. A decision that waits was made in time or not.
        wheres.push(format!(
            "COALESCE(t.close_us, t.settle_us, {}) >= t.due_us + 1000",
            places.take(to_us(now))
        ));
    }
    if filter.near_due {
        let at = places.take(to_us(now));
        let hours = places.take(i64::from(near_due_hours));
        wheres.push(format!(
            "{UNDECIDED} AND {at} < t.due_us + 1000 AND {at} >= t.due_us - 3600000000 * COALESCE(
                (SELECT p.near_due_hours FROM review_policy p WHERE p.campaign = t.campaign
                 ORDER BY p.version DESC LIMIT 1), {hours})"
        ));
    }
    if let Some(expert) = &filter.expert {
        let (expert, now) = (places.take(expert.as_str()), places.take(to_us(now)));
        wheres.push(format!(
            "({expert} IN (d.expert, t.pending_expert, t.first_expert, t.second_expert)
              OR (t.state = 'CLAIMED' AND t.claim_expert = {expert} AND t.lease_us > {now}))"
        ));
    }
    if let Some(campaign) = &filter.campaign {
        wheres.push(format!("t.campaign = {}", places.take(campaign.as_str())));
    }
    if let Some(direction) = &filter.direction {
        wheres.push(format!("t.direction = {}", places.take(direction.as_str())));
    }
    if filter.correction_wanted {
        wheres.push(
            "t.state IN ('OPEN', 'CLAIMED') AND t.wish_us IS NOT NULL AND t.wish_decline_us IS NULL"
                .to_owned(),
        );
    }
    if let Some(part) = &filter.application {
        // `_` stands in ids, and would stand for any character.
        let pattern = format!("%{}%", part.to_lowercase().replace('_', "\\_"));
        wheres.push(format!(
            "LOWER(t.application) LIKE {} ESCAPE '\\'",
            places.take(pattern)
        ));
    }
}

/// A claim that ran out holds nothing, whether it was returned already or not.
fn in_state(state: &str, now: Timestamp, places: &mut Places) -> String {
    match state {
        "OPEN" => format!(
            "((t.state = 'OPEN' AND t.stage IN ('FIRST', 'SECOND') AND t.pause_us IS NULL)
              OR (t.state = 'CLAIMED' AND t.lease_us <= {}))",
            places.take(to_us(now))
        ),
        "CLAIMED" => format!(
            "(t.state = 'CLAIMED' AND t.lease_us > {})",
            places.take(to_us(now))
        ),
        "PAUSED" => "t.pause_us IS NOT NULL".to_owned(),
        stage @ ("PENDING" | "DISPUTED") => {
            format!("t.state = 'OPEN' AND t.stage = {}", places.take(stage))
        }
        other => format!("t.state = {}", places.take(other)),
    }
}

/// The task of a campaign that is due first and that this expert may take. On PostgreSQL it is
/// locked, and those that others are taking are passed over instead of waited for.
pub async fn next_to_claim(
    tx: &Tx,
    campaign: &str,
    direction: &str,
    expert: &str,
    now: Timestamp,
) -> Result<Option<Uuid>> {
    let lock = match for_update(tx) {
        "" => "",
        _ => " FOR UPDATE OF t SKIP LOCKED",
    };
    let sql = format!(
        "SELECT t.id FROM review_task t
         WHERE t.campaign = $1 AND t.stage IN ('FIRST', 'SECOND') AND t.pause_us IS NULL
           AND (t.state = 'OPEN' OR (t.state = 'CLAIMED' AND t.lease_us <= $3))
           AND t.applicant <> $2 AND COALESCE(t.first_expert, '') <> $2
           AND ($4 = '' OR t.direction = $4)
           AND NOT EXISTS (SELECT 1 FROM conflict c
                WHERE c.application = t.application AND c.expert = $2)
         ORDER BY t.rank_us, t.id LIMIT 1{lock}"
    );
    let values = [
        campaign.into(),
        expert.into(),
        to_us(now).into(),
        direction.into(),
    ];
    let row = query_one(tx, &sql, values).await?;
    row.as_ref().map(id).transpose()
}

/// How many tasks of a campaign this expert holds.
pub async fn held_by<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    expert: &str,
    now: Timestamp,
) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS held FROM review_task
         WHERE campaign = $1 AND claim_expert = $2 AND state = 'CLAIMED' AND lease_us > $3";
    let values = [campaign.into(), expert.into(), to_us(now).into()];
    match query_one(on, sql, values).await? {
        Some(row) => Ok(row.try_get("", "held")?),
        None => Ok(0),
    }
}

/// Undecided tasks whose term has passed and that were not told of yet.
pub async fn to_tell_overdue<C: ConnectionTrait>(
    on: &C,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT t.id FROM review_task t
         WHERE t.overdue_us IS NULL AND {UNDECIDED} AND $1 >= t.due_us + 1000
         ORDER BY t.rank_us, t.id LIMIT $2"
    );
    ids(on, &sql, [to_us(now).into(), limit.into()]).await
}

/// Undecided tasks whose term has passed for longer than the policy of their campaign waits, each with
/// the hours that it waits.
pub async fn to_escalate<C: ConnectionTrait>(
    on: &C,
    now: Timestamp,
    hours: u32,
    limit: i64,
) -> Result<Vec<(Uuid, u32)>> {
    let sql = format!(
        "SELECT id, hours FROM (
            SELECT t.id, t.rank_us, t.due_us, COALESCE(
                (SELECT p.escalate_after_hours FROM review_policy p WHERE p.campaign = t.campaign
                 ORDER BY p.version DESC LIMIT 1), $2) AS hours
            FROM review_task t
            WHERE t.escalate_us IS NULL AND {UNDECIDED} AND $1 >= t.due_us + 1000) late
         WHERE $1 >= due_us + 1000 + 3600000000 * hours ORDER BY rank_us, id LIMIT $3"
    );
    let values = [to_us(now).into(), i64::from(hours).into(), limit.into()];
    let rows = query_all(on, &sql, values).await?;
    let late = |row: &QueryResult| {
        let hours: i64 = row.try_get("", "hours")?;
        Ok((id(row)?, u32::try_from(hours).unwrap_or(0)))
    };
    rows.iter().map(late).collect()
}

/// Undecided tasks whose terms were counted by calendars before this state of them, after one id.
pub async fn counted_before<C: ConnectionTrait>(
    on: &C,
    sequence: i64,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT t.id FROM review_task t
         WHERE {UNDECIDED} AND t.calendar_sequence < $1 AND t.id > $2 ORDER BY t.id LIMIT $3"
    );
    let values = [sequence.into(), after.to_string().into(), limit.into()];
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(id).collect()
}

/// Looks at every undecided task, some of them at a time.
pub async fn each_undecided<C: ConnectionTrait>(
    on: &C,
    mut look: impl FnMut(&Kept) + Send,
) -> Result<()> {
    let sql = format!(
        "{} WHERE {UNDECIDED} AND t.id > $1 ORDER BY t.id LIMIT 500",
        select()
    );
    let mut after = Uuid::nil();
    loop {
        let rows = query_all(on, &sql, [after.to_string().into()]).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = id(last)?;
        for row in &rows {
            look(&read(row)?);
        }
    }
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
         WHERE due_us IS NULL AND pause_us IS NULL AND state IN ('OPEN', 'CLAIMED')
           AND stage <> 'PENDING' AND id > $1 ORDER BY id LIMIT $2";
    ids(on, sql, [after.to_string().into(), limit.into()]).await
}

/// How many tasks wait for a decision, and how many of them are past their term.
pub async fn waiting<C: ConnectionTrait>(on: &C, now: Timestamp) -> Result<(i64, i64)> {
    let sql =
        "SELECT COUNT(*) AS all_of_them, COUNT(CASE WHEN $1 >= due_us + 1000 THEN 1 END) AS overdue
         FROM review_task WHERE state IN ('OPEN', 'CLAIMED') AND stage <> 'PENDING'";
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
