//! Imported scores in the database, and what each import changed.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::Tx;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::{batch, row};
use crate::domain::participant::Participant;
use crate::domain::score::Score;
use crate::domain::score_import::Mark;

/// A score that an import changed.
#[derive(Debug, Clone)]
pub struct Change {
    pub id: Uuid,
    pub candidate_number: String,
    pub before: (Option<Score>, bool),
    pub after: (Option<Score>, bool),
    /// The account that imported it.
    pub by: String,
    pub time: Timestamp,
}

/// What one import writes: of the locked stage, by whom, when.
#[derive(Debug, Clone)]
pub struct Import<'a> {
    pub stage: Uuid,
    pub by: &'a str,
    pub time: Timestamp,
}

/// What changes for one person, with the ids that it may need.
#[derive(Debug, Clone)]
pub struct Changed<'a> {
    pub person: &'a Participant,
    pub mark: Mark,
    /// Of the result, where there was none.
    pub result: Uuid,
    pub change: Uuid,
}

/// Keeps scores and marks, and what was there before.
pub async fn keep(tx: &Tx, import: &Import<'_>, changed: &[Changed<'_>]) -> Result<()> {
    let stage = || Value::from(import.stage.to_string());
    let scores = changed.iter().map(|it| {
        vec![
            stage(),
            it.person.account.to_string().into(),
            it.person.result.unwrap_or(it.result).to_string().into(),
            it.mark.score().map(|it| it.0).into(),
            (it.mark == Mark::Absent).into(),
            to_us(import.time).into(),
            row::by_subject(&it.mark.subjects()),
        ]
    });
    batch::insert(
        tx,
        "INSERT INTO stage_scores (stage, account, result, score, absent, updated_us, subjects)
            VALUES",
        "ON CONFLICT (stage, account) DO UPDATE SET score = excluded.score,
            absent = excluded.absent, updated_us = excluded.updated_us,
            subjects = excluded.subjects",
        scores.collect(),
    )
    .await?;
    let changes = changed.iter().map(|it| {
        vec![
            it.change.to_string().into(),
            stage(),
            it.person.number.as_str().into(),
            it.person.score.map(|it| it.0).into(),
            it.person.absent.into(),
            it.mark.score().map(|it| it.0).into(),
            (it.mark == Mark::Absent).into(),
            import.by.into(),
            to_us(import.time).into(),
            row::by_subject(&it.person.subjects),
            row::by_subject(&it.mark.subjects()),
        ]
    });
    batch::insert(
        tx,
        "INSERT INTO score_changes (id, stage, candidate_number, previous_score, previous_absent,
            score, absent, imported_by, created_us, previous_subjects, subjects) VALUES",
        "",
        changes.collect(),
    )
    .await?;
    Ok(())
}

/// Newest first.
pub async fn changes<C: ConnectionTrait>(
    on: &C,
    stage: Uuid,
    number: &str,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Change>> {
    let sql = "SELECT id, candidate_number, previous_score, previous_absent, score, absent,
        imported_by, created_us FROM score_changes WHERE stage = $1";
    let number = (!number.is_empty()).then(|| number.to_owned());
    let rows = Narrowed::new(sql, vec![stage.to_string().into()])
        .by("candidate_number =", number)
        .by("id <", before.map(|id| id.to_string()))
        .rows(on, "id DESC", limit)
        .await?;
    rows.iter().map(read).collect()
}

fn read(found: &QueryResult) -> Result<Change> {
    Ok(Change {
        id: row::uuid(found, "id")?,
        candidate_number: row::get(found, "candidate_number")?,
        before: (
            row::maybe_score(found, "previous_score")?,
            row::get(found, "previous_absent")?,
        ),
        after: (
            row::maybe_score(found, "score")?,
            row::get(found, "absent")?,
        ),
        by: row::get(found, "imported_by")?,
        time: row::time(found, "created_us")?,
    })
}
