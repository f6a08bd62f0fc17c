//! What partners told, in the database: entries by their ids, files by their hashes, and whom they may
//! tell of.

use std::collections::BTreeSet;

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use sea_orm::Value;
use uuid::Uuid;

use super::booking::LIVE;
use super::roster::ON_IT;
use super::row;

/// An entry of a partner: its id, and what the id stands for.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub partner: &'a str,
    pub id: Uuid,
    pub content: &'a str,
}

/// Whether an entry was told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    New,
    /// The same, and what it made.
    Same {
        irregularity: Option<Uuid>,
    },
    /// Something else under this id.
    Other,
}

impl Entry<'_> {
    fn hash(&self) -> Vec<u8> {
        digest(&SHA256, self.content.as_bytes()).as_ref().to_vec()
    }

    pub async fn told(&self, tx: &Tx) -> Result<Told> {
        let sql = "SELECT content_hash, irregularity FROM partner_entries
            WHERE partner = $1 AND id = $2";
        let key = [self.partner.into(), self.id.to_string().into()];
        let Some(found) = query_one(tx, sql, key).await? else {
            return Ok(Told::New);
        };
        if row::get::<Vec<u8>>(&found, "content_hash")? == self.hash() {
            let irregularity = row::maybe_uuid(&found, "irregularity")?;
            Ok(Told::Same { irregularity })
        } else {
            Ok(Told::Other)
        }
    }

    /// Keeps a new one.
    pub async fn keep(&self, tx: &Tx, irregularity: Option<Uuid>, now: Timestamp) -> Result<()> {
        execute(
            tx,
            "INSERT INTO partner_entries (partner, id, content_hash, irregularity, noted_us)
             VALUES ($1, $2, $3, $4, $5)",
            [
                self.partner.into(),
                self.id.to_string().into(),
                self.hash().into(),
                irregularity.map(|id| id.to_string()).into(),
                to_us(now).into(),
            ],
        )
        .await?;
        Ok(())
    }
}

/// What was answered to a file of this partner.
pub async fn answer(tx: &Tx, partner: &str, sha256: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT answer FROM partner_reports WHERE partner = $1 AND file_sha256 = $2";
    let found = query_one(tx, sql, [partner.into(), sha256.into()]).await?;
    found.map(|found| row::get(&found, "answer")).transpose()
}

/// Keeps a file's hash with its answer.
pub async fn keep_answer(
    tx: &Tx,
    (partner, sha256): (&str, &str),
    session: Uuid,
    answer: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    execute(
        tx,
        "INSERT INTO partner_reports (partner, file_sha256, session, answer, received_us)
         VALUES ($1, $2, $3, $4, $5)",
        [
            partner.into(),
            sha256.into(),
            session.to_string().into(),
            answer.into(),
            to_us(now).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Of these numbers those that the session is told of. Whoever missed it and is booked elsewhere since is
/// that session's.
pub async fn seated(tx: &Tx, session: Uuid, numbers: &[&str]) -> Result<BTreeSet<String>> {
    let mut values: Vec<Value> = vec![session.to_string().into()];
    let sql = format!(
        "SELECT e.candidate_number FROM bookings b
         JOIN eligibilities e ON e.campaign = b.campaign AND e.account = b.account
         WHERE b.session = $1 AND b.state IN {ON_IT} AND (b.state <> 'NO_SHOW'
            OR NOT EXISTS (SELECT 1 FROM bookings o WHERE o.stage = b.stage
                AND o.account = b.account AND o.state IN {LIVE}))
            AND e.candidate_number IN {}",
        row::places(&mut values, numbers)
    );
    numbers_of(tx, &sql, values).await
}

/// Of these numbers those that the campaign has.
pub async fn of_campaign(tx: &Tx, campaign: &str, numbers: &[&str]) -> Result<BTreeSet<String>> {
    let mut values: Vec<Value> = vec![campaign.into()];
    let sql = format!(
        "SELECT candidate_number FROM eligibilities WHERE campaign = $1 AND candidate_number IN {}",
        row::places(&mut values, numbers)
    );
    numbers_of(tx, &sql, values).await
}

async fn numbers_of(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<BTreeSet<String>> {
    let rows = query_all(tx, sql, values).await?;
    rows.iter()
        .map(|found| row::get(found, "candidate_number"))
        .collect()
}
