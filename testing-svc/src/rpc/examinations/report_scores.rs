//! ReportScores: all rows or none. The rules and the rows are those of the exam desk's import; only
//! correcting is left to the desk.

use std::collections::{BTreeMap, BTreeSet};

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::{Violation, Violations};
use chassis::{Error, Result, audit};
use proto::partner::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{examiner, own_session};
use crate::domain::eligibility::is_number;
use crate::domain::participant::Participant;
use crate::domain::score::{Scale, Score};
use crate::domain::score_import::{Known, Mark, Measure, Problem, Row, Weighed, weigh_rows};
use crate::domain::stage::Stage;
use crate::rpc::parse::{self, Nested};
use crate::rpc::stage_results::import::changes;
use crate::store::score::Import;
use crate::{Context, store};

const RPC: &str = "ReportScores";

/// Rows of a call at most.
const MOST_ROWS: usize = 1_000;

pub async fn report(
    ctx: &Context,
    request: Request<pb::ReportScoresRequest>,
) -> Result<pb::ReportScoresResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = read(&pb)?;
    let partner = examiner(ctx, &caller)?;
    let session = own_session(ctx, partner, &name, &pb.parent).await?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let stage = store::stage::lock(tx, session.stage).await?;
    let stage = stage.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;
    stage.hears_partners()?;
    let rows = sent(&pb);
    let known = known(ctx, tx, &stage, session.id, &rows).await?;
    let weighed = known.weigh(&stage, &rows);
    if !weighed.problems.is_empty() {
        return Err(violations(weighed.problems).into());
    }
    let kept = keep(ctx, tx, &caller, &stage, (&known.people, &weighed.marks)).await?;
    write.commit(kept).await
}

fn read(pb: &pb::ReportScoresRequest) -> Result<Nested> {
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::SESSION, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    if pb.scores.is_empty() {
        violations.add("scores", "REQUIRED");
    } else if pb.scores.len() > MOST_ROWS {
        let most = [("max", MOST_ROWS.to_string())];
        violations.add_with("scores", "TOO_MANY", most);
    }
    match (name, violations.is_empty()) {
        (Some(name), true) => Ok(name),
        _ => Err(violations.into()),
    }
}

fn sent(pb: &pb::ReportScoresRequest) -> Vec<Row> {
    let rows = pb.scores.iter().enumerate();
    rows.map(|(at, row)| Row {
        place: format!("scores[{at}]"),
        number: row.candidate_number.clone(),
        score: row.score.clone(),
        absent: row.absent,
        subjects: parse::subject_scores(&row.subject_scores),
    })
    .collect()
}

/// What is known of the numbers in some rows.
pub struct Here {
    pub people: Vec<Participant>,
    by_number: BTreeMap<String, Known>,
}

/// Looks the numbers up, of a stage that is locked.
pub async fn known(
    ctx: &Context,
    tx: &Tx,
    stage: &Stage,
    session: Uuid,
    rows: &[Row],
) -> Result<Here> {
    let numbers: BTreeSet<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    let numbers: Vec<&str> = numbers.into_iter().filter(|it| is_number(it)).collect();
    let all = store::partner_report::of_campaign(tx, &stage.campaign, &numbers).await?;
    let seated = store::partner_report::seated(tx, session, &numbers).await?;
    let mut people = store::participant::numbered(tx, stage, &numbers, ctx.clock.now()).await?;
    people.retain(|it| seated.contains(&it.number));
    let elsewhere = all.into_iter().map(|it| (it, Known::OtherSession));
    let mut by_number: BTreeMap<String, Known> = elsewhere.collect();
    let here = people.iter();
    by_number.extend(here.map(|it| (it.number.clone(), Known::Here(it.sitting))));
    Ok(Here { people, by_number })
}

impl Here {
    /// The rows by the rules of the stage, and by what is here already.
    pub fn weigh(&self, stage: &Stage, rows: &[Row]) -> Weighed {
        // A stage without a scale has no score that could be given.
        let none = Scale {
            lowest: Score(1),
            highest: Score(0),
            decimals: 4,
        };
        let scale = stage.selection.scale.unwrap_or(none);
        let measure = Measure {
            scale: &scale,
            terms: stage.selection.terms.as_ref(),
        };
        let mut weighed = weigh_rows(rows, measure, &self.by_number);
        for person in self.people.iter().filter(|it| it.result.is_some()) {
            let differs = |mark: &Mark| {
                person.score != mark.score()
                    || person.absent != (*mark == Mark::Absent)
                    || person.subjects != mark.subjects()
            };
            let row = rows.iter().find(|row| row.number == person.number);
            if let (Some(row), Some(mark)) = (row, weighed.marks.get(&person.number))
                && differs(mark)
            {
                let problem = Problem::of(row, "score", "SCORE_DIFFERS");
                weighed.problems.push(problem);
            }
        }
        weighed
    }
}

/// Writes down what is new.
pub async fn keep(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    stage: &Stage,
    (people, marks): (&[Participant], &BTreeMap<String, Mark>),
) -> Result<pb::ReportScoresResponse> {
    let (changed, counted) = changes(ctx, people, marks);
    let by = caller.key();
    let import = Import {
        stage: stage.id,
        by: &by,
        time: ctx.clock.now(),
    };
    store::score::keep(tx, &import, &changed).await?;
    let detail = format!("{} new", counted.added_count);
    audit::record(tx, &ctx.clock, caller, RPC, &stage.name(), &detail).await?;
    Ok(pb::ReportScoresResponse {
        added_count: counted.added_count,
        unchanged_count: counted.unchanged_count,
    })
}

fn violations(problems: Vec<Problem>) -> Violations {
    let mut violations = Violations::new();
    for problem in problems {
        violations.push(Violation {
            field: problem.field,
            reason: problem.reason,
            args: Vec::new(),
        });
    }
    violations
}
