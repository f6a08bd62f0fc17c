//! What came of each wish of a run in the database.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, query_all};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{batch, row};
use crate::domain::admission::outcome::{ChoiceOutcome, LastIn, Outcome, Stood};
use crate::domain::score::Score;

const COLUMNS: &str =
    "choice, application, application_number, specialty, preference, outcome, place,
        score, ranked, places, last_place, last_score, quota";

pub async fn insert(tx: &Tx, run: Uuid, outcomes: &[ChoiceOutcome]) -> Result<()> {
    let rows = outcomes.iter().map(|it| {
        let own = it.standing;
        let whole = |of: fn(Stood) -> u32| Value::from(own.map(|it| row::int(of(it))));
        vec![
            run.to_string().into(),
            it.choice.to_string().into(),
            it.application.to_string().into(),
            it.number.as_str().into(),
            it.specialty.to_string().into(),
            row::int(it.preference).into(),
            it.outcome.as_str().into(),
            whole(|it| it.rank),
            own.map(|it| it.score.0).into(),
            whole(|it| it.ranked),
            whole(|it| it.places),
            it.last.map(|it| row::int(it.rank)).into(),
            it.last.map(|it| it.score.0).into(),
            it.quota.clone().into(),
        ]
    });
    let sql = format!("INSERT INTO allocation_results (run, {COLUMNS}) VALUES");
    batch::insert(tx, &sql, "", rows.collect()).await?;
    Ok(())
}

/// The wishes of the applications with the next numbers, by number and preference. The last application
/// may be cut short where the limit is reached.
pub async fn after<C: ConnectionTrait>(
    on: &C,
    run: Uuid,
    number: &str,
    limit: u64,
) -> Result<Vec<ChoiceOutcome>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM allocation_results WHERE run = $1 AND application_number > $2
         ORDER BY application_number, preference LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [run.to_string().into(), number.into()]).await?;
    rows.iter().map(read).collect()
}

/// The wishes of an application in the last round that it was in and that everybody sees by now, with the
/// run; the dearest first.
pub async fn of_application<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    application: Uuid,
    now: Timestamp,
) -> Result<Option<(Uuid, Vec<ChoiceOutcome>)>> {
    let sql =
        "SELECT p.run FROM allocation_publications p WHERE p.campaign = $1 AND p.results_us <= $2
            AND EXISTS (SELECT 1 FROM allocation_results r
                WHERE r.application = $3 AND r.run = p.run)
         ORDER BY p.round DESC LIMIT 1";
    let key = [
        campaign.into(),
        to_us(now).into(),
        application.to_string().into(),
    ];
    let Some(found) = query_all(on, sql, key).await?.pop() else {
        return Ok(None);
    };
    let run = row::uuid(&found, "run")?;
    let sql = format!(
        "SELECT {COLUMNS} FROM allocation_results WHERE application = $1 AND run = $2
         ORDER BY preference"
    );
    let key = [application.to_string().into(), run.to_string().into()];
    let rows = query_all(on, &sql, key).await?;
    let outcomes = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Some((run, outcomes)))
}

fn read(found: &QueryResult) -> Result<ChoiceOutcome> {
    Ok(ChoiceOutcome {
        choice: row::uuid(found, "choice")?,
        application: row::uuid(found, "application")?,
        number: row::get(found, "application_number")?,
        specialty: row::uuid(found, "specialty")?,
        preference: row::count(found, "preference")?,
        outcome: row::word(found, "outcome", Outcome::from_word)?,
        standing: match (
            row::maybe_count(found, "place")?,
            row::maybe_score(found, "score")?,
        ) {
            (Some(rank), Some(score)) => Some(Stood {
                rank,
                score,
                ranked: row::count(found, "ranked")?,
                places: row::count(found, "places")?,
            }),
            _ => None,
        },
        last: last(found)?,
        quota: row::get(found, "quota")?,
    })
}

fn last(found: &QueryResult) -> Result<Option<LastIn>> {
    let rank = row::maybe_count(found, "last_place")?;
    let score: Option<Score> = row::maybe_score(found, "last_score")?;
    Ok(rank.zip(score).map(|(rank, score)| LastIn { rank, score }))
}
