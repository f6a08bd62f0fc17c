//! Irregularities in the database: rows that only come.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::row;
use crate::domain::attempt::{Code, Irregularity};

const SELECT: &str = "SELECT id, campaign, booking, attempt, session, candidate_number, code, note,
    terminated, created_us FROM irregularities";

pub async fn insert(tx: &Tx, one: &Irregularity) -> Result<()> {
    execute(
        tx,
        "INSERT INTO irregularities (id, campaign, booking, attempt, session, candidate_number, code,
            note, terminated, created_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            one.id.to_string().into(),
            one.campaign.as_str().into(),
            one.booking.to_string().into(),
            one.attempt.to_string().into(),
            one.session.as_str().into(),
            one.candidate_number.as_str().into(),
            one.code.as_str().into(),
            one.note.as_str().into(),
            one.terminated.into(),
            to_us(one.created).into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Irregularity>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub campaign: String,
    pub attempt: Option<Uuid>,
    /// The session's name.
    pub session: Option<String>,
}

/// Oldest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Irregularity>> {
    let sql = format!("{SELECT} WHERE campaign = $1");
    let rows = Narrowed::new(sql, vec![filter.campaign.as_str().into()])
        .by("attempt =", filter.attempt.map(|id| id.to_string()))
        .by("session =", filter.session.clone())
        .by("id >", after.map(|id| id.to_string()))
        .rows(on, "id", limit)
        .await?;
    rows.iter().map(read).collect()
}

fn read(found: &QueryResult) -> Result<Irregularity> {
    Ok(Irregularity {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        booking: row::uuid(found, "booking")?,
        attempt: row::uuid(found, "attempt")?,
        session: row::get(found, "session")?,
        candidate_number: row::get(found, "candidate_number")?,
        code: row::word(found, "code", Code::from_word)?,
        note: row::get(found, "note")?,
        terminated: row::get(found, "terminated")?,
        created: row::time(found, "created_us")?,
    })
}
