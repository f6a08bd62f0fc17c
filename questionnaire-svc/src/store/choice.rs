//! Rows of choices.
//!
//! Whoever writes one holds its specialty first: [`super::specialty::hold`] or
//! [`super::specialty::lock`], each in the order of ids. So nothing is decided while a ranking begins.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{by_ids, json, places, time, unexpected, write_json};
use crate::domain::choice::{Choice, Mark, State};

/// A choice is read with who wishes it and under which number.
const COLUMNS: &str = "application_choice.*,
    (SELECT a.account FROM application a WHERE a.id = application_choice.application) AS account,
    (SELECT a.number FROM application a WHERE a.id = application_choice.application) AS number";

/// A choice with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    /// The id, without `campaigns/`.
    pub campaign: String,
    pub application: String,
    pub submission: String,
    /// Whose wish it is.
    pub account: Uuid,
    /// The number of the application; empty only before it was sent.
    pub number: String,
    pub choice: Choice,
    pub create_time: Timestamp,
    /// When it came into its folder.
    pub state_time: Timestamp,
    pub version: i64,
}

impl Kept {
    /// `campaigns/{campaign}/applications/{application}/choices/{choice}`.
    pub fn name(&self) -> String {
        format!("{}/choices/{}", self.application_name(), self.id)
    }

    pub fn campaign_name(&self) -> String {
        format!("campaigns/{}", self.campaign)
    }

    pub fn application_name(&self) -> String {
        format!("{}/applications/{}", self.campaign_name(), self.application)
    }

    pub fn submission_name(&self) -> String {
        format!(
            "{}/submissions/{}",
            self.application_name(),
            self.submission
        )
    }

    pub fn applicant(&self) -> String {
        format!("accounts/{}", self.account)
    }
}

/// A choice that is about to be made.
pub struct New<'a> {
    pub id: &'a str,
    pub campaign: &'a str,
    pub application: &'a str,
    pub submission: &'a str,
    pub choice: &'a Choice,
    pub now: Timestamp,
}

/// False where the application has this place or this specialty.
pub async fn insert(tx: &Tx, new: &New<'_>) -> Result<bool> {
    let it = new.choice;
    let inserted = execute(
        tx,
        "INSERT INTO application_choice (id, campaign, application, submission, preference, specialty,
            bin, state, reason_codes, marks, merits, quota_categories, created_us, state_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 1)
         ON CONFLICT DO NOTHING",
        [
            new.id.into(),
            new.campaign.into(),
            new.application.into(),
            new.submission.into(),
            it.preference.into(),
            it.specialty.as_str().into(),
            it.bin.to_string().into(),
            it.state.code().into(),
            write_json(&it.reason_codes)?.into(),
            write_json(&it.marks)?.into(),
            write_json(&it.merits)?.into(),
            write_json(&it.quota_categories)?.into(),
            to_us(new.now).into(),
        ],
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Keeps what became of what was locked, in its folder since then. False where somebody was faster.
pub async fn save(tx: &Tx, kept: &mut Kept, since: Timestamp) -> Result<bool> {
    let it = &kept.choice;
    let saved = execute(
        tx,
        "UPDATE application_choice SET state = $2, reason_codes = $3, marks = $4, merits = $5,
            quota_categories = $6, corrections = $7, state_us = $8, version = version + 1,
            was_accepted = was_accepted OR $2 = 'ACCEPTED'
         WHERE id = $1 AND version = $9",
        [
            kept.id.as_str().into(),
            it.state.code().into(),
            write_json(&it.reason_codes)?.into(),
            write_json(&it.marks)?.into(),
            write_json(&it.merits)?.into(),
            write_json(&it.quota_categories)?.into(),
            it.corrections.into(),
            to_us(since).into(),
            kept.version.into(),
        ],
    )
    .await?;
    kept.version += 1;
    kept.state_time = since;
    Ok(saved.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM application_choice WHERE id = $1");
    let row = query_one(on, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// In the order of their ids. Who is not found is not among them.
pub async fn find_all<C: ConnectionTrait>(on: &C, ids: &[String]) -> Result<Vec<Kept>> {
    all(on, ids, "").await
}

/// Finds them and holds them until the transaction ends, in the order of their ids. Who is not found
/// is not among them.
pub async fn lock(tx: &Tx, ids: &[String]) -> Result<Vec<Kept>> {
    all(tx, ids, for_update(tx)).await
}

async fn all<C: ConnectionTrait>(on: &C, ids: &[String], held: &str) -> Result<Vec<Kept>> {
    let select = format!("SELECT {COLUMNS} FROM application_choice");
    let rows = by_ids(on, &select, ids, held).await?;
    rows.iter().map(read).collect()
}

/// The specialties that these are of, in the order of their ids. No choice ever changes its specialty, so
/// this is what to hold before the choices themselves are.
pub async fn specialties_of(tx: &Tx, ids: &[String]) -> Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT specialty FROM application_choice WHERE id IN ({}) ORDER BY specialty",
        places(0, ids.len())
    );
    let values = ids.iter().map(|id| Value::from(id.as_str()));
    let rows = query_all(tx, &sql, values).await?;
    let id = |row: &QueryResult| Ok(row.try_get("", "specialty")?);
    rows.iter().map(id).collect()
}

/// By the order of preference.
pub async fn of_application<C: ConnectionTrait>(on: &C, application: &str) -> Result<Vec<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application_choice WHERE application = $1 ORDER BY preference"
    );
    let rows = query_all(on, &sql, [application.into()]).await?;
    rows.iter().map(read).collect()
}

