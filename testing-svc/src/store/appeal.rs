//! Appeals in the database: the index on results refuses a second one.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::appeal::{Appeal, Decided, State, Verdict};
use crate::domain::certificate::terms::BySubject;
use crate::domain::score::Score;

const SELECT: &str =
    "SELECT id, campaign, stage, result, account, candidate_number, text, filed_us,
    verdict, delta, note, published_us, advanced, version, subject_deltas FROM appeals";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Appeal>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Appeal>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn against<C: ConnectionTrait>(on: &C, result: Uuid) -> Result<Option<Appeal>> {
    let sql = format!("{SELECT} WHERE result = $1");
    let found = query_one(on, &sql, [result.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// False where there is one against the result.
pub async fn insert(tx: &Tx, appeal: &Appeal) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO appeals (id, campaign, stage, result, account, candidate_number, text, filed_us,
            advanced, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (result) DO NOTHING",
        [
            appeal.id.to_string().into(),
            appeal.campaign.as_str().into(),
            appeal.stage.to_string().into(),
            appeal.result.to_string().into(),
            appeal.account.to_string().into(),
            appeal.candidate_number.as_str().into(),
            appeal.text.as_str().into(),
            to_us(appeal.filed).into(),
            appeal.advanced.into(),
            appeal.version.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Saves a locked appeal.
pub async fn save(tx: &Tx, appeal: &Appeal) -> Result<()> {
    let decided = appeal.decision.as_ref();
    let done = execute(
        tx,
        "UPDATE appeals SET verdict = $3, delta = $4, note = $5, published_us = $6, advanced = $7,
            subject_deltas = $8, version = version + 1
         WHERE id = $1 AND version = $2 AND published_us IS NULL",
        [
            appeal.id.to_string().into(),
            appeal.version.into(),
            decided.map(|it| it.verdict.as_str()).into(),
            decided.map(|it| it.delta.0).into(),
            decided.map(|it| it.note.clone()).into(),
            appeal.published.map(to_us).into(),
            appeal.advanced.into(),
            row::by_subject(decided.map_or(&BySubject::new(), |it| &it.subjects)),
        ],
    )
    .await?;
    one_row(&done)
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub campaign: String,
    pub stage: Option<Uuid>,
    pub account: Option<Uuid>,
    pub state: Option<State>,
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Appeal>> {
    let mut sql = format!("{SELECT} WHERE campaign = $1");
    let mut values: Vec<Value> = vec![filter.campaign.as_str().into()];
    let mut narrow = |condition: &str, value: Option<String>| {
        if let Some(value) = value {
            values.push(value.into());
            sql += &format!(" AND {condition} ${}", values.len());
        }
    };
    narrow("stage =", filter.stage.map(|id| id.to_string()));
    narrow("account =", filter.account.map(|id| id.to_string()));
    narrow("id <", before.map(|id| id.to_string()));
    sql += match filter.state {
        None => "",
        // To its owner a decision that is not published is none.
        Some(State::Filed) if filter.account.is_some() => " AND published_us IS NULL",
        Some(State::Decided) if filter.account.is_some() => " AND 1 = 0",
        Some(State::Filed) => " AND verdict IS NULL",
        Some(State::Decided) => " AND verdict IS NOT NULL AND published_us IS NULL",
        Some(State::Published) => " AND published_us IS NOT NULL",
    };
    sql += &format!(" ORDER BY id DESC LIMIT {limit}");
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// The decided and unpublished appeals of a locked stage, locked too.
pub async fn lock_decided(tx: &Tx, stage: Uuid) -> Result<Vec<Appeal>> {
    let sql = format!(
        "{SELECT} WHERE stage = $1 AND verdict IS NOT NULL AND published_us IS NULL ORDER BY id{}",
        for_update(tx)
    );
    let rows = query_all(tx, &sql, [stage.to_string().into()]).await?;
    rows.iter().map(read).collect()
}

/// How many appeals of a stage nobody decided yet.
pub async fn waiting<C: ConnectionTrait>(on: &C, stage: Uuid) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM appeals WHERE stage = $1 AND verdict IS NULL";
    match query_one(on, sql, [stage.to_string().into()]).await? {
        Some(found) => row::get(&found, "n"),
        None => Ok(0),
    }
}

/// How many appeals of earlier stages are not published, and the name of one such stage.
pub async fn open_before(
    tx: &Tx,
    campaign: &str,
    stage_number: i32,
) -> Result<Option<(i64, String)>> {
    let sql =
        "SELECT COUNT(*) AS n, MIN(g.id) AS stage FROM appeals a JOIN stages g ON g.id = a.stage
        WHERE g.campaign = $1 AND g.number < $2 AND a.published_us IS NULL";
    let found = query_one(tx, sql, [campaign.into(), stage_number.into()]).await?;
    let Some(found) = found else {
        return Ok(None);
    };
    let stage: Option<String> = row::get(&found, "stage")?;
    let count = row::get(&found, "n")?;
    Ok(stage.map(|stage| (count, format!("campaigns/{campaign}/stages/{stage}"))))
}

fn read(found: &QueryResult) -> Result<Appeal> {
    let decision = match row::maybe_word(found, "verdict", Verdict::from_word)? {
        None => None,
        Some(verdict) => Some(Decided {
            verdict,
            delta: Score(row::get(found, "delta")?),
            subjects: row::maybe_json(found, "subject_deltas")?.unwrap_or_default(),
            note: row::get(found, "note")?,
        }),
    };
    Ok(Appeal {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        stage: row::uuid(found, "stage")?,
        result: row::uuid(found, "result")?,
        account: row::uuid(found, "account")?,
        candidate_number: row::get(found, "candidate_number")?,
        text: row::get(found, "text")?,
        filed: row::time(found, "filed_us")?,
        decision,
        published: row::maybe_time(found, "published_us")?,
        advanced: row::get(found, "advanced")?,
        version: row::get(found, "version")?,
    })
}
