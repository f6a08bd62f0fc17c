//! Allocation runs in the database: what was asked for, what came of it, its two files, and which are
//! published. Every row is written once.

use anyhow::anyhow;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::{allocation_seal, batch, row};
use crate::domain::admission::run::{Made, Published, Run, State};
use crate::domain::admission::seal::{Seal, Times};
use crate::domain::allocation::record::read_seed;
use crate::domain::words;

const SELECT: &str =
    "SELECT r.id, r.campaign, r.round, r.agreed, r.seed, r.created_us, o.state, o.rules,
        o.known, o.input_hash, o.record_hash, o.findings, o.faults, o.specialties, o.applicants,
        o.placed, o.unranked, o.finished_us, p.published_us, p.results_us, p.reply_until_us,
        s.content, s.cms_sha256, s.signature, s.organisation, s.signed_us
     FROM allocation_runs r LEFT JOIN allocation_outcomes o ON o.run = r.id
     LEFT JOIN allocation_publications p ON p.run = r.id
     LEFT JOIN allocation_seals s ON s.run = r.id";

/// One of the two files of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Input,
    Record,
}

words!(Part {
    Input = "INPUT",
    Record = "RECORD",
});

/// Bytes of one row of a file.
const PIECE: usize = 1 << 18;

pub async fn insert(tx: &Tx, run: &Run, by: &str) -> Result<()> {
    execute(
        tx,
        "INSERT INTO allocation_runs (id, campaign, round, agreed, seed, created_us, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            run.id.to_string().into(),
            run.campaign.as_str().into(),
            run.round.into(),
            row::written(&run.agreed)?.into(),
            hex::encode(run.seed).into(),
            to_us(run.created).into(),
            by.into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Run>> {
    let sql = format!("{SELECT} WHERE r.id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Holds a run that is not made yet, so that it is made once; none where it is made, or made right now.
pub async fn lock_pending(tx: &Tx, id: Uuid) -> Result<Option<Run>> {
    let lock = match for_update(tx) {
        "" => String::new(),
        lock => format!("{lock} SKIP LOCKED"),
    };
    let sql = format!("SELECT id FROM allocation_runs WHERE id = $1{lock}");
    if query_one(tx, &sql, [id.to_string().into()])
        .await?
        .is_none()
    {
        return Ok(None);
    }
    Ok(find(tx, id).await?.filter(|run| run.made.is_none()))
}

/// Runs that are not made yet, the oldest first.
pub async fn pending<C: ConnectionTrait>(on: &C, limit: u64) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT r.id FROM allocation_runs r WHERE NOT EXISTS
            (SELECT 1 FROM allocation_outcomes o WHERE o.run = r.id) ORDER BY r.id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, []).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

/// Those of a campaign, the newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Run>> {
    let rows = Narrowed::new(
        format!("{SELECT} WHERE r.campaign = $1"),
        vec![campaign.into()],
    )
    .by("r.id <", before.map(|id| id.to_string()))
    .rows(on, "r.id DESC", limit)
    .await?;
    rows.iter().map(read).collect()
}

pub async fn insert_made(tx: &Tx, run: Uuid, made: &Made) -> Result<()> {
    execute(
        tx,
        "INSERT INTO allocation_outcomes (run, state, rules, known, input_hash, record_hash, findings,
            faults, specialties, applicants, placed, unranked, finished_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            run.to_string().into(),
            made.state.as_str().into(),
            row::int(made.rules).into(),
            made.known.into(),
            made.input_hash.as_str().into(),
            made.record_hash.as_str().into(),
            row::written(&made.findings)?.into(),
            row::written(&made.faults)?.into(),
            row::int(made.specialties).into(),
            row::int(made.applicants).into(),
            row::int(made.placed).into(),
            row::int(made.unranked).into(),
            to_us(made.finished).into(),
        ],
    )
    .await?;
    Ok(())
}

/// A file, in pieces that fit into rows.
pub async fn insert_file(tx: &Tx, run: Uuid, part: Part, text: &str) -> Result<()> {
    let mut rows = Vec::new();
    let (mut left, mut number) = (text, 0_i32);
    while !left.is_empty() {
        let (piece, rest) = left.split_at(left.floor_char_boundary(PIECE));
        rows.push(vec![
            run.to_string().into(),
            part.as_str().into(),
            number.into(),
            piece.into(),
        ]);
        (left, number) = (rest, number + 1);
    }
    let sql = "INSERT INTO allocation_parts (run, part, number, content) VALUES";
    batch::insert(tx, sql, "", rows).await?;
    Ok(())
}

/// A piece of a file; none behind its last.
pub async fn piece<C: ConnectionTrait>(
    on: &C,
    run: Uuid,
    part: Part,
    number: i32,
) -> Result<Option<String>> {
    let sql = "SELECT content FROM allocation_parts WHERE run = $1 AND part = $2 AND number = $3";
    let key = [run.to_string().into(), part.as_str().into(), number.into()];
    let found = query_one(on, sql, key).await?;
    found.map(|found| row::get(&found, "content")).transpose()
}

/// The whole file.
pub async fn file<C: ConnectionTrait>(on: &C, run: Uuid, part: Part) -> Result<String> {
    let mut text = String::new();
    let mut number = 0;
    while let Some(piece) = piece(on, run, part, number).await? {
        text += &piece;
        number += 1;
    }
    Ok(text)
}

/// The round that is published next.
pub async fn next_round<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<i32> {
    let sql = "SELECT MAX(round) AS n FROM allocation_publications WHERE campaign = $1";
    let found = query_one(on, sql, [campaign.into()]).await?;
    let last: Option<i32> = match &found {
        Some(found) => row::get(found, "n")?,
        None => None,
    };
    Ok(last.unwrap_or(0) + 1)
}

/// False where the round has one already. Its offers are made from then on.
pub async fn publish(
    tx: &Tx,
    run: &Run,
    time: Timestamp,
    times: Times,
    seal: &Seal,
    by: &str,
) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO allocation_publications (run, campaign, round, published_us, results_us,
            reply_until_us, published_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        [
            run.id.to_string().into(),
            run.campaign.as_str().into(),
            run.round.into(),
            to_us(time).into(),
            to_us(times.results).into(),
            to_us(times.reply_until).into(),
            by.into(),
        ],
    )
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    let sql = "INSERT INTO admission_offerings (run, results_us, last_number, done)
         VALUES ($1, $2, '', FALSE)";
    let values = [run.id.to_string().into(), to_us(times.results).into()];
    execute(tx, sql, values).await?;
    allocation_seal::insert(tx, run, seal).await?;
    Ok(true)
}

