//! Publications of stages in the database: written once, with every result, in one transaction.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{batch, one_row, row};
use crate::domain::certificate::terms::Terms;
use crate::domain::cut::{Cut, Rule};
use crate::domain::participant::Line;
use crate::domain::score::Score;

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

/// Every result of a publication, each with its id.
pub async fn insert_results(
    tx: &Tx,
    campaign: &str,
    publication: &Publication,
    terms: Option<&Terms>,
    lines: &[(Uuid, Line<'_>)],
) -> Result<()> {
    let count = |n: usize| Value::from(i32::try_from(n).unwrap_or(i32::MAX));
    let units = |score: Option<Score>| Value::from(score.map(|it| it.0));
    let rows = lines.iter().map(|(id, line)| {
        let person = line.participant;
        vec![
            id.to_string().into(),
            publication.stage.to_string().into(),
            campaign.into(),
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
                .map(|_| to_us(publication.time))
                .into(),
        ]
    });
    batch::insert(
        tx,
        "INSERT INTO stage_results (id, stage, campaign, account, candidate_number, direction,
            competes_in, outcome, score, absent, cut_score, place, competitors, advancing,
            appeal_delta, by_appeal, subjects, certificate_due_us) VALUES",
        "",
        rows.collect(),
    )
    .await?;
    // When each score came in is known already.
    execute(
        tx,
        "UPDATE stage_results SET updated_us = (SELECT sc.updated_us FROM stage_scores sc
            WHERE sc.result = stage_results.id) WHERE stage = $1",
        [publication.stage.to_string().into()],
    )
    .await?;
    Ok(())
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
