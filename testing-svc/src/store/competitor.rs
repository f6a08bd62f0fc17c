//! Wishes for specialties in the database. Whatever is heard first of one makes its row; every event adds
//! what it tells, under the lock of the row.

use std::collections::{BTreeMap, BTreeSet};

use chassis::Result;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::admission::competitor::Competitor;
use crate::domain::admission::offer;
use crate::domain::admission::outcome::Outcome;
use crate::domain::ranking::reckoning::Record;
use crate::domain::score::Score;

/// Scores by the code of the subject or the exam.
pub type Scores = BTreeMap<String, Score>;

/// Makes the row, if it is not there, and holds it until the end.
pub async fn hold(tx: &Tx, campaign: &str, specialty: Uuid, choice: Uuid) -> Result<()> {
    execute(
        tx,
        "INSERT INTO admission_choices (id, campaign, specialty, accepted, gone, marks, exams,
            merits, rights)
         VALUES ($1, $2, $3, FALSE, FALSE, '{}', '{}', '[]', '[]') ON CONFLICT DO NOTHING",
        [
            choice.to_string().into(),
            campaign.into(),
            specialty.to_string().into(),
        ],
    )
    .await?;
    lock(tx, choice).await?;
    Ok(())
}

/// Holds the row of a wish: whether it is gone, and whose it is.
pub async fn lock(tx: &Tx, choice: Uuid) -> Result<Option<(bool, Option<Uuid>)>> {
    let sql = format!(
        "SELECT gone, account FROM admission_choices WHERE id = $1{}",
        for_update(tx)
    );
    let found = query_one(tx, &sql, [choice.to_string().into()]).await?;
    let read = |found: QueryResult| {
        Ok((
            row::get(&found, "gone")?,
            row::maybe_uuid(&found, "account")?,
        ))
    };
    found.map(read).transpose()
}

