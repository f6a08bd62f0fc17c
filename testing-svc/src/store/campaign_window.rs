//! When campaigns close, as far as it was heard of. All codes of a campaign end with the window that
//! stands here, and both change in one transaction.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use jiff::Timestamp;

use super::{for_share, row};

/// What a version of a campaign says of its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant that is outside.
    pub close: Timestamp,
    pub version: i64,
}

/// The window that is known, held until the transaction ends: it does not move under a new code.
pub async fn hold(tx: &Tx, campaign: &str) -> Result<Option<Window>> {
    one(tx, campaign, for_share(tx)).await
}

/// The window that is known at this moment.
pub async fn find(tx: &Tx, campaign: &str) -> Result<Option<Window>> {
    one(tx, campaign, "").await
}

async fn one(tx: &Tx, campaign: &str, lock: &str) -> Result<Option<Window>> {
    let sql = format!("SELECT close_us, version FROM campaign_windows WHERE campaign = $1{lock}");
    let found = query_one(tx, &sql, [campaign.into()]).await?;
    let read = |found| {
        Ok(Window {
            close: row::time(found, "close_us")?,
            version: row::get(found, "version")?,
        })
    };
    found.as_ref().map(read).transpose()
}

/// False where this version or a newer one is known: news that came late change nothing.
pub async fn learn(tx: &Tx, campaign: &str, window: Window) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO campaign_windows (campaign, close_us, version) VALUES ($1, $2, $3)
         ON CONFLICT (campaign) DO UPDATE SET close_us = excluded.close_us, version = excluded.version
         WHERE campaign_windows.version < excluded.version",
        [
            campaign.into(),
            to_us(window.close).into(),
            window.version.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}
