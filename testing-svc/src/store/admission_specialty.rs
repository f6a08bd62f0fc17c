//! Specialties of college admission in the database. A row is there from the first event about the
//! specialty on; it is a specialty once its ranking began.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{narrowed::Narrowed, row};
use crate::domain::admission::specialty::Specialty;

const SELECT: &str =
    "SELECT id, campaign, college, places, competing, corrections, graded, quotas, formula, title,
        college_title, started_us FROM admission_specialties";

/// Notes that something came in about a specialty, and holds its row until the end: what comes in about one
/// specialty comes one after another.
pub async fn count_change(tx: &Tx, campaign: &str, id: Uuid) -> Result<()> {
    execute(
        tx,
        "INSERT INTO admission_specialties (id, campaign, changes) VALUES ($1, $2, 1)
         ON CONFLICT (id) DO UPDATE SET changes = admission_specialties.changes + 1",
        [id.to_string().into(), campaign.into()],
    )
    .await?;
    Ok(())
}

/// Keeps it as its college closed it. It is closed once: what is there stays.
pub async fn start(tx: &Tx, it: &Specialty) -> Result<()> {
    count_change(tx, &it.campaign, it.id).await?;
    execute(
        tx,
        "UPDATE admission_specialties SET started_us = $2, college = $3, places = $4, competing = $5,
            quotas = $6, formula = $7, title = $8, college_title = $9, corrections = $10, graded = $11
         WHERE id = $1 AND started_us IS NULL",
        [
            it.id.to_string().into(),
            it.started.map(to_us).into(),
            it.college.as_str().into(),
            row::int(it.places).into(),
            row::int(it.competing).into(),
            row::written(&it.quotas)?.into(),
            row::written(&it.formula)?.into(),
            row::written(&it.title)?.into(),
            row::written(&it.college_title)?.into(),
            row::int(it.corrections).into(),
            row::int(it.graded).into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Specialty>> {
    let sql = format!("{SELECT} WHERE id = $1 AND started_us IS NOT NULL");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Those of a campaign, by id; of one college, if it is named.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    college: Option<String>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Specialty>> {
    let sql = format!("{SELECT} WHERE campaign = $1 AND started_us IS NOT NULL");
    let rows = Narrowed::new(sql, vec![campaign.into()])
        .by("college =", college)
        .by("id >", after.map(|id| id.to_string()))
        .rows(on, "id", limit)
        .await?;
    rows.iter().map(read).collect()
}

/// One of a campaign of which less is known than was told until it was closed – wishes, corrections of them,
/// points of exams – and how much: what is known, and what there is.
pub async fn incomplete<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
) -> Result<Option<(Uuid, i64, i64)>> {
    let sql = "SELECT id, wishes, competing, corrected, corrections, sat, graded FROM (
            SELECT s.id AS id, s.competing AS competing, s.corrections AS corrections, s.graded AS graded,
                COUNT(CASE WHEN c.accepted THEN 1 END) AS wishes,
                CAST(COALESCE(SUM(c.corrections), 0) AS BIGINT) AS corrected,
                CAST(COALESCE(SUM(c.graded), 0) AS BIGINT) AS sat
            FROM admission_specialties s LEFT JOIN admission_choices c ON c.specialty = s.id
            WHERE s.campaign = $1 AND s.started_us IS NOT NULL
            GROUP BY s.id, s.competing, s.corrections, s.graded) AS counted
         WHERE wishes < competing OR corrected < corrections OR sat < graded
         ORDER BY id LIMIT 1";
    let found = query_one(on, sql, [campaign.into()]).await?;
    let read = |found: QueryResult| {
        let (mut known, mut expected) = (0_i64, 0_i64);
        for (has, of) in [
            ("wishes", "competing"),
            ("corrected", "corrections"),
            ("sat", "graded"),
        ] {
            let told: i32 = row::get(&found, of)?;
            let heard: i64 = row::get(&found, has)?;
            // Of who left before it was closed more may be known than was told.
            known += heard.min(i64::from(told));
            expected += i64::from(told);
        }
        Ok((row::uuid(&found, "id")?, known, expected))
    };
    found.map(read).transpose()
}

/// Specialties that are not closed and that people wish for who also wish for one that is: how many, and
/// one of them.
pub async fn open<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<Option<(usize, Uuid)>> {
    let sql = "SELECT DISTINCT s.id FROM admission_specialties s
         JOIN admission_choices c ON c.specialty = s.id AND c.accepted AND NOT c.gone
         WHERE s.campaign = $1 AND s.started_us IS NULL AND EXISTS (
            SELECT 1 FROM admission_choices o JOIN admission_specialties r ON r.id = o.specialty
            WHERE o.application = c.application AND o.accepted AND NOT o.gone
                AND r.started_us IS NOT NULL)
         ORDER BY s.id";
    let rows = query_all(on, sql, [campaign.into()]).await?;
    let first = rows.first().map(|found| row::uuid(found, "id"));
    Ok(first.transpose()?.map(|first| (rows.len(), first)))
}

/// How much is known of a campaign: a number that grows with everything that comes in.
pub async fn known<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(changes), 0) AS BIGINT) AS n FROM admission_specialties
         WHERE campaign = $1";
    let found = query_one(on, sql, [campaign.into()]).await?;
    found.map_or(Ok(0), |found| row::get(&found, "n"))
}

fn read(found: &QueryResult) -> Result<Specialty> {
    Ok(Specialty {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        college: row::get(found, "college")?,
        places: row::count(found, "places")?,
        competing: row::count(found, "competing")?,
        corrections: row::count(found, "corrections")?,
        graded: row::count(found, "graded")?,
        quotas: row::json(found, "quotas")?,
        formula: row::json(found, "formula")?,
        title: row::json(found, "title")?,
        college_title: row::json(found, "college_title")?,
        started: row::maybe_time(found, "started_us")?,
    })
}
