//! Experts: their claims are counted one call at a time, and whom they do not review.

use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_one};
use chassis::error::Result;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

/// Holds the expert's row until the transaction ends: what is counted of theirs stays counted.
pub async fn lock(tx: &Tx, expert: &str) -> Result<()> {
    let sql = "INSERT INTO expert (account) VALUES ($1) ON CONFLICT DO NOTHING";
    execute(tx, sql, [expert.into()]).await?;
    let sql = format!(
        "SELECT account FROM expert WHERE account = $1{}",
        for_update(tx)
    );
    query_one(tx, &sql, [expert.into()]).await?;
    Ok(())
}

/// False where it was declared before.
pub async fn declare_conflict(
    tx: &Tx,
    application: &str,
    expert: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO conflict (application, expert, declare_us) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING";
    let values = [application.into(), expert.into(), to_us(now).into()];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

pub async fn has_conflict<C: ConnectionTrait>(
    on: &C,
    application: &str,
    expert: &str,
) -> Result<bool> {
    let sql = "SELECT 1 AS found FROM conflict WHERE application = $1 AND expert = $2";
    let found = query_one(on, sql, [application.into(), expert.into()]).await?;
    Ok(found.is_some())
}
