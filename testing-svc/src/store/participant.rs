//! Who is in a stage and what they did with it: one look at the whole of it.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::row;
use crate::domain::participant::{Earlier, Participant, Sitting};
use crate::domain::score::{Scale, Score};
use crate::domain::stage::{Sat, Stage};

/// Everybody who takes part in the stage, in the order of their numbers. As elsewhere, what has run
/// out counts as run out before a job has written it down.
pub async fn of_stage<C: ConnectionTrait>(
    on: &C,
    stage: &Stage,
    now: Timestamp,
) -> Result<Vec<Participant>> {
    some(on, stage, Only::Anybody, now).await
}

/// Those of them who have a seat in this session of it.
pub async fn of_session<C: ConnectionTrait>(
    on: &C,
    stage: &Stage,
    session: Uuid,
    now: Timestamp,
) -> Result<Vec<Participant>> {
    some(on, stage, Only::Session(session), now).await
}

/// Those of them with these numbers.
pub async fn numbered<C: ConnectionTrait>(
    on: &C,
    stage: &Stage,
    numbers: &[&str],
    now: Timestamp,
) -> Result<Vec<Participant>> {
    some(on, stage, Only::Numbers(numbers), now).await
}

/// What a look is narrowed by.
enum Only<'a> {
    Anybody,
    Session(Uuid),
    Numbers(&'a [&'a str]),
}

async fn some<C: ConnectionTrait>(
    on: &C,
    stage: &Stage,
    only: Only<'_>,
    now: Timestamp,
) -> Result<Vec<Participant>> {
    let mut values: Vec<Value> = vec![
        stage.id.to_string().into(),
        stage.campaign.as_str().into(),
        stage.number.into(),
        to_us(now).into(),
    ];
    let narrowed = match only {
        Only::Anybody => String::new(),
        Only::Session(id) => {
            values.push(id.to_string().into());
            format!("AND b.session = ${}", values.len())
        }
        Only::Numbers(numbers) => {
            let places = row::places(&mut values, numbers);
            format!("AND e.candidate_number IN {places}")
        }
    };
    // A mark of absence from before the sitting says nothing of it.
    let sql = format!(
        "SELECT e.account, e.candidate_number, e.direction, sc.result, sc.score, sc.subjects,
            b.session, EXISTS (SELECT 1 FROM stage_results r
                WHERE r.stage = g.id AND r.account = e.account) AS is_published,
            (sc.absent AND (a.id IS NULL OR a.started_us <= sc.updated_us)) AS absent,
            CASE
                WHEN a.state = 'TERMINATED' THEN 'VOID'
                WHEN a.state = 'FINISHED' THEN 'DONE'
                WHEN a.state = 'PAUSED' THEN 'RUNNING'
                WHEN a.id IS NOT NULL AND s.end_us + b.extra_us + a.paused_us <= $4
                    THEN 'DONE'
                WHEN a.id IS NOT NULL THEN 'RUNNING'
                WHEN b.state = 'HELD' AND b.hold_until_us > $4 THEN 'AHEAD'
                WHEN b.state IN ('BOOKED', 'CHECKED_IN')
                    AND (s.start_us + g.late_start_us > $4 OR b.grace_us > $4) THEN 'AHEAD'
                ELSE 'NONE' END AS sitting
         FROM eligibilities e JOIN stages g ON g.id = $1
         LEFT JOIN stage_scores sc ON sc.stage = g.id AND sc.account = e.account
         LEFT JOIN bookings b ON b.stage = g.id AND b.account = e.account
            AND b.state IN ('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED')
         LEFT JOIN test_sessions s ON s.id = b.session
         LEFT JOIN attempts a ON a.id = b.attempt
         WHERE e.campaign = $2 AND e.standing = 'GRANTED' AND e.stage_number >= $3
            AND e.candidate_number IS NOT NULL {narrowed}
         ORDER BY e.candidate_number"
    );
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(|found| read(found, stage)).collect()
}

fn read(found: &QueryResult, stage: &Stage) -> Result<Participant> {
    let sitting = match stage.selection.sat {
        Sat::Booked => row::word(found, "sitting", Sitting::from_word)?,
        Sat::Never => Sitting::Done,
    };
    Ok(Participant {
        account: row::uuid(found, "account")?,
        number: row::get(found, "candidate_number")?,
        direction: row::get::<Option<String>>(found, "direction")?.unwrap_or_default(),
        sitting,
        session: row::maybe_uuid(found, "session")?,
        is_published: row::get(found, "is_published")?,
        result: row::maybe_uuid(found, "result")?,
        score: row::maybe_score(found, "score")?,
        subjects: row::maybe_json(found, "subjects")?.unwrap_or_default(),
        absent: row::get::<Option<bool>>(found, "absent")?.unwrap_or_default(),
    })
}

/// Scores of earlier stages, for those that break ties.
pub async fn earlier<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    stages: &[i32],
) -> Result<Earlier> {
    let mut earlier = Earlier::new();
    for number in stages {
        let sql = "SELECT r.account, r.score + r.appeal_delta AS total FROM stage_results r
            JOIN stages g ON g.id = r.stage
            WHERE g.campaign = $1 AND g.number = $2 AND r.score IS NOT NULL";
        let key = [campaign.into(), (*number).into()];
        for found in &query_all(on, sql, key).await? {
            let account: Uuid = row::uuid(found, "account")?;
            let total = Score(row::get(found, "total")?);
            earlier.entry(account).or_default().insert(*number, total);
        }
    }
    Ok(earlier)
}

/// How many imported scores a scale doesn't have.
pub async fn off_scale<C: ConnectionTrait>(on: &C, stage: Uuid, scale: &Scale) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM stage_scores
        WHERE stage = $1 AND (score < $2 OR score > $3 OR score % $4 <> 0)";
    let values: [Value; 4] = [
        stage.to_string().into(),
        scale.lowest.0.into(),
        scale.highest.0.into(),
        scale.step().into(),
    ];
    match query_one(on, sql, values).await? {
        Some(found) => row::get(&found, "n"),
        None => Ok(0),
    }
}

/// How many scores were imported into a stage.
pub async fn scored<C: ConnectionTrait>(on: &C, stage: Uuid) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM stage_scores WHERE stage = $1 AND score IS NOT NULL";
    match query_one(on, sql, [stage.to_string().into()]).await? {
        Some(found) => row::get(&found, "n"),
        None => Ok(0),
    }
}
