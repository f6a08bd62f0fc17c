//! Outgoing mail, sealed, and where it is on its way. [`super::mail_delivery`] moves it.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use chassis::mask::Masked;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sealed::{self, Table};
use super::{Place, id, limit, maybe_time, odd, time};
use crate::domain::delivery::State;
use crate::domain::notice::Enclosure;
use crate::sealing::Sealer;

/// What a mail is for: registrations and recoveries are counted per address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Registration,
    Recovery,
    Notice,
}

impl Purpose {
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Registration => "REGISTRATION",
            Purpose::Recovery => "RECOVERY",
            Purpose::Notice => "NOTICE",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Mail {
    pub id: Uuid,
    pub to: Masked<String>,
    pub subject: String,
    pub body: Masked<String>,
    pub enclosures: Vec<Enclosure>,
    pub created: Timestamp,
}

impl Mail {
    pub fn place(&self) -> Place {
        (to_us(self.created), self.id.to_string())
    }
}

/// A mail and where it is.
#[derive(Debug, Clone)]
pub struct Posted {
    pub mail: Mail,
    pub state: State,
    /// As kept: see [`Purpose`].
    pub purpose: String,
    pub attempts: i32,
    /// When it is tried next, where it is waiting.
    pub due: Timestamp,
    /// Why the last attempt came to nothing.
    pub failure: String,
    pub sent: Option<Timestamp>,
}

pub(super) const COLUMNS: &str =
    "id, created_us, personal, data_key, master_key, state, purpose, attempts,
    due_us, failure, sent_us";

/// What is sealed: all of it tells of a person, and codes and links are in it.
#[derive(Serialize, Deserialize)]
pub(super) struct Personal {
    pub to: String,
    pub subject: String,
    pub body: String,
    pub enclosures: Vec<Enclosure>,
}

pub async fn insert(
    sealer: &Sealer,
    tx: &Tx,
    mail: &Mail,
    to_index: &str,
    purpose: Purpose,
) -> Result<()> {
    let personal = Personal {
        to: mail.to.reveal().clone(),
        subject: mail.subject.clone(),
        body: mail.body.reveal().clone(),
        enclosures: mail.enclosures.clone(),
    };
    let sealed = sealer.seal(Table::Mail.home(mail.id), &personal)?;
    execute(
        tx,
        "INSERT INTO mail (id, to_index, purpose, state, created_us, due_us, personal, data_key,
            master_key, to_address, subject, body, enclosures)
         VALUES ($1, $2, $3, 'QUEUED', $4, $4, $5, $6, $7, '', '', '', '')",
        [
            mail.id.to_string().into(),
            to_index.into(),
            purpose.as_str().into(),
            to_us(mail.created).into(),
            sealed.content.into(),
            sealed.data_key.into(),
            sealed.master_key.into(),
        ],
    )
    .await?;
    Ok(())
}

/// How many mails of this purpose went to an address since, and when the oldest of them did.
pub async fn sent_since(
    tx: &Tx,
    to_index: &str,
    purpose: Purpose,
    since: Timestamp,
) -> Result<(i64, Timestamp)> {
    let sql = "SELECT COUNT(*) AS n, MIN(created_us) AS oldest_us FROM mail
               WHERE to_index = $1 AND purpose = $2 AND created_us > $3";
    let values = [
        to_index.into(),
        purpose.as_str().into(),
        to_us(since).into(),
    ];
    let Some(row) = query_one(tx, sql, values).await? else {
        return Ok((0, since));
    };
    Ok((
        row.try_get("", "n")?,
        maybe_time(&row, "oldest_us")?.unwrap_or(since),
    ))
}

pub async fn find<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    mail: Uuid,
) -> Result<Option<Posted>> {
    let sql = format!("SELECT {COLUMNS} FROM mail WHERE id = $1");
    query_one(on, &sql, [mail.to_string().into()])
        .await?
        .as_ref()
        .map(|row| read(sealer, row))
        .transpose()
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    to_index: Option<&str>,
    state: Option<State>,
    after: Option<&Place>,
    rows: u64,
) -> Result<Vec<Posted>> {
    let mut values: Vec<sea_orm::Value> = vec![limit(rows).into()];
    let mut conditions = vec!["1 = 1".to_owned()];
    if let Some(to_index) = to_index {
        values.push(to_index.into());
        conditions.push(format!("to_index = ${}", values.len()));
    }
    if let Some(state) = state {
        values.push(state.as_str().into());
        conditions.push(format!("state = ${}", values.len()));
    }
    if let Some((created_us, id)) = after {
        values.extend([(*created_us).into(), id.as_str().into()]);
        conditions.push(format!(
            "(created_us, id) < (${}, ${})",
            values.len() - 1,
            values.len()
        ));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM mail WHERE {} ORDER BY created_us DESC, id DESC LIMIT $1",
        conditions.join(" AND ")
    );
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(|row| read(sealer, row))
        .collect()
}

pub async fn forget(tx: &Tx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM mail WHERE created_us < $1";
    Ok(execute(tx, sql, [to_us(before).into()])
        .await?
        .rows_affected())
}

pub(super) fn read(sealer: &Sealer, row: &QueryResult) -> Result<Posted> {
    let id = id(row, "id")?;
    let sealed = sealed::of(row)?.ok_or_else(|| odd("personal"))?;
    let personal: Personal = sealer.open(Table::Mail.home(id), &sealed)?;
    let state: String = row.try_get("", "state")?;
    Ok(Posted {
        mail: Mail {
            id,
            to: Masked::new(personal.to),
            subject: personal.subject,
            body: Masked::new(personal.body),
            enclosures: personal.enclosures,
            created: time(row, "created_us")?,
        },
        state: State::from_name(&state).ok_or_else(|| odd("state"))?,
        purpose: row.try_get("", "purpose")?,
        attempts: row.try_get("", "attempts")?,
        due: time(row, "due_us")?,
        failure: row.try_get("", "failure")?,
        sent: maybe_time(row, "sent_us")?,
    })
}
