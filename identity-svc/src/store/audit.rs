//! The audit, read: who did what to which resource.

use chassis::Result;
use chassis::database::query_all;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::{limit, time};

pub struct Record {
    pub number: i64,
    pub time: Timestamp,
    pub caller: String,
    pub action: String,
    pub resource: String,
    pub detail: String,
}

/// What is looked for; empty is everything.
pub struct Filter<'a> {
    pub resource: &'a str,
    pub caller: &'a str,
    pub action: &'a str,
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    before: Option<i64>,
    rows: u64,
) -> Result<Vec<Record>> {
    let mut values: Vec<sea_orm::Value> = vec![limit(rows).into()];
    let mut conditions = vec!["1 = 1".to_owned()];
    for (column, wanted) in [
        ("resource", filter.resource),
        ("caller", filter.caller),
        ("action", filter.action),
    ] {
        if !wanted.is_empty() {
            values.push(wanted.into());
            conditions.push(format!("{column} = ${}", values.len()));
        }
    }
    if let Some(before) = before {
        values.push(before.into());
        conditions.push(format!("seq < ${}", values.len()));
    }
    let sql = format!(
        "SELECT seq, at_us, caller, action, resource, detail FROM audit
         WHERE {} ORDER BY seq DESC LIMIT $1",
        conditions.join(" AND ")
    );
    let found = query_all(on, &sql, values).await?;
    let read = found.iter().map(|row| {
        Ok(Record {
            number: row.try_get("", "seq")?,
            time: time(row, "at_us")?,
            caller: row.try_get("", "caller")?,
            action: row.try_get("", "action")?,
            resource: row.try_get("", "resource")?,
            detail: row.try_get("", "detail")?,
        })
    });
    read.collect()
}
