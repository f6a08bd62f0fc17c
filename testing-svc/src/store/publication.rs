//! Publications of stages and of single sessions in the database: written once, with their results, in one
//! transaction.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{batch, one_row, row};
use crate::domain::cut::{Cut, Rule};
use crate::domain::participant::Line;
use crate::domain::score::Score;
use crate::domain::stage::Stage;

#[derive(Debug, Clone)]
pub struct Publication {
    pub stage: Uuid,
    pub time: Timestamp,
    pub input_hash: String,
    pub stage_version: i32,
    pub rule: Rule,
    pub cuts: Vec<Cut>,
    pub appeals_until: Option<Timestamp>,
}

/// Fails where there is one already: the row of the stage was not locked.
pub async fn insert(tx: &Tx, publication: &Publication, by: &str) -> Result<()> {
    let done = execute(
        tx,
        "INSERT INTO stage_publications (stage, published_us, input_hash, stage_version, advance_rule,
            cuts, appeal_until_us, published_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        [
            publication.stage.to_string().into(),
            to_us(publication.time).into(),
            publication.input_hash.as_str().into(),
            publication.stage_version.into(),
            row::written(&publication.rule)?.into(),
            row::written(&publication.cuts)?.into(),
            publication.appeals_until.map(to_us).into(),
            by.into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// With whom a result is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// With everybody of the stage: its publication says when.
    Stage,
    /// With those of the session alone.
    Session { appeals_until: Option<Timestamp> },
}

/// Results of a stage, each with its id.
pub async fn insert_results(
    tx: &Tx,
    stage: &Stage,
    time: Timestamp,
    with: With,
    lines: &[(Uuid, Line<'_>)],
) -> Result<()> {
    let terms = stage.selection.terms.as_ref();
    let (published, appeals_until) = match with {
        With::Stage => (None, None),
        With::Session { appeals_until } => (Some(to_us(time)), appeals_until.map(to_us)),
    };
    let count = |n: usize| Value::from(i32::try_from(n).unwrap_or(i32::MAX));
    let units = |score: Option<Score>| Value::from(score.map(|it| it.0));
    let rows = lines.iter().map(|(id, line)| {
        let person = line.participant;
        vec![
            id.to_string().into(),
            stage.id.to_string().into(),
            stage.campaign.as_str().into(),
            person.account.to_string().into(),
            person.number.as_str().into(),
            person.direction.as_str().into(),
            line.cut.map_or("", |cut| cut.direction.as_str()).into(),
            line.came.as_str().into(),
            units(line.score),
            person.absent.into(),
            units(line.cut.and_then(|cut| cut.score)),
            count(line.rank),
            count(line.cut.map_or(0, |cut| cut.competitors)),
            count(line.cut.map_or(0, |cut| cut.advancing)),
            0_i64.into(),
            false.into(),
            row::by_subject(&person.subjects),
            terms
                .and_then(|terms| line.awarded(terms))
                .map(|_| to_us(time))
                .into(),
            published.into(),
            appeals_until.into(),
        ]
    });
    batch::insert(
        tx,
        "INSERT INTO stage_results (id, stage, campaign, account, candidate_number, direction,
            competes_in, outcome, score, absent, cut_score, place, competitors, advancing,
            appeal_delta, by_appeal, subjects, certificate_due_us, published_us, appeal_until_us)
         VALUES",
        "",
        rows.collect(),
    )
    .await?;
    // When each score came in is known already.
    execute(
        tx,
        "UPDATE stage_results SET updated_us = (SELECT sc.updated_us FROM stage_scores sc
            WHERE sc.result = stage_results.id) WHERE stage = $1",
        [stage.id.to_string().into()],
    )
    .await?;
    Ok(())
}

/// The publication of a session.
#[derive(Debug, Clone)]
pub struct OfSession {
    pub session: Uuid,
    pub stage: Uuid,
    pub time: Timestamp,
    pub results: i32,
    pub input_hash: String,
    pub stage_version: i32,
    pub appeals_until: Option<Timestamp>,
}

/// False where there is one already.
pub async fn insert_session(tx: &Tx, one: &OfSession, by: &str) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO session_publications (session, stage, published_us, results, input_hash,
            stage_version, appeal_until_us, published_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        [
            one.session.to_string().into(),
            one.stage.to_string().into(),
            to_us(one.time).into(),
            one.results.into(),
            one.input_hash.as_str().into(),
            one.stage_version.into(),
            one.appeals_until.map(to_us).into(),
            by.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn of_session<C: ConnectionTrait>(on: &C, session: Uuid) -> Result<Option<OfSession>> {
    let sql = "SELECT session, stage, published_us, results, input_hash, stage_version,
        appeal_until_us FROM session_publications WHERE session = $1";
    let found = query_one(on, sql, [session.to_string().into()]).await?;
    let read = |found: QueryResult| {
        Ok(OfSession {
            session: row::uuid(&found, "session")?,
            stage: row::uuid(&found, "stage")?,
            time: row::time(&found, "published_us")?,
            results: row::get(&found, "results")?,
            input_hash: row::get(&found, "input_hash")?,
            stage_version: row::get(&found, "stage_version")?,
            appeals_until: row::maybe_time(&found, "appeal_until_us")?,
        })
    };
    found.map(read).transpose()
}

pub async fn find<C: ConnectionTrait>(on: &C, stage: Uuid) -> Result<Option<Publication>> {
    let sql = "SELECT stage, published_us, input_hash, stage_version, advance_rule, cuts,
        appeal_until_us FROM stage_publications WHERE stage = $1";
    let found = query_one(on, sql, [stage.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

fn read(found: &QueryResult) -> Result<Publication> {
    Ok(Publication {
        stage: row::uuid(found, "stage")?,
        time: row::time(found, "published_us")?,
        input_hash: row::get(found, "input_hash")?,
        stage_version: row::get(found, "stage_version")?,
        rule: row::json(found, "advance_rule")?,
        cuts: row::json(found, "cuts")?,
        appeals_until: row::maybe_time(found, "appeal_until_us")?,
    })
}