/// Whether somebody with this application wishes for anything of the college, refused or not.
pub async fn stands<C: ConnectionTrait>(on: &C, application: &str, bin: Bin) -> Result<bool> {
    let sql = "SELECT id FROM application_choice WHERE application = $1 AND bin = $2
               AND state NOT IN ('WITHDRAWN', 'ERRONEOUS') LIMIT 1";
    let row = query_one(on, sql, [application.into(), bin.to_string().into()]).await?;
    Ok(row.is_some())
}

/// Which choices a folder shows. Empty texts are no filter.
#[derive(Default)]
pub struct Filter<'a> {
    /// The id of a campaign.
    pub campaign: &'a str,
    pub bin: &'a str,
    pub state: Option<State>,
    /// The id of a specialty.
    pub specialty: &'a str,
    pub qualification_level: &'a str,
    /// The number of an application of the campaign.
    pub application_number: &'a str,
    /// Only accepted ones that have no appointment for an exam which they need. None: no filter.
    pub awaiting: Option<Vec<Awaiting>>,
}

/// Specialties whose applicants need the same exams.
pub struct Awaiting {
    /// Codes of `entrance-exams`, at least one.
    pub exams: Vec<String>,
    /// Ids, at least one.
    pub specialties: Vec<String>,
}

/// The newest first, below the id of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    below: Option<String>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let mut values: Vec<Value> = vec![
        filter.bin.into(),
        filter.campaign.into(),
        below.unwrap_or_default().into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let mut wheres = String::new();
    if let Some(state) = filter.state {
        values.push(state.code().into());
        wheres += &format!(" AND state = ${}", values.len());
    }
    if !filter.specialty.is_empty() {
        values.push(filter.specialty.into());
        wheres += &format!(" AND specialty = ${}", values.len());
    }
    if !filter.qualification_level.is_empty() {
        values.push(filter.qualification_level.into());
        wheres += &format!(
            " AND specialty IN (SELECT s.id FROM specialty s WHERE s.qualification_level = ${})",
            values.len()
        );
    }
    if !filter.application_number.is_empty() {
        values.push(filter.application_number.into());
        wheres += &format!(
            " AND application IN (SELECT a.id FROM application a
                WHERE a.campaign = $2 AND a.number = ${})",
            values.len()
        );
    }
    if let Some(awaiting) = &filter.awaiting {
        wheres += &awaits(awaiting, &mut values);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM application_choice
         WHERE bin = $1 AND campaign = $2 AND ($3 = '' OR id < $3){wheres}
         ORDER BY id DESC LIMIT $4"
    );
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Accepted, and lacking an appointment for one of the exams of its specialty.
fn awaits(awaiting: &[Awaiting], values: &mut Vec<Value>) -> String {
    let mut any = vec!["FALSE".to_owned()];
    for group in awaiting {
        let of = places(values.len(), group.specialties.len());
        values.extend(group.specialties.iter().map(|id| Value::from(id.as_str())));
        let mut lacks = Vec::new();
        for exam in &group.exams {
            values.push(exam.as_str().into());
            lacks.push(format!(
                "NOT EXISTS (SELECT 1 FROM exam_entry e
                    WHERE e.choice = application_choice.id AND e.exam = ${})",
                values.len()
            ));
        }
        any.push(format!(
            "(specialty IN ({of}) AND ({}))",
            lacks.join(" OR ")
        ));
    }
    format!(" AND state = 'ACCEPTED' AND ({})", any.join(" OR "))
}

/// How many choices of a specialty are in a folder.
pub struct Counted {
    pub specialty: String,
    pub state: State,
    pub count: i64,
    /// The places of the specialty.
    pub places: i32,
}

/// Each specialty of a college and each folder that holds any of it.
pub async fn count<C: ConnectionTrait>(on: &C, campaign: &str, bin: &str) -> Result<Vec<Counted>> {
    let rows = query_all(
        on,
        "SELECT c.specialty AS specialty, c.state AS state, COUNT(*) AS choices,
            (SELECT s.places FROM specialty s WHERE s.id = c.specialty) AS places
         FROM application_choice c WHERE c.bin = $1 AND c.campaign = $2
         GROUP BY c.specialty, c.state ORDER BY c.specialty, c.state",
        [bin.into(), campaign.into()],
    )
    .await?;
    let read = |row: &QueryResult| {
        Ok(Counted {
            specialty: row.try_get("", "specialty")?,
            state: state(row)?,
            count: row.try_get("", "choices")?,
            places: row.try_get("", "places")?,
        })
    };
    rows.iter().map(read).collect()
}

