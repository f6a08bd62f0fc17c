//! Rows of sittings of entrance exams, and of who sits in them.
//!
//! Whoever writes here holds the specialty first, and the choices that it is about: the order in which
//! every act on a specialty takes its locks.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::{places, time, unexpected};
use crate::domain::choice::Hundredths;
use crate::domain::exam_sitting::{ExamSitting, Grades, Outcome};

/// A sitting is read with how many are in it.
const COLUMNS: &str = "exam_sitting.*,
    (SELECT COUNT(*) FROM exam_entry e WHERE e.sitting = exam_sitting.id) AS entries,
    (SELECT COUNT(e.graded_us) FROM exam_entry e WHERE e.sitting = exam_sitting.id) AS graded_entries";

/// A sitting with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub bin: Bin,
    pub sitting: ExamSitting,
    pub entry_count: i64,
    pub graded_count: i64,
    pub create_time: Timestamp,
    pub version: i64,
}

impl Kept {
    pub fn name(&self) -> String {
        format!("examSittings/{}", self.id)
    }

    pub fn specialty_name(&self) -> String {
        format!("specialties/{}", self.sitting.specialty)
    }
}

/// A choice's place in a sitting.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The id of a choice.
    pub choice: String,
    pub exam: String,
    /// The id of the sitting.
    pub sitting: String,
    /// Once it was graded.
    pub outcome: Option<Outcome>,
}

/// A sitting that is about to be made.
pub struct New<'a> {
    pub id: &'a str,
    pub bin: Bin,
    pub sitting: &'a ExamSitting,
    pub now: Timestamp,
}

