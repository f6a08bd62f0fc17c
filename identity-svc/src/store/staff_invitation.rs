//! Invitations to the staff. The invited address is sealed.

use chassis::Result;
use chassis::caller::Role;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::mask::Masked;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sealed::{self, Table};
use super::{Place, id, language, limit, odd, time};
use crate::domain::staff_invitation::{StaffInvitation, State};
use crate::sealing::Sealer;

const COLUMNS: &str = "id, state, email_index, roles, language, inviter_id, account_id, code_hash,
    token_hash, code_tries, created_us, expires_us, personal, data_key, master_key";

/// What is sealed.
#[derive(Default, Serialize, Deserialize)]
struct Personal {
    email: String,
}

/// False where the address has an invitation that can still be accepted.
pub async fn insert(sealer: &Sealer, tx: &Tx, invitation: &StaffInvitation) -> Result<bool> {
    // One that ran out a moment ago is in nobody's way.
    let sql = "UPDATE staff_invitation SET state = 'EXPIRED'
               WHERE email_index = $1 AND state = 'PENDING' AND expires_us <= $2";
    let index = invitation.email_index.as_str();
    execute(tx, sql, [index.into(), to_us(invitation.created).into()]).await?;
    let personal = Personal {
        email: invitation.email.reveal().clone(),
    };
    let sealed = sealer.seal(Table::StaffInvitation.home(invitation.id), &personal)?;
    let sql = format!(
        "INSERT INTO staff_invitation ({COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, 0, $9, $10, $11, $12, $13)
         ON CONFLICT DO NOTHING"
    );
    let values = [
        invitation.id.to_string().into(),
        invitation.kept_state.as_str().into(),
        index.into(),
        invitation.roles_in_words().into(),
        invitation.language.code().into(),
        invitation.inviter.to_string().into(),
        invitation.code_hash.as_str().into(),
        invitation.token_hash.as_str().into(),
        to_us(invitation.created).into(),
        to_us(invitation.expires).into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    Ok(execute(tx, &sql, values).await?.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    invitation: Uuid,
) -> Result<Option<StaffInvitation>> {
    let sql = format!("SELECT {COLUMNS} FROM staff_invitation WHERE id = $1");
    let row = query_one(on, &sql, [invitation.to_string().into()]).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(sealer: &Sealer, tx: &Tx, invitation: Uuid) -> Result<Option<StaffInvitation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM staff_invitation WHERE id = $1{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, [invitation.to_string().into()]).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

/// False where it is not pending any more.
pub async fn save_ended(
    tx: &Tx,
    invitation: Uuid,
    state: State,
    account: Option<Uuid>,
) -> Result<bool> {
    let sql = "UPDATE staff_invitation SET state = $2, account_id = $3
               WHERE id = $1 AND state = 'PENDING'";
    let values = [
        invitation.to_string().into(),
        state.as_str().into(),
        account.map(|account| account.to_string()).into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

/// What an administrator of yesterday offered is offered no more; returns how many there were.
pub async fn revoke_of(tx: &Tx, inviter: Uuid) -> Result<u64> {
    let sql = "UPDATE staff_invitation SET state = 'REVOKED'
               WHERE inviter_id = $1 AND state = 'PENDING'";
    let done = execute(tx, sql, [inviter.to_string().into()]).await?;
    Ok(done.rows_affected())
}

/// Newest first; with a state, only those that are in it now.
pub async fn list<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    state: Option<State>,
    now: Timestamp,
    after: Option<&Place>,
    rows: u64,
) -> Result<Vec<StaffInvitation>> {
    let mut values: Vec<sea_orm::Value> = vec![limit(rows).into(), to_us(now).into()];
    // What it is now, as the domain says: the job that writes it down comes later.
    let mut conditions = vec!["created_us <= $2".to_owned()];
    if let Some(state) = state {
        values.push(state.as_str().into());
        conditions.push(
            "CASE WHEN state = 'PENDING' AND expires_us <= $2 THEN 'EXPIRED' ELSE state END = $3"
                .to_owned(),
        );
    }
    if let Some((created_us, id)) = after {
        values.extend([(*created_us).into(), id.as_str().into()]);
        let (time, id) = (values.len() - 1, values.len());
        conditions.push(format!("(created_us, id) < (${time}, ${id})"));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM staff_invitation WHERE {} ORDER BY created_us DESC, id DESC LIMIT $1",
        conditions.join(" AND ")
    );
    let found = query_all(on, &sql, values).await?;
    found.iter().map(|row| read(sealer, row)).collect()
}

pub async fn expire(tx: &Tx, now: Timestamp) -> Result<u64> {
    let sql = "UPDATE staff_invitation SET state = 'EXPIRED' WHERE expires_us <= $1 AND state = 'PENDING'";
    let done = execute(tx, sql, [to_us(now).into()]).await?;
    Ok(done.rows_affected())
}

pub async fn forget(tx: &Tx, expired_before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM staff_invitation WHERE expires_us < $1";
    let done = execute(tx, sql, [to_us(expired_before).into()]).await?;
    Ok(done.rows_affected())
}

fn read(sealer: &Sealer, row: &QueryResult) -> Result<StaffInvitation> {
    let invitation = id(row, "id")?;
    let sealed = sealed::of(row)?.ok_or_else(|| odd("personal"))?;
    let personal: Personal = sealer.open(Table::StaffInvitation.home(invitation), &sealed)?;
    let state: String = row.try_get("", "state")?;
    let roles: String = row.try_get("", "roles")?;
    let account: Option<String> = row.try_get("", "account_id")?;
    let account = account.as_deref().map(Uuid::parse_str).transpose();
    Ok(StaffInvitation {
        id: invitation,
        kept_state: State::from_name(&state).ok_or_else(|| odd("state"))?,
        email: Masked::new(personal.email),
        email_index: row.try_get("", "email_index")?,
        roles: roles.split(' ').filter_map(Role::from_name).collect(),
        language: language(row)?,
        inviter: id(row, "inviter_id")?,
        account: account.map_err(|_| odd("account_id"))?,
        code_hash: row.try_get("", "code_hash")?,
        token_hash: row.try_get("", "token_hash")?,
        code_tries: row.try_get("", "code_tries")?,
        created: time(row, "created_us")?,
        expires: time(row, "expires_us")?,
    })
}
