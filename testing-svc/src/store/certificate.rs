//! Certificates in the database: the indexes refuse a second good one of a result, and a number twice.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::{one_row, row};
use crate::domain::certificate::number::Number;
use crate::domain::certificate::seal::Sealed;
use crate::domain::certificate::terms::Terms;
use crate::domain::certificate::{Certificate, Revocation, State};

const SELECT: &str = "SELECT c.id, c.campaign, c.stage, c.result, c.account, c.edition, c.payload,
    c.signature, c.state, c.issued_us, c.ended_us, c.revocation, c.reissued_us, c.version,
    g.certificate_terms FROM certificates c JOIN stages g ON g.id = c.stage";

/// A certificate with the terms of its stage, which say what its codes mean.
#[derive(Debug, Clone)]
pub struct Kept {
    pub certificate: Certificate,
    pub terms: Terms,
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Kept>> {
    let sql = format!("{SELECT} WHERE c.id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn numbered<C: ConnectionTrait>(on: &C, number: &Number) -> Result<Option<Kept>> {
    let sql = format!("{SELECT} WHERE c.certificate_number = $1");
    let found = query_one(on, &sql, [number.as_str().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Kept>> {
    let sql = format!(
        "SELECT id FROM certificates WHERE id = $1{}",
        for_update(tx)
    );
    query_one(tx, &sql, [id.to_string().into()]).await?;
    find(tx, id).await
}

/// The newest certificate of a locked result, locked too.
pub async fn lock_newest(tx: &Tx, result: Uuid) -> Result<Option<Kept>> {
    let sql = format!(
        "SELECT id FROM certificates WHERE result = $1 ORDER BY edition DESC LIMIT 1{}",
        for_update(tx)
    );
    match query_one(tx, &sql, [result.to_string().into()]).await? {
        Some(found) => find(tx, row::uuid(&found, "id")?).await,
        None => Ok(None),
    }
}

/// False where the number is taken, or the result has a good one: the row of the result was not locked.
pub async fn insert(tx: &Tx, one: &Certificate, number: &Number) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO certificates (id, certificate_number, campaign, stage, result, account, edition,
            payload, signature, state, issued_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        [
            one.id.to_string().into(),
            number.as_str().into(),
            one.campaign.as_str().into(),
            one.stage.to_string().into(),
            one.result.to_string().into(),
            one.account.to_string().into(),
            one.edition.into(),
            one.sealed.payload.clone().into(),
            one.sealed.signature.clone().into(),
            one.state.as_str().into(),
            to_us(one.issued).into(),
            one.version.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes down that a locked certificate is good no longer.
pub async fn finish(tx: &Tx, one: &Certificate, note: Option<&str>) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE certificates SET state = $3, ended_us = $4, revocation = $5, revocation_note = $6,
            version = version + 1
         WHERE id = $1 AND version = $2 AND state = 'VALID'",
        [
            one.id.to_string().into(),
            one.version.into(),
            one.state.as_str().into(),
            one.ended.map(to_us).into(),
            one.revocation.map(Revocation::as_str).into(),
            note.map(str::to_owned).into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// Writes down that another is to take the place of a locked certificate.
pub async fn note_reissue(tx: &Tx, one: &Certificate) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE certificates SET reissued_us = $3, version = version + 1
         WHERE id = $1 AND version = $2 AND state = 'REVOKED' AND reissued_us IS NULL",
        [
            one.id.to_string().into(),
            one.version.into(),
            one.reissued.map(to_us).into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub account: Option<Uuid>,
    pub campaign: Option<String>,
    pub state: Option<State>,
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let rows = Narrowed::new(format!("{SELECT} WHERE c.version > 0"), Vec::new())
        .by("c.account =", filter.account.map(|id| id.to_string()))
        .by("c.campaign =", filter.campaign.clone())
        .by("c.state =", filter.state.map(|it| it.as_str().to_owned()))
        .by("c.id <", before.map(|id| id.to_string()))
        .rows(on, "c.id DESC", limit)
        .await?;
    rows.iter().map(read).collect()
}

/// A result that waits for its certificate.
#[derive(Debug, Clone)]
pub struct Due {
    pub result: Uuid,
    pub account: Uuid,
}

/// Those that wait longest.
pub async fn due<C: ConnectionTrait>(on: &C, now: Timestamp, limit: u64) -> Result<Vec<Due>> {
    let sql = format!(
        "SELECT id, account FROM stage_results WHERE certificate_due_us <= $1
         ORDER BY certificate_due_us, id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    let due = |found: &QueryResult| {
        Ok(Due {
            result: row::uuid(found, "id")?,
            account: row::uuid(found, "account")?,
        })
    };
    rows.iter().map(due).collect()
}

/// When the result is looked at next; none: it waits for nothing.
pub async fn put_off(tx: &Tx, result: Uuid, until: Option<Timestamp>) -> Result<()> {
    let sql = "UPDATE stage_results SET certificate_due_us = $2 WHERE id = $1";
    let values = [result.to_string().into(), until.map(to_us).into()];
    one_row(&execute(tx, sql, values).await?)
}

fn read(found: &QueryResult) -> Result<Kept> {
    let certificate = Certificate {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        stage: row::uuid(found, "stage")?,
        result: row::uuid(found, "result")?,
        account: row::uuid(found, "account")?,
        edition: row::get(found, "edition")?,
        sealed: Sealed {
            payload: row::get(found, "payload")?,
            signature: row::get(found, "signature")?,
        },
        state: row::word(found, "state", State::from_word)?,
        issued: row::time(found, "issued_us")?,
        ended: row::maybe_time(found, "ended_us")?,
        revocation: row::maybe_word(found, "revocation", Revocation::from_word)?,
        reissued: row::maybe_time(found, "reissued_us")?,
        version: row::get(found, "version")?,
    };
    Ok(Kept {
        certificate,
        terms: row::json(found, "certificate_terms")?,
    })
}
