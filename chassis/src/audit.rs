//! Who did what to which resource: one row per change, written in the change's transaction, and read
//! by administrators.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, Value};

use crate::caller::Caller;
use crate::clock::{Clock, from_us, to_us};
use crate::database::{Together, Tx, execute, query_all};
use crate::error::Result;
use crate::page::Page;
use crate::violation::Violations;

/// `detail` is for versions, states and reasons. Never personal data.
pub async fn record(
    tx: &Tx,
    clock: &Clock,
    caller: &Caller,
    action: &str,
    resource: &str,
    detail: &str,
) -> Result<(), DbErr> {
    let row = row(clock, caller, action, resource, detail);
    execute(tx, INSERT, row).await.map(drop)
}

/// The same among statements that go together.
pub fn record_with(
    all: &mut Together,
    clock: &Clock,
    caller: &Caller,
    action: &str,
    resource: &str,
    detail: &str,
) {
    all.add(INSERT, row(clock, caller, action, resource, detail));
}

const INSERT: &str =
    "INSERT INTO audit (at_us, caller, action, resource, detail) VALUES ($1, $2, $3, $4, $5)";

fn row(clock: &Clock, caller: &Caller, action: &str, resource: &str, detail: &str) -> [Value; 5] {
    [
        to_us(clock.now()).into(),
        caller.key().into(),
        action.into(),
        resource.into(),
        detail.into(),
    ]
}

/// The same change of many resources, each by its own caller. On PostgreSQL only.
pub async fn record_many(
    tx: &Tx,
    clock: &Clock,
    action: &str,
    detail: &str,
    changes: impl IntoIterator<Item = (&Caller, String)>,
) -> Result<(), DbErr> {
    let (callers, resources): (Vec<String>, Vec<String>) = changes
        .into_iter()
        .map(|(caller, resource)| (caller.key(), resource))
        .unzip();
    let sql = "INSERT INTO audit (at_us, caller, action, resource, detail)
        SELECT $1, t.caller, $2, t.resource, $3
        FROM unnest($4::text[], $5::text[]) AS t (caller, resource)";
    let values = [
        to_us(clock.now()).into(),
        action.into(),
        detail.into(),
        callers.into(),
        resources.into(),
    ];
    execute(tx, sql, values).await.map(drop)
}

/// A row, read.
pub struct Record {
    pub number: i64,
    pub time: Timestamp,
    pub caller: String,
    pub action: String,
    pub resource: String,
    pub detail: String,
}

/// What is looked for; empty is everything. The resource is found by an index everywhere, the others in
/// services that made one.
#[derive(Default)]
pub struct Filter<'a> {
    pub resource: &'a str,
    pub caller: &'a str,
    pub action: &'a str,
}

/// Newest first.
async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    before: Option<i64>,
    rows: u64,
) -> Result<Vec<Record>> {
    let mut values: Vec<sea_orm::Value> = vec![i64::try_from(rows).unwrap_or(i64::MAX).into()];
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
            time: from_us(row.try_get("", "at_us")?),
            caller: row.try_get("", "caller")?,
            action: row.try_get("", "action")?,
            resource: row.try_get("", "resource")?,
            detail: row.try_get("", "detail")?,
        })
    });
    read.collect()
}

/// Longer than any name of a resource of ours.
const LONGEST: usize = 200;

/// One page of what was done, newest first, and the token of the next page.
pub async fn page<C: ConnectionTrait>(
    on: &C,
    sought: Filter<'_>,
    size: i32,
    token: &str,
) -> Result<(Vec<Record>, String)> {
    let mut violations = Violations::new();
    let resource = violations.sought("resource", sought.resource, LONGEST);
    let caller = violations.sought("caller", sought.caller, LONGEST);
    let action = violations.sought("action", sought.action, LONGEST);
    let parts = [&resource, &caller, &action].map(String::as_str);
    let page = Page::<i64>::parse(&mut violations, size, token, &parts);
    violations.into_result()?;
    let filter = Filter {
        resource: &resource,
        caller: &caller,
        action: &action,
    };
    let mut records = list(on, &filter, page.after, page.limit()).await?;
    let next = page.next(&mut records, |last| last.number);
    Ok((records, next))
}
