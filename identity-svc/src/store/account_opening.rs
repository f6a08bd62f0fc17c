//! Accounts that colleges opened for people.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{maybe_time, odd};
use crate::domain::account_opening::AccountOpening;

/// Counts one more of the college on this day; false where it did as often as it may. Days before are
/// forgotten.
pub async fn count(tx: &Tx, college: Bin, day: Date, most: i64) -> Result<bool> {
    let (bin, day) = (college.to_string(), day.to_string());
    let sql = "DELETE FROM account_opening_count WHERE bin = $1 AND day < $2";
    execute(tx, sql, [bin.as_str().into(), day.as_str().into()]).await?;
    let sql = "INSERT INTO account_opening_count (bin, day, count) VALUES ($1, $2, 1)
        ON CONFLICT (bin, day) DO UPDATE SET count = account_opening_count.count + 1
        WHERE account_opening_count.count < $3";
    let done = execute(tx, sql, [bin.into(), day.into(), most.into()]).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn insert(tx: &Tx, account: Uuid, college: Bin, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO account_opening (account_id, bin, created_us) VALUES ($1, $2, $3)";
    let values = [
        account.to_string().into(),
        college.to_string().into(),
        to_us(now).into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// `None` for an account that its owner made.
pub async fn find<C: ConnectionTrait>(on: &C, account: Uuid) -> Result<Option<AccountOpening>> {
    let sql = "SELECT bin, claimed_us FROM account_opening WHERE account_id = $1";
    let row = query_one(on, sql, [account.to_string().into()]).await?;
    let read = |row: sea_orm::QueryResult| {
        let bin: String = row.try_get("", "bin")?;
        Ok(AccountOpening {
            college: Bin::parse(&bin).map_err(|_| odd("bin"))?,
            claimed: maybe_time(&row, "claimed_us")?,
        })
    };
    row.map(read).transpose()
}

/// The person has a password now.
pub async fn save_claimed(tx: &Tx, account: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE account_opening SET claimed_us = $2
               WHERE account_id = $1 AND claimed_us IS NULL";
    execute(tx, sql, [account.to_string().into(), to_us(now).into()]).await?;
    Ok(())
}
