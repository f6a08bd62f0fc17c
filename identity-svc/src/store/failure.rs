//! The wrong passwords of each login, whether anybody has it or not.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::time;
use crate::domain::throttle::Failures;

pub async fn find<C: ConnectionTrait>(on: &C, login_index: &str) -> Result<Option<Failures>> {
    let sql = "SELECT failures, last_us FROM sign_in_failure WHERE login_index = $1";
    query_one(on, sql, [login_index.into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(tx: &Tx, login_index: &str) -> Result<Option<Failures>> {
    let sql = format!(
        "SELECT failures, last_us FROM sign_in_failure WHERE login_index = $1{}",
        for_update(tx)
    );
    query_one(tx, &sql, [login_index.into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub async fn save(tx: &Tx, login_index: &str, failures: Failures) -> Result<()> {
    execute(
        tx,
        "INSERT INTO sign_in_failure (login_index, failures, last_us) VALUES ($1, $2, $3)
         ON CONFLICT (login_index) DO UPDATE SET failures = excluded.failures, last_us = excluded.last_us",
        [login_index.into(), failures.count.into(), to_us(failures.last).into()],
    )
    .await?;
    Ok(())
}

pub async fn forget(tx: &Tx, login_index: &str) -> Result<()> {
    execute(
        tx,
        "DELETE FROM sign_in_failure WHERE login_index = $1",
        [login_index.into()],
    )
    .await?;
    Ok(())
}

pub async fn forget_before(tx: &Tx, time: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM sign_in_failure WHERE last_us < $1";
    Ok(execute(tx, sql, [to_us(time).into()])
        .await?
        .rows_affected())
}

fn read(row: &QueryResult) -> Result<Failures> {
    Ok(Failures {
        count: row.try_get("", "failures")?,
        last: time(row, "last_us")?,
    })
}
