//! The review of a campaign in numbers, counted by the database.

use chassis::clock::to_us;
use chassis::database::{query_all, query_one};
use chassis::error::Result;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

/// The most experts whose load is told.
const MOST_LOADS: i64 = 200;

#[derive(Debug, Default)]
pub struct Counts {
    pub open: i64,
    pub claimed: i64,
    pub paused: i64,
    pub pending: i64,
    pub disputed: i64,
    pub second_opinion: i64,
    pub withdrawn: i64,
    pub near_due: i64,
    pub overdue: i64,
    pub correction_wanted: i64,
}

/// How many tasks of a campaign are where.
pub async fn counts<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    now: Timestamp,
    near_due_hours: u32,
) -> Result<Counts> {
    let held = "state = 'CLAIMED' AND lease_us > $2";
    let free = "((state = 'OPEN' AND pause_us IS NULL) OR (state = 'CLAIMED' AND lease_us <= $2))
                AND stage IN ('FIRST', 'SECOND')";
    let undecided = "state IN ('OPEN', 'CLAIMED') AND stage <> 'PENDING'";
    let wheres = [
        ("open_now", free.to_owned()),
        ("claimed", held.to_owned()),
        ("paused", "pause_us IS NOT NULL".to_owned()),
        ("pending", "state = 'OPEN' AND stage = 'PENDING'".to_owned()),
        (
            "disputed",
            "state = 'OPEN' AND stage = 'DISPUTED'".to_owned(),
        ),
        (
            "second",
            format!("{undecided} AND stage = 'SECOND' AND pause_us IS NULL"),
        ),
        ("withdrawn", "state = 'WITHDRAWN'".to_owned()),
        (
            "near_due",
            format!("{undecided} AND $2 < due_us + 1000 AND $2 >= due_us - $3"),
        ),
        ("overdue", format!("{undecided} AND $2 >= due_us + 1000")),
        (
            "wanted",
            "state IN ('OPEN', 'CLAIMED') AND wish_us IS NOT NULL AND wish_decline_us IS NULL"
                .to_owned(),
        ),
    ];
    let columns = wheres.map(|(name, met)| format!("COUNT(CASE WHEN {met} THEN 1 END) AS {name}"));
    let sql = format!(
        "SELECT {} FROM review_task WHERE campaign = $1",
        columns.join(", ")
    );
    let near = i64::from(near_due_hours) * 3_600_000_000;
    let values = [campaign.into(), to_us(now).into(), near.into()];
    let Some(row) = query_one(on, &sql, values).await? else {
        return Ok(Counts::default());
    };
    let count = |name: &str| row.try_get::<i64>("", name);
    Ok(Counts {
        open: count("open_now")?,
        claimed: count("claimed")?,
        paused: count("paused")?,
        pending: count("pending")?,
        disputed: count("disputed")?,
        second_opinion: count("second")?,
        withdrawn: count("withdrawn")?,
        near_due: count("near_due")?,
        overdue: count("overdue")?,
        correction_wanted: count("wanted")?,
    })
}

/// How many decisions of a campaign have this outcome.
pub async fn outcomes<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT d.outcome, COUNT(*) AS decided FROM decision d
         JOIN review_task t ON t.id = d.task WHERE t.campaign = $1 GROUP BY d.outcome";
    let rows = query_all(on, sql, [campaign.into()]).await?;
    let read = |row: &QueryResult| Ok((row.try_get("", "outcome")?, row.try_get("", "decided")?));
    rows.iter().map(read).collect()
}

/// The times within which these shares (in per cent) of the decisions were made: by an index, so that
/// the database counts no further than it must.
pub async fn working_minutes<C: ConnectionTrait, const N: usize>(
    on: &C,
    campaign: &str,
    shares: [i64; N],
) -> Result<[i64; N]> {
    let measured = "FROM review_task
         WHERE campaign = $1 AND state = 'DECIDED' AND working_us IS NOT NULL";
    let sql = format!("SELECT COUNT(*) AS decided {measured}");
    let row = query_one(on, &sql, [campaign.into()]).await?;
    let decided: i64 = row.map_or(Ok(0), |row| row.try_get("", "decided"))?;
    let mut minutes = [0; N];
    if decided == 0 {
        return Ok(minutes);
    }
    let sql = format!("SELECT working_us {measured} ORDER BY working_us LIMIT 1 OFFSET $2");
    for (minutes, share) in minutes.iter_mut().zip(shares) {
        // The smallest time that so many of them reach.
        let place = (decided * share + 99) / 100 - 1;
        let values = [campaign.into(), place.max(0).into()];
        if let Some(row) = query_one(on, &sql, values).await? {
            *minutes = row.try_get::<i64>("", "working_us")? / 60_000_000;
        }
    }
    Ok(minutes)
}

/// What an expert holds and has decided.
pub struct Load {
    pub expert: String,
    pub claimed: i64,
    pub decided: i64,
}

/// The greatest load first.
pub async fn loads<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    now: Timestamp,
) -> Result<Vec<Load>> {
    // Sums are whole numbers on both engines only when they are said to be.
    let sql = "SELECT expert, CAST(SUM(claimed) AS BIGINT) AS claimed,
            CAST(SUM(decided) AS BIGINT) AS decided
         FROM (
            SELECT claim_expert AS expert, 1 AS claimed, 0 AS decided FROM review_task
             WHERE campaign = $1 AND state = 'CLAIMED' AND lease_us > $2
            UNION ALL
            SELECT pending_expert, 0, 1 FROM review_task
             WHERE campaign = $1 AND state = 'OPEN' AND stage = 'PENDING'
            UNION ALL
            SELECT d.expert, 0, 1 FROM decision d JOIN review_task t ON t.id = d.task
             WHERE t.campaign = $1) work
         GROUP BY expert ORDER BY SUM(claimed) DESC, SUM(decided) DESC, expert LIMIT $3";
    let values = [campaign.into(), to_us(now).into(), MOST_LOADS.into()];
    let rows = query_all(on, sql, values).await?;
    let read = |row: &QueryResult| {
        Ok(Load {
            expert: row.try_get("", "expert")?,
            claimed: row.try_get("", "claimed")?,
            decided: row.try_get("", "decided")?,
        })
    };
    rows.iter().map(read).collect()
}
