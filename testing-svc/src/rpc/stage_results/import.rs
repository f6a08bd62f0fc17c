//! ImportStageResults: all rows or none. What an import changes is kept with what was there before.

use std::collections::{BTreeMap, BTreeSet};

use chassis::caller::Caller;
use chassis::error::explain;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use proto::testing::v1::import_stage_results_request::Source;
use tonic::Request;
use uuid::Uuid;

use super::number;
use crate::domain::participant::Participant;
use crate::domain::score::Score;
use crate::domain::score_import::{
    self, Declared, Known, MOST_ROWS, Mark, Measure, Problem, Row, read_csv, weigh,
};
use crate::domain::stage::Stage;
use crate::rpc::parse;
use crate::store::score::{Changed, Import};
use crate::{Context, store};

/// Problems of one refusal: its details travel in headers, which have a limit. A dry run tells all.
const MOST_TOLD: usize = 20;

pub async fn import(
    ctx: &Context,
    request: Request<pb::ImportStageResultsRequest>,
) -> Result<pb::ImportStageResultsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (campaign, id, declared) = read(&pb)?;
    let rpc = "ImportStageResults";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let stage = store::stage::lock(tx, id).await?;
    let stage = stage.filter(|stage| stage.campaign == campaign);
    let stage = stage.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;
    stage.is_open()?;
    let people = store::participant::of_stage(tx, &stage, clock.now()).await?;
    let numbers = store::eligibility::numbers(tx, &campaign).await?;
    let (rows, marks) = match taken(&pb, declared, &stage, numbers, &people) {
        Ok(taken) => taken,
        Err(Refused::Rule(error)) => return Err(error),
        Err(Refused::Problems(rows, problems)) if pb.dry_run => {
            return write.commit(told(rows, &problems)).await;
        }
        Err(Refused::Problems(_, problems)) => return Err(violations(problems).into()),
    };
    let (changed, mut answer) = changes(ctx, &people, &marks);
    answer.row_count = number(rows);
    answer.dry_run = pb.dry_run;
    if !pb.dry_run {
        let by = caller.key();
        let import = Import {
            stage: id,
            by: &by,
            time: clock.now(),
        };
        store::score::keep(tx, &import, &changed).await?;
        let detail = format!(
            "{} new, {} replaced",
            answer.added_count, answer.replaced_count
        );
        audit::record(tx, clock, &caller, rpc, &stage.name(), &detail).await?;
    }
    write.commit(answer).await
}

fn read(pb: &pb::ImportStageResultsRequest) -> Result<(String, Uuid, Declared)> {
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    match &pb.source {
        None => drop(violations.add("source", "REQUIRED")),
        Some(Source::ScoreRows(rows)) if rows.rows.is_empty() => {
            violations.add("score_rows.rows", "REQUIRED");
        }
        Some(Source::ScoreRows(rows)) if rows.rows.len() > MOST_ROWS => {
            let most = [("max", MOST_ROWS.to_string())];
            violations.add_with("score_rows.rows", "TOO_MANY", most);
        }
        Some(_) => {}
    }
    let rows = match pb.row_count {
        0 => Err("REQUIRED"),
        rows => usize::try_from(rows).map_err(|_| "OUT_OF_RANGE"),
    };
    let rows = violations.take("row_count", rows);
    let sum = violations.take("score_sum", Score::parse_sum(&pb.score_sum));
    match (name, rows, sum, violations.is_empty()) {
        (Some((campaign, id)), Some(rows), Some(sum), true) => {
            Ok((campaign, id, Declared { rows, sum }))
        }
        _ => Err(violations.into()),
    }
}

enum Refused {
    Rule(Error),
    /// Of so many rows.
    Problems(usize, Vec<Problem>),
}

