//! Who did what to which resource: one row per change, written in the change's transaction.

use sea_orm::DbErr;

use crate::caller::Caller;
use crate::clock::{Clock, to_us};
use crate::database::{Tx, execute};

/// `detail` is for versions, states and reasons. Never personal data.
pub async fn record(
    tx: &Tx,
    clock: &Clock,
    caller: &Caller,
    action: &str,
    resource: &str,
    detail: &str,
) -> Result<(), DbErr> {
    let sql =
        "INSERT INTO audit (at_us, caller, action, resource, detail) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        to_us(clock.now()).into(),
        caller.key().into(),
        action.into(),
        resource.into(),
        detail.into(),
    ];
    execute(tx, sql, values).await.map(drop)
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