/// How many of a specialty the college has still to answer or to decide.
pub async fn count_open<C: ConnectionTrait>(on: &C, specialty: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS choices FROM application_choice
               WHERE specialty = $1 AND state IN ('NEW', 'IN_PROCESSING')";
    Ok(match query_one(on, sql, [specialty.into()]).await? {
        Some(row) => row.try_get("", "choices")?,
        None => 0,
    })
}

/// An exam of a choice, with the sitting that people share.
#[derive(Debug, Clone)]
pub struct Appointed {
    /// The ids of the choice and of the sitting.
    pub choice: String,
    pub sitting: String,
    pub exam: String,
    pub start_time: Timestamp,
    pub address: String,
    /// A decimal, once it is graded.
    pub points: Option<String>,
    /// Nobody came.
    pub absent: bool,
    pub sitting_version: i64,
}

/// The exams of these choices, by choice and time.
pub async fn exams<C: ConnectionTrait>(on: &C, choices: &[String]) -> Result<Vec<Appointed>> {
    if choices.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT e.choice AS choice, e.sitting AS sitting, e.exam AS exam, e.points AS points,
            e.absent AS absent, s.starts_us AS starts_us, s.address AS address, s.version AS version
         FROM exam_entry e JOIN exam_sitting s ON s.id = e.sitting
         WHERE e.choice IN ({}) ORDER BY e.choice, s.starts_us, e.exam",
        places(0, choices.len())
    );
    let values = choices.iter().map(|id| Value::from(id.as_str()));
    let read = |row: &QueryResult| {
        Ok(Appointed {
            choice: row.try_get("", "choice")?,
            sitting: row.try_get("", "sitting")?,
            exam: row.try_get("", "exam")?,
            start_time: time(row, "starts_us")?,
            address: row.try_get("", "address")?,
            points: row.try_get("", "points")?,
            absent: row.try_get("", "absent")?,
            sitting_version: row.try_get("", "version")?,
        })
    };
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many of a specialty ever stood in its competition: of those that left too, because others were told
/// of them.
pub async fn count_ever_accepted<C: ConnectionTrait>(on: &C, specialty: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS choices FROM application_choice
               WHERE specialty = $1 AND was_accepted";
    Ok(match query_one(on, sql, [specialty.into()]).await? {
        Some(row) => row.try_get("", "choices")?,
        None => 0,
    })
}

/// How often what was read of the choices of a specialty was put right, of those that left too.
pub async fn count_corrections<C: ConnectionTrait>(on: &C, specialty: &str) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(corrections), 0) AS BIGINT) AS corrections
               FROM application_choice WHERE specialty = $1";
    Ok(match query_one(on, sql, [specialty.into()]).await? {
        Some(row) => row.try_get("", "corrections")?,
        None => 0,
    })
}

/// What has to be there of a choice that is ranked.
pub struct Marked {
    pub id: String,
    pub name: String,
    pub marks: Vec<Mark>,
}

/// Those that stand in the competition of a specialty, by id.
pub async fn marks<C: ConnectionTrait>(on: &C, specialty: &str) -> Result<Vec<Marked>> {
    let sql = "SELECT id, campaign, application, marks FROM application_choice
               WHERE specialty = $1 AND state = 'ACCEPTED' ORDER BY id";
    let read = |row: &QueryResult| {
        let text = |column: &str| row.try_get::<String>("", column);
        let (campaign, application, id) = (text("campaign")?, text("application")?, text("id")?);
        Ok(Marked {
            name: format!("campaigns/{campaign}/applications/{application}/choices/{id}"),
            marks: json(row, "marks")?,
            id,
        })
    };
    query_all(on, sql, [specialty.into()])
        .await?
        .iter()
        .map(read)
        .collect()
}

fn state(row: &QueryResult) -> Result<State> {
    let code: String = row.try_get("", "state")?;
    State::of_code(&code).ok_or_else(|| unexpected("state of a choice"))
}

fn read(row: &QueryResult) -> Result<Kept> {
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(Kept {
        id: text("id")?,
        campaign: text("campaign")?,
        application: text("application")?,
        submission: text("submission")?,
        account: Uuid::parse_str(&text("account")?).map_err(|_| unexpected("account"))?,
        number: row
            .try_get::<Option<String>>("", "number")?
            .unwrap_or_default(),
        choice: Choice {
            preference: row.try_get("", "preference")?,
            specialty: text("specialty")?,
            bin: Bin::parse(&text("bin")?).map_err(|_| unexpected("BIN"))?,
            state: state(row)?,
            reason_codes: json(row, "reason_codes")?,
            marks: json(row, "marks")?,
            merits: json(row, "merits")?,
            quota_categories: json(row, "quota_categories")?,
            corrections: row.try_get("", "corrections")?,
        },
        create_time: time(row, "created_us")?,
        state_time: time(row, "state_us")?,
        version: row.try_get("", "version")?,
    })
}
