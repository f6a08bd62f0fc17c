//! Rows of disclosures: written before the answer that they tell of leaves, never changed.

use std::collections::HashSet;

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{json, places, time, unexpected, write_json};

/// One look of somebody else at what a person submitted. The words are those of the contract.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub account: Uuid,
    pub subject: String,
    pub resource: String,
    pub sections: Vec<String>,
    pub recipient: String,
    /// The name of a service or partner; empty for people.
    pub recipient_name: String,
    pub ground: String,
    pub time: Timestamp,
}

pub async fn insert(tx: &Tx, kept: &Kept) -> Result<()> {
    execute(
        tx,
        "INSERT INTO disclosure (id, account, subject, resource, sections, recipient,
            recipient_name, ground, shown_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            kept.id.as_str().into(),
            kept.account.to_string().into(),
            kept.subject.as_str().into(),
            kept.resource.as_str().into(),
            write_json(&kept.sections)?.into(),
            kept.recipient.as_str().into(),
            kept.recipient_name.as_str().into(),
            kept.ground.as_str().into(),
            to_us(kept.time).into(),
        ],
    )
    .await?;
    Ok(())
}

/// To which of these accounts such a look of this recipient was noted since then.
pub async fn noted_since<C: ConnectionTrait>(
    on: &C,
    (subject, recipient_name): (&str, &str),
    accounts: &[Uuid],
    since: Timestamp,
) -> Result<HashSet<(Uuid, String)>> {
    if accounts.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "SELECT account, resource FROM disclosure
         WHERE subject = $1 AND recipient_name = $2 AND shown_us >= $3 AND account IN ({})",
        places(3, accounts.len())
    );
    let mut values: Vec<Value> = vec![subject.into(), recipient_name.into(), to_us(since).into()];
    values.extend(accounts.iter().map(|id| Value::from(id.to_string())));
    let read = |row: &QueryResult| {
        let account: String = row.try_get("", "account")?;
        let account = Uuid::parse_str(&account).map_err(|_| unexpected("account"))?;
        Ok((account, row.try_get("", "resource")?))
    };
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Of one person, newest first, after the id of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let sql = "SELECT * FROM disclosure WHERE account = $1 AND ($2 = '' OR id < $2)
               ORDER BY id DESC LIMIT $3";
    let values = [
        account.to_string().into(),
        after.unwrap_or_default().into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let read = |row: &QueryResult| read(account, row);
    query_all(on, sql, values).await?.iter().map(read).collect()
}

fn read(account: Uuid, row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        id: row.try_get("", "id")?,
        account,
        subject: row.try_get("", "subject")?,
        resource: row.try_get("", "resource")?,
        sections: json(row, "sections")?,
        recipient: row.try_get("", "recipient")?,
        recipient_name: row.try_get("", "recipient_name")?,
        ground: row.try_get("", "ground")?,
        time: time(row, "shown_us")?,
    })
}