/// How many rows there are, and what each says.
fn taken(
    pb: &pb::ImportStageResultsRequest,
    declared: Declared,
    stage: &Stage,
    numbers: Vec<String>,
    people: &[Participant],
) -> Result<(usize, BTreeMap<String, Mark>), Refused> {
    let scale = stage.scale().map_err(|it| Refused::Rule(it.into()))?;
    let rows = match &pb.source {
        Some(Source::Csv(bytes)) => read_csv(bytes).map_err(|it| Refused::Problems(0, it))?,
        Some(Source::ScoreRows(rows)) => sent(rows),
        None => Vec::new(),
    };
    let elsewhere = numbers.into_iter().map(|it| (it, Known::Elsewhere));
    let mut known: BTreeMap<String, Known> = elsewhere.collect();
    let here = people.iter();
    known.extend(here.map(|it| (it.number.clone(), Known::Here(it.sitting))));
    let measure = Measure {
        scale: &scale,
        terms: stage.selection.terms.as_ref(),
    };
    let marks = weigh(&rows, declared, measure, &known);
    let marks = marks.map_err(|problems| Refused::Problems(rows.len(), problems))?;
    let late = published_otherwise(&rows, people, &marks);
    if !late.is_empty() {
        return Err(Refused::Problems(rows.len(), late));
    }
    Ok((rows.len(), marks))
}

/// Rows that say of a published result what it does not say: an appeal changes it, and nothing else.
fn published_otherwise(
    rows: &[Row],
    people: &[Participant],
    marks: &BTreeMap<String, Mark>,
) -> Vec<Problem> {
    let published = people.iter().filter(|it| it.is_published);
    let changed =
        published.filter(|it| marks.get(&it.number).is_some_and(|mark| !is_same(it, mark)));
    let changed: BTreeSet<&str> = changed.map(|it| it.number.as_str()).collect();
    let rows = rows
        .iter()
        .filter(|it| changed.contains(it.number.as_str()));
    rows.map(|it| Problem::of(it, "score", "RESULT_PUBLISHED"))
        .collect()
}

fn is_same(person: &Participant, mark: &Mark) -> bool {
    person.score == mark.score()
        && person.absent == (*mark == Mark::Absent)
        && person.subjects == mark.subjects()
}

fn sent(rows: &pb::ScoreRows) -> Vec<Row> {
    let row = |(at, row): (usize, &pb::ScoreRow)| score_import::Row {
        place: format!("score_rows.rows[{at}]"),
        number: row.candidate_number.clone(),
        score: row.score.clone(),
        absent: row.absent,
        subjects: parse::subject_scores(&row.subject_scores),
    };
    rows.rows.iter().enumerate().map(row).collect()
}

/// What is new or other than before, with the ids that it needs.
pub fn changes<'a>(
    ctx: &Context,
    people: &'a [Participant],
    marks: &BTreeMap<String, Mark>,
) -> (Vec<Changed<'a>>, pb::ImportStageResultsResponse) {
    let mut answer = pb::ImportStageResultsResponse::default();
    let mut changed = Vec::new();
    for person in people {
        let Some(mark) = marks.get(&person.number) else {
            continue;
        };
        if person.result.is_some() && is_same(person, mark) {
            answer.unchanged_count += 1;
            continue;
        }
        match person.result {
            Some(_) => answer.replaced_count += 1,
            None => answer.added_count += 1,
        }
        changed.push(Changed {
            person,
            mark: mark.clone(),
            result: ctx.ids.uuid(),
            change: ctx.ids.uuid(),
        });
    }
    (changed, answer)
}

fn told(rows: usize, problems: &[Problem]) -> pb::ImportStageResultsResponse {
    let problem = |problem: &Problem| pb::ImportProblem {
        field: problem.field.clone(),
        reason: problem.reason.to_owned(),
        message: explain(problem.reason, &args(problem)),
        candidate_number: problem.number.clone(),
    };
    pb::ImportStageResultsResponse {
        row_count: number(rows),
        dry_run: true,
        problems: problems.iter().map(problem).collect(),
        ..pb::ImportStageResultsResponse::default()
    }
}

fn violations(problems: Vec<Problem>) -> Violations {
    let mut violations = Violations::new();
    let more = problems.len().saturating_sub(MOST_TOLD);
    for problem in problems.into_iter().take(MOST_TOLD) {
        let args = args(&problem);
        violations.push(chassis::violation::Violation {
            field: problem.field,
            reason: problem.reason,
            args,
        });
    }
    if more > 0 {
        let count = [("count", more.to_string())];
        violations.add_with("source", "MORE_PROBLEMS", count);
    }
    violations
}

fn args(problem: &Problem) -> Vec<(&'static str, String)> {
    match problem.reason {
        "TOO_MANY" => vec![("max", MOST_ROWS.to_string())],
        _ => Vec::new(),
    }
}