/// False where there is such a one.
pub async fn insert(tx: &Tx, new: &New<'_>) -> Result<bool> {
    let it = new.sitting;
    let inserted = execute(
        tx,
        "INSERT INTO exam_sitting (id, specialty, bin, exam, starts_us, address, created_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT DO NOTHING",
        [
            new.id.into(),
            it.specialty.as_str().into(),
            new.bin.to_string().into(),
            it.exam.as_str().into(),
            to_us(it.start).into(),
            it.address.as_str().into(),
            to_us(new.now).into(),
        ],
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Puts these choices into the sitting. False where one of them has this exam: it is sat once.
pub async fn insert_entries(
    tx: &Tx,
    sitting: &str,
    exam: &str,
    choices: &[String],
) -> Result<bool> {
    let rows: Vec<_> = (0..choices.len())
        .map(|at| format!("(${}, $2, $1)", at + 3))
        .collect();
    if rows.is_empty() {
        return Ok(true);
    }
    let sql = format!(
        "INSERT INTO exam_entry (choice, exam, sitting) VALUES {} ON CONFLICT DO NOTHING",
        rows.join(", ")
    );
    let mut values: Vec<Value> = vec![sitting.into(), exam.into()];
    values.extend(choices.iter().map(|id| Value::from(id.as_str())));
    let inserted = execute(tx, &sql, values).await?.rows_affected();
    Ok(usize::try_from(inserted) == Ok(choices.len()))
}

/// Keeps the time and place of what was locked. False where somebody was faster, or was graded.
pub async fn save(tx: &Tx, kept: &mut Kept) -> Result<bool> {
    let saved = execute(
        tx,
        "UPDATE exam_sitting SET starts_us = $2, address = $3, version = version + 1
         WHERE id = $1 AND version = $4 AND NOT graded",
        [
            kept.id.as_str().into(),
            to_us(kept.sitting.start).into(),
            kept.sitting.address.as_str().into(),
            kept.version.into(),
        ],
    )
    .await?;
    kept.version += 1;
    Ok(saved.rows_affected() == 1)
}

/// From here on it stays as it is. Nothing is done where it does already.
pub async fn mark_graded(tx: &Tx, id: &str) -> Result<()> {
    let sql = "UPDATE exam_sitting SET graded = TRUE, version = version + 1
               WHERE id = $1 AND NOT graded";
    execute(tx, sql, [id.into()]).await?;
    Ok(())
}

/// Gives points, or keeps that nobody came. False where the choice has no place in the sitting, or was graded:
/// it is done once.
pub async fn grade(
    tx: &Tx,
    sitting: &str,
    choice: &str,
    outcome: Outcome,
    now: Timestamp,
) -> Result<bool> {
    let graded = execute(
        tx,
        "UPDATE exam_entry SET points = $3, absent = $4, graded_us = $5
         WHERE sitting = $1 AND choice = $2 AND graded_us IS NULL",
        [
            sitting.into(),
            choice.into(),
            outcome.points().map(|it| it.to_string()).into(),
            (outcome == Outcome::Absent).into(),
            to_us(now).into(),
        ],
    )
    .await?;
    Ok(graded.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM exam_sitting WHERE id = $1");
    let row = query_one(on, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: &str) -> Result<Option<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM exam_sitting WHERE id = $1{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Which sittings a list shows. Empty texts are no filter.
pub struct Filter<'a> {
    pub bin: Bin,
    /// The id of a specialty.
    pub specialty: &'a str,
    pub grades: Option<Grades>,
}

/// The key of the last one seen: its time and id.
pub type Key = (i64, String);

pub fn key(kept: &Kept) -> Key {
    (to_us(kept.sitting.start), kept.id.clone())
}

/// By time and id, after the key of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let (starts, id) = after.unwrap_or((i64::MIN, String::new()));
    let mut values: Vec<Value> = vec![
        filter.bin.to_string().into(),
        starts.into(),
        id.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let mut wheres = String::new();
    if !filter.specialty.is_empty() {
        values.push(filter.specialty.into());
        wheres += &format!(" AND specialty = ${}", values.len());
    }
    if let Some(grades) = filter.grades {
        values.push((grades == Grades::Some).into());
        wheres += &format!(" AND graded = ${}", values.len());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM exam_sitting
         WHERE bin = $1 AND (starts_us > $2 OR (starts_us = $2 AND id > $3)){wheres}
         ORDER BY starts_us, id LIMIT $4"
    );
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Who sits in it, in the order of the choices.
pub async fn entries<C: ConnectionTrait>(on: &C, sitting: &str) -> Result<Vec<Entry>> {
    let sql = "SELECT * FROM exam_entry WHERE sitting = $1 ORDER BY choice";
    let rows = query_all(on, sql, [sitting.into()]).await?;
    rows.iter().map(read_entry).collect()
}

/// How many accepted choices of a specialty wait for points: of an exam that was appointed, or of one of
/// these, which everybody needs. Who did not come to one of these is not ranked, and waits for nothing.
pub async fn count_open<C: ConnectionTrait>(
    on: &C,
    specialty: &str,
    needed: &[&str],
) -> Result<i64> {
    let lacks = |at: usize| {
        format!(
            " OR NOT EXISTS (SELECT 1 FROM exam_entry e
                WHERE e.choice = c.id AND e.exam = ${} AND e.points IS NOT NULL)",
            at + 2
        )
    };
    let lacking: String = (0..needed.len()).map(lacks).collect();
    let missed = missed(needed);
    let sql = format!(
        "SELECT COUNT(*) AS choices FROM application_choice c
         WHERE c.specialty = $1 AND c.state = 'ACCEPTED' AND (EXISTS (SELECT 1 FROM exam_entry e
            WHERE e.choice = c.id AND e.graded_us IS NULL){lacking})
            AND NOT EXISTS (SELECT 1 FROM exam_entry e WHERE e.choice = c.id AND {missed})"
    );
    Ok(
        match query_one(on, &sql, of_these(specialty, needed)).await? {
            Some(row) => row.try_get("", "choices")?,
            None => 0,
        },
    )
}

/// The ids of accepted choices of a specialty of which nobody came to one of these exams, and to which, in the
/// order of both.
pub async fn absent<C: ConnectionTrait>(
    on: &C,
    specialty: &str,
    needed: &[&str],
) -> Result<Vec<(String, String)>> {
    let sql = format!(
        "SELECT c.id AS choice, e.exam AS exam FROM application_choice c
         JOIN exam_entry e ON e.choice = c.id
         WHERE c.specialty = $1 AND c.state = 'ACCEPTED' AND {} ORDER BY c.id, e.exam",
        missed(needed)
    );
    let read = |row: &QueryResult| Ok((row.try_get("", "choice")?, row.try_get("", "exam")?));
    query_all(on, &sql, of_these(specialty, needed))
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Nobody came to one of these exams, which stand from the second place on.
fn missed(needed: &[&str]) -> String {
    match needed.len() {
        0 => "FALSE".to_owned(),
        count => format!("e.absent AND e.exam IN ({})", places(1, count)),
    }
}

fn of_these(specialty: &str, needed: &[&str]) -> Vec<Value> {
    let mut values: Vec<Value> = vec![specialty.into()];
    values.extend(needed.iter().map(|exam| Value::from(*exam)));
    values
}

/// How many exams of choices of a specialty have points, of those that left too.
pub async fn count_graded<C: ConnectionTrait>(on: &C, specialty: &str) -> Result<i64> {
    let sql =
        "SELECT COUNT(*) AS exams FROM exam_entry e JOIN application_choice c ON c.id = e.choice
               WHERE c.specialty = $1 AND e.points IS NOT NULL";
    Ok(match query_one(on, sql, [specialty.into()]).await? {
        Some(row) => row.try_get("", "exams")?,
        None => 0,
    })
}

fn read(row: &QueryResult) -> Result<Kept> {
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(Kept {
        id: text("id")?,
        bin: Bin::parse(&text("bin")?).map_err(|_| unexpected("BIN"))?,
        sitting: ExamSitting {
            specialty: text("specialty")?,
            exam: text("exam")?,
            start: time(row, "starts_us")?,
            address: text("address")?,
            grades: match row.try_get("", "graded")? {
                true => Grades::Some,
                false => Grades::None,
            },
        },
        entry_count: row.try_get("", "entries")?,
        graded_count: row.try_get("", "graded_entries")?,
        create_time: time(row, "created_us")?,
        version: row.try_get("", "version")?,
    })
}

fn read_entry(row: &QueryResult) -> Result<Entry> {
    let points: Option<String> = row.try_get("", "points")?;
    let points = points.map(|text| Hundredths::parse(&text).ok_or_else(|| unexpected("points")));
    let outcome = match (points.transpose()?, row.try_get("", "absent")?) {
        (Some(points), _) => Some(Outcome::Points(points)),
        (None, true) => Some(Outcome::Absent),
        (None, false) => None,
    };
    Ok(Entry {
        choice: row.try_get("", "choice")?,
        exam: row.try_get("", "exam")?,
        sitting: row.try_get("", "sitting")?,
        outcome,
    })
}
