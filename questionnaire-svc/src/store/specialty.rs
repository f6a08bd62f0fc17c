//! Rows of specialties.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::{for_share, json, places, time, unexpected, write_json};
use crate::domain::specialty::{ExamNeed, Ranking, Specialty, State};

/// A specialty with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub bin: Bin,
    pub specialty: Specialty,
    pub state: State,
    pub ranking: Ranking,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub version: i64,
}

impl Kept {
    pub fn name(&self) -> String {
        format!("specialties/{}", self.id)
    }
}

/// Which specialties a list shows. Empty texts are no filter.
#[derive(Default)]
pub struct Filter<'a> {
    /// The id of a campaign.
    pub campaign: &'a str,
    pub bin: &'a str,
    pub payment: &'a str,
    pub training_kind: &'a str,
    pub education_base: &'a str,
    pub study_form: &'a str,
    pub language: &'a str,
    pub region: &'a str,
    /// Only those with one of these codes.
    pub codes: Option<Vec<String>>,
    pub show_closed: bool,
}

/// The key of the last one seen: code, id.
pub type Key = (String, String);

pub fn key(kept: &Kept) -> Key {
    (kept.specialty.code.clone(), kept.id.clone())
}

/// False where the college has such a one.
pub async fn insert(tx: &Tx, kept: &Kept) -> Result<bool> {
    let mut values = columns(kept)?;
    values.push(to_us(kept.create_time).into());
    let inserted = execute(
        tx,
        "INSERT INTO specialty (id, campaign, bin, code, payment, training_kind, education_base,
            study_form, language, qualification_level, region, places, quotas, exam, term_months,
            state, created_us, updated_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, 1)
         ON CONFLICT DO NOTHING",
        values,
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Keeps the new values of what was locked. False where somebody was faster.
pub async fn save(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<bool> {
    let mut values = columns(kept)?;
    values.extend([to_us(now).into(), kept.version.into()]);
    let saved = execute(
        tx,
        "UPDATE specialty SET campaign = $2, bin = $3, code = $4, payment = $5, training_kind = $6,
            education_base = $7, study_form = $8, language = $9, qualification_level = $10,
            region = $11, places = $12, quotas = $13, exam = $14, term_months = $15, state = $16,
            updated_us = $17, version = version + 1
         WHERE id = $1 AND version = $18",
        values,
    )
    .await?;
    kept.version += 1;
    kept.update_time = now;
    Ok(saved.rows_affected() == 1)
}

/// Nothing of what was locked changes from here on. False where somebody was faster.
pub async fn start_ranking(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<bool> {
    let started = execute(
        tx,
        "UPDATE specialty SET ranking_started = TRUE, updated_us = $2, version = version + 1
         WHERE id = $1 AND version = $3 AND NOT ranking_started",
        [
            kept.id.as_str().into(),
            to_us(now).into(),
            kept.version.into(),
        ],
    )
    .await?;
    kept.ranking = Ranking::Started;
    kept.version += 1;
    kept.update_time = now;
    Ok(started.rows_affected() == 1)
}

fn columns(kept: &Kept) -> Result<Vec<Value>> {
    let it = &kept.specialty;
    let campaign = it.campaign.rsplit('/').next().unwrap_or_default();
    Ok(vec![
        kept.id.as_str().into(),
        campaign.into(),
        kept.bin.to_string().into(),
        it.code.as_str().into(),
        it.payment.as_str().into(),
        it.training_kind.as_str().into(),
        it.education_base.as_str().into(),
        it.study_form.as_str().into(),
        it.language.as_str().into(),
        it.qualification_level.as_str().into(),
        it.region.as_str().into(),
        it.places.into(),
        write_json(&it.quotas)?.into(),
        match it.exam {
            Some(ExamNeed::Required) => "REQUIRED".into(),
            _ => "NONE".into(),
        },
        it.term_months.into(),
        match kept.state {
            State::Open => "OPEN".into(),
            State::Closed => "CLOSED".into(),
        },
    ])
}

/// The open specialty of the college that is the same in what may be there once, other than this one.
pub async fn twin<C: ConnectionTrait>(on: &C, kept: &Kept) -> Result<Option<Kept>> {
    let it = &kept.specialty;
    let row = query_one(
        on,
        "SELECT * FROM specialty WHERE campaign = $2 AND bin = $3 AND code = $4
            AND education_base = $5 AND study_form = $6 AND language = $7 AND payment = $8
            AND state = 'OPEN' AND id <> $1",
        [
            kept.id.as_str().into(),
            it.campaign.rsplit('/').next().unwrap_or_default().into(),
            kept.bin.to_string().into(),
            it.code.as_str().into(),
            it.education_base.as_str().into(),
            it.study_form.as_str().into(),
            it.language.as_str().into(),
            it.payment.as_str().into(),
        ],
    )
    .await?;
    row.as_ref().map(read).transpose()
}

pub async fn find<C: ConnectionTrait>(on: &C, id: &str) -> Result<Option<Kept>> {
    let row = query_one(on, "SELECT * FROM specialty WHERE id = $1", [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Finds it and keeps it as it is until the transaction ends: others may hold it too, nobody change it.
pub async fn hold(tx: &Tx, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT * FROM specialty WHERE id = $1{}", for_share(tx));
    let row = query_one(tx, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT * FROM specialty WHERE id = $1{}", for_update(tx));
    let row = query_one(tx, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// By code and id, after the key of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let (code, id) = after.unwrap_or_default();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut values: Vec<Value> = vec![
        filter.show_closed.into(),
        code.into(),
        id.into(),
        limit.into(),
    ];
    let mut wheres = String::new();
    for (column, wanted) in [
        ("campaign", filter.campaign),
        ("bin", filter.bin),
        ("payment", filter.payment),
        ("training_kind", filter.training_kind),
        ("education_base", filter.education_base),
        ("study_form", filter.study_form),
        ("language", filter.language),
        ("region", filter.region),
    ] {
        if !wanted.is_empty() {
            values.push(wanted.into());
            wheres += &format!(" AND {column} = ${}", values.len());
        }
    }
    if let Some(codes) = &filter.codes {
        wheres += &match codes.is_empty() {
            true => " AND FALSE".to_owned(),
            false => format!(" AND code IN ({})", places(values.len(), codes.len())),
        };
        values.extend(codes.iter().map(|code| Value::from(code.as_str())));
    }
    let sql = format!(
        "SELECT * FROM specialty
         WHERE ($1 OR state = 'OPEN') AND (code > $2 OR (code = $2 AND id > $3)){wheres}
         ORDER BY code, id LIMIT $4"
    );
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

pub(super) fn read(row: &QueryResult) -> Result<Kept> {
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(Kept {
        id: text("id")?,
        bin: Bin::parse(&text("bin")?).map_err(|_| unexpected("BIN"))?,
        specialty: Specialty {
            campaign: format!("campaigns/{}", text("campaign")?),
            code: text("code")?,
            payment: text("payment")?,
            training_kind: text("training_kind")?,
            education_base: text("education_base")?,
            study_form: text("study_form")?,
            language: text("language")?,
            qualification_level: text("qualification_level")?,
            region: text("region")?,
            places: row.try_get("", "places")?,
            quotas: json(row, "quotas")?,
            exam: match text("exam")?.as_str() {
                "NONE" => Some(ExamNeed::None),
                "REQUIRED" => Some(ExamNeed::Required),
                _ => return Err(unexpected("need of an exam")),
            },
            term_months: row.try_get("", "term_months")?,
        },
        state: match text("state")?.as_str() {
            "OPEN" => State::Open,
            "CLOSED" => State::Closed,
            _ => return Err(unexpected("state of a specialty")),
        },
        ranking: match row.try_get("", "ranking_started")? {
            true => Ranking::Started,
            false => Ranking::NotStarted,
        },
        create_time: time(row, "created_us")?,
        update_time: time(row, "updated_us")?,
        version: row.try_get("", "version")?,
    })
}
