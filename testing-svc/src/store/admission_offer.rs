//! Offers of places in the database, and how far those of a publication were made.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::{one_row, row};
use crate::domain::admission::offer::{Offer, State};

const SELECT: &str = "SELECT id, campaign, round, application, choice, specialty, account, state,
        until_us, made_us, ended_us, version FROM admission_offers";

/// Offers of a publication that are still to be made.
#[derive(Debug, Clone)]
pub struct Offering {
    pub run: Uuid,
    /// The number of the last application that was looked at.
    pub last_number: String,
}

/// Publications whose offers are to be made, the oldest first.
pub async fn due<C: ConnectionTrait>(on: &C, now: Timestamp, limit: u64) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT run FROM admission_offerings WHERE NOT done AND results_us <= $1
         ORDER BY results_us, run LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    rows.iter().map(|found| row::uuid(found, "run")).collect()
}

/// Holds it, so that each application is looked at once; none where all were.
pub async fn lock_offering(tx: &Tx, run: Uuid) -> Result<Option<Offering>> {
    let sql = format!(
        "SELECT run, last_number FROM admission_offerings WHERE run = $1 AND NOT done{}",
        for_update(tx)
    );
    let found = query_one(tx, &sql, [run.to_string().into()]).await?;
    let read = |found: QueryResult| {
        Ok(Offering {
            run,
            last_number: row::get(&found, "last_number")?,
        })
    };
    found.map(read).transpose()
}

/// Where it goes on; nowhere once it is done.
pub async fn note_offering(tx: &Tx, offering: &Offering, done: bool) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE admission_offerings SET last_number = $2, done = $3 WHERE run = $1",
        [
            offering.run.to_string().into(),
            offering.last_number.as_str().into(),
            done.into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// False where the application has an offer that is open or accepted.
pub async fn insert(tx: &Tx, run: Uuid, offer: &Offer) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO admission_offers (id, campaign, run, round, application, choice, specialty,
            account, state, until_us, made_us, ended_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'OFFERED', $9, $10, NULL, 1)
         ON CONFLICT DO NOTHING",
        [
            offer.id.to_string().into(),
            offer.campaign.as_str().into(),
            run.to_string().into(),
            offer.round.into(),
            offer.application.to_string().into(),
            offer.choice.to_string().into(),
            offer.specialty.to_string().into(),
            offer.account.map(|id| id.to_string()).into(),
            to_us(offer.until).into(),
            to_us(offer.made).into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Offer>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Offer>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// The offer of a wish: there is one at most.
pub async fn lock_of_choice(tx: &Tx, choice: Uuid) -> Result<Option<Offer>> {
    let sql = format!("{SELECT} WHERE choice = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [choice.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Keeps a change of an offer that is held.
pub async fn save(tx: &Tx, offer: &mut Offer) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE admission_offers SET state = $2, ended_us = $3, version = version + 1
         WHERE id = $1 AND version = $4",
        [
            offer.id.to_string().into(),
            offer.state.as_str().into(),
            offer.ended.map(to_us).into(),
            offer.version.into(),
        ],
    )
    .await?;
    one_row(&done)?;
    offer.version += 1;
    Ok(())
}

/// Offers whose term is over and that nobody answered.
pub async fn overdue<C: ConnectionTrait>(on: &C, now: Timestamp, limit: u64) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT id FROM admission_offers WHERE state = 'OFFERED' AND until_us <= $1
         ORDER BY until_us, id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

/// The newest first; of one account, if it is named.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    account: Option<Uuid>,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Offer>> {
    let rows = Narrowed::new(
        format!("{SELECT} WHERE campaign = $1"),
        vec![campaign.into()],
    )
    .by("account =", account.map(|id| id.to_string()))
    .by("id <", before.map(|id| id.to_string()))
    .rows(on, "id DESC", limit)
    .await?;
    rows.iter().map(read).collect()
}

/// All of the rounds before this one.
pub async fn of_rounds_before<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    round: i32,
) -> Result<Vec<(Offer, Option<String>)>> {
    let sql = "SELECT a.id, a.campaign, a.round, a.application, a.choice, a.specialty, a.account,
            a.state, a.until_us, a.made_us, a.ended_us, a.version, r.quota
         FROM admission_offers a
         JOIN allocation_results r ON r.run = a.run AND r.choice = a.choice
         WHERE a.campaign = $1 AND a.round < $2 ORDER BY a.id";
    let rows = query_all(on, sql, [campaign.into(), round.into()]).await?;
    let both = |found: &QueryResult| Ok((read(found)?, row::get(found, "quota")?));
    rows.iter().map(both).collect()
}

/// How many of a campaign are still to be made or answered. Those to be made count as one.
pub async fn open<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM admission_offers
            WHERE campaign = $1 AND state = 'OFFERED')
         + (SELECT COUNT(*) FROM admission_offerings f
            JOIN allocation_publications p ON p.run = f.run
            WHERE p.campaign = $1 AND NOT f.done) AS n";
    let found = query_one(on, sql, [campaign.into()]).await?;
    found.map_or(Ok(0), |found| row::get(&found, "n"))
}

fn read(found: &QueryResult) -> Result<Offer> {
    Ok(Offer {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        round: row::get(found, "round")?,
        application: row::uuid(found, "application")?,
        choice: row::uuid(found, "choice")?,
        specialty: row::uuid(found, "specialty")?,
        account: row::maybe_uuid(found, "account")?,
        state: row::word(found, "state", State::from_word)?,
        until: row::time(found, "until_us")?,
        made: row::time(found, "made_us")?,
        ended: row::maybe_time(found, "ended_us")?,
        version: row::get(found, "version")?,
    })
}
