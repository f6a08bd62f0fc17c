//! Drafts that the clock looks at: warned before the window closes, expired at its end, forgotten
//! long after.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

/// Where a draft is.
#[derive(Debug, Clone)]
pub struct Place {
    pub campaign: String,
    pub id: String,
}

/// Drafts that were there `days` before the end of their window, which is now at most so far away,
/// and that were not warned of it.
pub async fn to_warn<C: ConnectionTrait>(on: &C, days: i32, now: Timestamp) -> Result<Vec<Place>> {
    let sql = "SELECT a.campaign, a.id FROM application a JOIN campaign c ON c.id = a.campaign
               WHERE a.state = 'DRAFT' AND c.close_us > $1 AND c.close_us <= $1 + $2
                 AND a.created_us <= c.close_us - $2
                 AND NOT EXISTS (SELECT 1 FROM draft_warning w WHERE w.application = a.id
                    AND w.close_us = c.close_us AND w.days = $3)
               ORDER BY a.id LIMIT 500";
    let day_us = 24 * 60 * 60 * 1_000_000_i64;
    let values = [
        to_us(now).into(),
        (i64::from(days) * day_us).into(),
        days.into(),
    ];
    query_all(on, sql, values)
        .await?
        .iter()
        .map(place)
        .collect()
}

/// Drafts of campaigns that are closed.
pub async fn to_expire<C: ConnectionTrait>(on: &C, now: Timestamp) -> Result<Vec<Place>> {
    let sql = "SELECT a.campaign, a.id FROM application a JOIN campaign c ON c.id = a.campaign
               WHERE a.state = 'DRAFT' AND c.close_us <= $1 ORDER BY a.id LIMIT 500";
    query_all(on, sql, [to_us(now).into()])
        .await?
        .iter()
        .map(place)
        .collect()
}

/// Notes the warning. False where it was noted before.
pub async fn warn(
    tx: &Tx,
    application: &str,
    close: Timestamp,
    days: i32,
    now: Timestamp,
) -> Result<bool> {
    let inserted = execute(
        tx,
        "INSERT INTO draft_warning (application, close_us, days, warned_us)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        [
            application.into(),
            to_us(close).into(),
            days.into(),
            to_us(now).into(),
        ],
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Applications that were never submitted and have ended, of campaigns closed before this.
pub async fn to_forget<C: ConnectionTrait>(on: &C, before: Timestamp) -> Result<Vec<Place>> {
    let sql = "SELECT a.campaign, a.id FROM application a JOIN campaign c ON c.id = a.campaign
               WHERE a.state IN ('EXPIRED', 'WITHDRAWN') AND a.submission_count = 0
                 AND c.close_us <= $1 ORDER BY a.id LIMIT 200";
    query_all(on, sql, [to_us(before).into()])
        .await?
        .iter()
        .map(place)
        .collect()
}

/// Removes a draft with everything of it; gives the blobs that no document names any more.
pub async fn forget(tx: &Tx, application: &str, now: Timestamp) -> Result<Vec<String>> {
    let sql = "SELECT blob FROM document WHERE application = $1 AND blob IS NOT NULL";
    let blob = |row: &QueryResult| Ok(row.try_get("", "blob")?);
    let rows = query_all(tx, sql, [application.into()]).await?;
    let blobs: Vec<String> = rows.iter().map(blob).collect::<Result<_>>()?;
    for blob in &blobs {
        super::loose_blob::insert(tx, blob, now).await?;
    }
    for sql in [
        "DELETE FROM draft_warning WHERE application = $1",
        "DELETE FROM rebase WHERE application = $1",
        "DELETE FROM section WHERE application = $1",
        "DELETE FROM document WHERE application = $1",
        "DELETE FROM application WHERE id = $1 AND submission_count = 0",
    ] {
        execute(tx, sql, [application.into()]).await?;
    }
    Ok(blobs)
}

/// Drafts are judged by the newest version of their campaign.
pub async fn follow_campaign(tx: &Tx, campaign: &str, version: i64) -> Result<()> {
    let sql =
        "UPDATE application SET campaign_version = $2 WHERE campaign = $1 AND state = 'DRAFT'";
    execute(tx, sql, [campaign.into(), version.into()]).await?;
    Ok(())
}

fn place(row: &QueryResult) -> Result<Place> {
    Ok(Place {
        campaign: row.try_get("", "campaign")?,
        id: row.try_get("", "id")?,
    })
}
