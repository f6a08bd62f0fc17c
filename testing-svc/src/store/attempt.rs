//! Attempts in the database.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::row;
use crate::domain::attempt::{Attempt, State};

const SELECT: &str =
    "SELECT id, campaign, booking, state, candidate_number, started_us FROM attempts";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Attempt>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn insert(tx: &Tx, attempt: &Attempt) -> Result<()> {
    execute(
        tx,
        "INSERT INTO attempts (id, campaign, booking, state, candidate_number, started_us)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            attempt.id.to_string().into(),
            attempt.campaign.as_str().into(),
            attempt.booking.to_string().into(),
            attempt.state.as_str().into(),
            attempt.candidate_number.as_str().into(),
            to_us(attempt.started).into(),
        ],
    )
    .await?;
    Ok(())
}

fn read(found: &QueryResult) -> Result<Attempt> {
    Ok(Attempt {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        booking: row::uuid(found, "booking")?,
        state: row::word(found, "state", State::from_word)?,
        candidate_number: row::get(found, "candidate_number")?,
        started: row::time(found, "started_us")?,
    })
}
