//! The roles of staff.

use chassis::Result;
use chassis::caller::Role;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::id;

pub async fn of<C: ConnectionTrait>(on: &C, account: Uuid) -> Result<Vec<Role>> {
    let sql = "SELECT role FROM account_role WHERE account_id = $1 ORDER BY role";
    let rows = query_all(on, sql, [account.to_string().into()]).await?;
    let mut roles = Vec::new();
    for row in rows {
        // A role that a newer version wrote is one that this one can't honour.
        roles.extend(Role::from_name(&row.try_get::<String>("", "role")?));
    }
    roles.sort_unstable();
    Ok(roles)
}

/// Everybody with this role, in one order.
pub async fn holders<C: ConnectionTrait>(on: &C, role: Role) -> Result<Vec<Uuid>> {
    let sql = "SELECT account_id FROM account_role WHERE role = $1 ORDER BY account_id";
    let rows = query_all(on, sql, [role.as_str().into()]).await?;
    rows.iter().map(|row| id(row, "account_id")).collect()
}

/// Everybody with this role, locked until the end of the transaction in one order for all, so that
/// two administrators can't take the role from each other at once.
pub async fn lock_holders(tx: &Tx, role: Role) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT account_id FROM account_role WHERE role = $1 ORDER BY account_id{}",
        for_update(tx)
    );
    let rows = query_all(tx, &sql, [role.as_str().into()]).await?;
    rows.iter().map(|row| id(row, "account_id")).collect()
}

/// False where the account has it already.
pub async fn grant(tx: &Tx, account: Uuid, role: Role, now: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO account_role (account_id, role, granted_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let values = [
        account.to_string().into(),
        role.as_str().into(),
        to_us(now).into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

/// False where the account does not have it.
pub async fn revoke(tx: &Tx, account: Uuid, role: Role) -> Result<bool> {
    let sql = "DELETE FROM account_role WHERE account_id = $1 AND role = $2";
    let values = [account.to_string().into(), role.as_str().into()];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}
