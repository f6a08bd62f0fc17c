//! Sign-ins that failed, in the database.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{id, limit, odd, time};
use crate::domain::failed_sign_in::FailedSignIn;

/// What is looked for; empty is everything.
pub struct Filter<'a> {
    pub account: &'a str,
    pub login_index: &'a str,
    pub origin_index: &'a str,
}

pub async fn insert(tx: &Tx, failed: &FailedSignIn) -> Result<()> {
    execute(
        tx,
        "INSERT INTO failed_sign_in (id, at_us, account_id, login_index, origin_index)
         VALUES ($1, $2, $3, $4, $5)",
        [
            failed.id.to_string().into(),
            to_us(failed.time).into(),
            failed.account.map(|account| account.to_string()).into(),
            failed.login_index.as_str().into(),
            failed.origin_index.as_str().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    before: Option<Uuid>,
    rows: u64,
) -> Result<Vec<FailedSignIn>> {
    let mut values: Vec<sea_orm::Value> = vec![limit(rows).into()];
    let mut conditions = vec!["1 = 1".to_owned()];
    for (column, wanted) in [
        ("account_id", filter.account),
        ("login_index", filter.login_index),
        ("origin_index", filter.origin_index),
    ] {
        if !wanted.is_empty() {
            values.push(wanted.into());
            conditions.push(format!("{column} = ${}", values.len()));
        }
    }
    if let Some(before) = before {
        values.push(before.to_string().into());
        conditions.push(format!("id < ${}", values.len()));
    }
    let sql = format!(
        "SELECT id, at_us, account_id, login_index, origin_index FROM failed_sign_in
         WHERE {} ORDER BY id DESC LIMIT $1",
        conditions.join(" AND ")
    );
    let found = query_all(on, &sql, values).await?;
    found.iter().map(read).collect()
}

/// Those of before, and all but the newest.
pub async fn forget(tx: &Tx, before: Timestamp, most: u64) -> Result<()> {
    let sql = "DELETE FROM failed_sign_in WHERE at_us < $1";
    execute(tx, sql, [to_us(before).into()]).await?;
    // Ids grow with the time.
    let sql = "DELETE FROM failed_sign_in WHERE id <=
               (SELECT id FROM failed_sign_in ORDER BY id DESC LIMIT 1 OFFSET $1)";
    execute(tx, sql, [limit(most).into()]).await?;
    Ok(())
}

fn read(row: &QueryResult) -> Result<FailedSignIn> {
    let account: Option<String> = row.try_get("", "account_id")?;
    let account = account.as_deref().map(Uuid::parse_str).transpose();
    Ok(FailedSignIn {
        id: id(row, "id")?,
        time: time(row, "at_us")?,
        account: account.map_err(|_| odd("account_id"))?,
        login_index: row.try_get("", "login_index")?,
        origin_index: row.try_get("", "origin_index")?,
    })
}
