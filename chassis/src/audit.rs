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