/// The run that a round was published with.
pub async fn of_round<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    round: i32,
) -> Result<Option<Uuid>> {
    let sql = "SELECT run FROM allocation_publications WHERE campaign = $1 AND round = $2";
    let found = query_one(on, sql, [campaign.into(), round.into()]).await?;
    found.map(|found| row::uuid(&found, "run")).transpose()
}

/// The last publication of a campaign that everybody sees.
pub async fn seen<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    now: Timestamp,
) -> Result<Option<Uuid>> {
    let sql = "SELECT run FROM allocation_publications WHERE campaign = $1 AND results_us <= $2
         ORDER BY round DESC LIMIT 1";
    let found = query_one(on, sql, [campaign.into(), to_us(now).into()]).await?;
    found.map(|found| row::uuid(&found, "run")).transpose()
}

fn read(found: &QueryResult) -> Result<Run> {
    let seed: String = row::get(found, "seed")?;
    let broken = || Error::Internal(anyhow!("a run has no seed"));
    Ok(Run {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        round: row::get(found, "round")?,
        agreed: row::json(found, "agreed")?,
        seed: read_seed(&seed).ok_or_else(broken)?,
        created: row::time(found, "created_us")?,
        made: made(found)?,
        published: published(found)?,
    })
}

fn made(found: &QueryResult) -> Result<Option<Made>> {
    let Some(finished) = row::maybe_time(found, "finished_us")? else {
        return Ok(None);
    };
    Ok(Some(Made {
        state: row::word(found, "state", State::from_word)?,
        rules: row::count(found, "rules")?,
        known: row::get(found, "known")?,
        input_hash: row::get(found, "input_hash")?,
        record_hash: row::get(found, "record_hash")?,
        findings: row::json(found, "findings")?,
        faults: row::json(found, "faults")?,
        specialties: row::count(found, "specialties")?,
        applicants: row::count(found, "applicants")?,
        placed: row::count(found, "placed")?,
        unranked: row::count(found, "unranked")?,
        finished,
    }))
}

fn published(found: &QueryResult) -> Result<Option<Published>> {
    let Some(time) = row::maybe_time(found, "published_us")? else {
        return Ok(None);
    };
    Ok(Some(Published {
        time,
        times: Times {
            results: row::time(found, "results_us")?,
            reply_until: row::time(found, "reply_until_us")?,
        },
        seal: allocation_seal::read(found)?,
    }))
}
