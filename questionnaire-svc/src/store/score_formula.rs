//! Rows of score formulas: one per version, never changed.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{json, specialty, time, write_json};
use crate::domain::score_formula::ScoreFormula;

/// A version with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub specialty: String,
    pub formula: ScoreFormula,
    pub board_action: String,
    pub approve_time: Timestamp,
}

impl Kept {
    pub fn name(&self) -> String {
        let version = self.formula.version;
        format!("specialties/{}/scoreFormulas/{version}", self.specialty)
    }
}

/// False where the specialty has this version.
pub async fn insert(tx: &Tx, kept: &Kept) -> Result<bool> {
    let inserted = execute(
        tx,
        "INSERT INTO score_formula (specialty, version, formula, board_action, approved_us)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (specialty, version) DO NOTHING",
        [
            kept.specialty.as_str().into(),
            number(kept.formula.version).into(),
            write_json(&kept.formula)?.into(),
            kept.board_action.as_str().into(),
            to_us(kept.approve_time).into(),
        ],
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The version that holds; 0 where none was approved.
pub async fn newest<C: ConnectionTrait>(on: &C, specialty: &str) -> Result<u32> {
    let found = list(on, specialty, None, 1).await?;
    Ok(found.first().map_or(0, |kept| kept.formula.version))
}

pub async fn find<C: ConnectionTrait>(
    on: &C,
    specialty: &str,
    version: u32,
) -> Result<Option<Kept>> {
    let sql = "SELECT * FROM score_formula WHERE specialty = $1 AND version = $2";
    let row = query_one(on, sql, [specialty.into(), number(version).into()]).await?;
    row.as_ref().map(read).transpose()
}

/// The newest first, below the version of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    specialty: &str,
    below: Option<u32>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let rows = query_all(
        on,
        "SELECT * FROM score_formula WHERE specialty = $1 AND version < $2
         ORDER BY version DESC LIMIT $3",
        [
            specialty.into(),
            number(below.unwrap_or(u32::MAX)).into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ],
    )
    .await?;
    rows.iter().map(read).collect()
}

/// The specialties of a college in a campaign that took anybody into their competition, each with the formula
/// that holds; of one specialty where its id is given.
pub async fn of_competitions<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    bin: &str,
    specialty: &str,
) -> Result<Vec<(specialty::Kept, ScoreFormula)>> {
    let sql = "SELECT s.*, f.formula AS formula FROM specialty s
               JOIN score_formula f ON f.specialty = s.id AND f.version =
                (SELECT MAX(g.version) FROM score_formula g WHERE g.specialty = s.id)
               WHERE s.campaign = $1 AND s.bin = $2 AND ($3 = '' OR s.id = $3)
                AND EXISTS (SELECT 1 FROM application_choice c
                    WHERE c.specialty = s.id AND c.state = 'ACCEPTED')
               ORDER BY s.id";
    let read = |row: &QueryResult| Ok((specialty::read(row)?, json(row, "formula")?));
    query_all(on, sql, [campaign.into(), bin.into(), specialty.into()])
        .await?
        .iter()
        .map(read)
        .collect()
}

fn number(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

fn read(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        specialty: row.try_get("", "specialty")?,
        formula: json(row, "formula")?,
        board_action: row.try_get("", "board_action")?,
        approve_time: time(row, "approved_us")?,
    })
}