/// A wish that its college took into the competition, or of which it put something right for this time; its
/// row is held. What came later and is here already stays.
pub async fn accept(
    tx: &Tx,
    account: Option<Uuid>,
    it: &Competitor,
    correction: i32,
) -> Result<()> {
    execute(
        tx,
        "UPDATE admission_choices SET accepted = TRUE, application = $2, account = $3,
            application_number = $4, preference = $5, marks = $6, merits = $7, rights = $8,
            corrections = $9
         WHERE id = $1 AND corrections <= $9",
        [
            it.choice.to_string().into(),
            it.application.to_string().into(),
            account.map(|id| id.to_string()).into(),
            it.number.as_str().into(),
            row::int(it.preference).into(),
            row::written(&it.record.marks)?.into(),
            row::written(&it.record.merits)?.into(),
            row::written(&it.rights)?.into(),
            correction.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Points of an exam of a wish whose row is held.
pub async fn grade(tx: &Tx, choice: Uuid, exam: &str, points: Score) -> Result<()> {
    let sql = "SELECT exams FROM admission_choices WHERE id = $1";
    let found = query_one(tx, sql, [choice.to_string().into()]).await?;
    let mut exams: Scores = match &found {
        Some(found) => row::json(found, "exams")?,
        None => Scores::new(),
    };
    exams.insert(exam.to_owned(), points);
    let sql = "UPDATE admission_choices SET exams = $2, graded = graded + 1 WHERE id = $1";
    let values = [choice.to_string().into(), row::written(&exams)?.into()];
    one_row(&execute(tx, sql, values).await?)
}

/// Somebody did not come to an exam that everybody needs; the row is held. It is one of the exams that a run
/// waits for: else somebody could be ranked whose absence is on its way.
pub async fn miss(tx: &Tx, choice: Uuid) -> Result<()> {
    let sql = "UPDATE admission_choices SET gone = TRUE, graded = graded + 1 WHERE id = $1";
    one_row(&execute(tx, sql, [choice.to_string().into()]).await?)
}

/// It is in no competition any more; its row is held.
pub async fn leave(tx: &Tx, choice: Uuid) -> Result<()> {
    let sql = "UPDATE admission_choices SET gone = TRUE WHERE id = $1";
    one_row(&execute(tx, sql, [choice.to_string().into()]).await?)
}

/// Everybody who competes for a specialty, in one statement: all of one moment.
pub async fn of_specialty<C: ConnectionTrait>(on: &C, specialty: Uuid) -> Result<Vec<Competitor>> {
    let sql = "SELECT id, application, application_number, preference, marks, exams, merits, rights
         FROM admission_choices WHERE specialty = $1 AND accepted AND NOT gone ORDER BY id";
    let rows = query_all(on, sql, [specialty.to_string().into()]).await?;
    rows.iter().map(read).collect()
}

/// Somebody in a rating, with what came of it.
#[derive(Debug, Clone)]
pub struct Line {
    pub competitor: Competitor,
    /// In the run that everybody sees.
    pub outcome: Option<Outcome>,
    pub offer: Option<offer::State>,
}

/// Everybody who competes for a specialty with what came of it in a run, in one statement: all of one
/// moment.
pub async fn lines<C: ConnectionTrait>(
    on: &C,
    specialty: Uuid,
    run: Option<Uuid>,
) -> Result<Vec<Line>> {
    let sql = "SELECT c.id, c.application, c.application_number, c.preference, c.marks, c.exams,
            c.merits, c.rights, r.outcome, o.state
         FROM admission_choices c
         LEFT JOIN allocation_results r ON r.choice = c.id AND r.run = $2
         LEFT JOIN admission_offers o ON o.choice = c.id
         WHERE c.specialty = $1 AND c.accepted AND NOT c.gone ORDER BY c.id";
    let run = run.map(|id| id.to_string()).unwrap_or_default();
    let rows = query_all(on, sql, [specialty.to_string().into(), run.into()]).await?;
    let line = |found: &QueryResult| {
        Ok(Line {
            competitor: read(found)?,
            outcome: row::maybe_word(found, "outcome", Outcome::from_word)?,
            offer: row::maybe_word(found, "state", offer::State::from_word)?,
        })
    };
    rows.iter().map(line).collect()
}

/// Rights that were found proven, of these wishes.
pub async fn rights<C: ConnectionTrait>(
    on: &C,
    choices: &[Uuid],
) -> Result<BTreeMap<Uuid, BTreeSet<String>>> {
    let mut found = BTreeMap::new();
    for some in choices.chunks(200) {
        let ids: Vec<String> = some.iter().map(Uuid::to_string).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut values: Vec<Value> = Vec::new();
        let sql = format!(
            "SELECT id, rights FROM admission_choices WHERE id IN {}",
            row::places(&mut values, &ids)
        );
        for one in &query_all(on, &sql, values).await? {
            found.insert(row::uuid(one, "id")?, row::json(one, "rights")?);
        }
    }
    Ok(found)
}

/// Whose application it is, where it is somebody's.
pub async fn account_of<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    application: Uuid,
) -> Result<Option<Uuid>> {
    let sql = "SELECT account FROM admission_choices
         WHERE application = $1 AND campaign = $2 AND account IS NOT NULL LIMIT 1";
    let key = [application.to_string().into(), campaign.into()];
    let found = query_one(on, sql, key).await?;
    found.map_or(Ok(None), |found| row::maybe_uuid(&found, "account"))
}

fn read(found: &QueryResult) -> Result<Competitor> {
    Ok(Competitor {
        choice: row::uuid(found, "id")?,
        application: row::uuid(found, "application")?,
        number: row::get(found, "application_number")?,
        preference: row::count(found, "preference")?,
        record: Record {
            marks: row::json(found, "marks")?,
            exams: row::json(found, "exams")?,
            merits: row::json(found, "merits")?,
        },
        rights: row::json(found, "rights")?,
    })
}
