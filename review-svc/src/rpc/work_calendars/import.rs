//! ImportWorkCalendar: the next version of a year, with a look at whose term it moves.

use chassis::audit;
use chassis::caller::Caller;
use chassis::clock::to_pb as time;
use chassis::error::{Error, Result, explain};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::review::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::get::{date, shown, year};
use super::parse::days;
use crate::Context;
use crate::domain::calendar::{CalendarDay, Status, YearCalendar};
use crate::domain::import::Note;
use crate::jobs::recount_terms;
use crate::rpc::review_tasks::request_id;
use crate::store::calendar::{self, InForce};
use crate::store::queue;
use crate::store::task::Kept;

const ACTION: &str = "ImportWorkCalendar";
/// The most characters of a source.
const MAX_SOURCE: usize = 500;
/// The most terms that an answer names.
const MOST_CHANGES: usize = 1000;
/// How many batches a call counts anew itself; a job goes on with the rest.
const BATCHES: usize = 20;

/// A year as it was handed in, and checked.
struct Given {
    year: i16,
    days: Vec<CalendarDay>,
    source: String,
    notes: Vec<pb::CalendarNote>,
}

pub async fn import(
    ctx: &Context,
    request: Request<pb::ImportWorkCalendarRequest>,
) -> Result<pb::ImportWorkCalendarResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut given = parse(&pb)?;
    let notes = std::mem::take(&mut given.notes);
    if pb.dry_run {
        let before = calendar::in_force(ctx.db.read(), &ctx.calendar).await?;
        let next = next(&before, given, &pb)?;
        let mut comparison = Comparison::of(before, next, notes);
        queue::each_undecided(ctx.db.read(), |kept| comparison.look(kept)).await?;
        return Ok(comparison.answer());
    }

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(imported) => return Ok(imported),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    calendar::lock(tx).await?;
    let before = calendar::in_force(tx, &ctx.calendar).await?;
    let next = next(&before, given, &pb)?;
    calendar::insert(tx, &next, ctx.clock.now()).await?;
    let detail = format!("version {}, {} days", next.version, next.days.len());
    audit::record(tx, &ctx.clock, &caller, ACTION, &pb.name, &detail).await?;
    let mut comparison = Comparison::of(before, next, notes);
    queue::each_undecided(tx, |kept| comparison.look(kept)).await?;
    let imported = write.commit(comparison.answer()).await?;
    recount(ctx).await;
    Ok(imported)
}

fn parse(pb: &pb::ImportWorkCalendarRequest) -> Result<Given> {
    let mut violations = Violations::new();
    let year = year(&pb.name);
    if year.is_none() {
        violations.add("name", "INVALID_NAME");
    }
    let source = violations.optional_text("source", &pb.source, MAX_SOURCE);
    if source.chars().any(char::is_control) {
        violations.add("source", "INVALID_FORMAT");
    }
    if pb.known_version < 0 {
        violations.add("known_version", "OUT_OF_RANGE");
    }
    request_id(&mut violations, &pb.request_id);
    let (days, notes) = days(&mut violations, year, pb);
    match year {
        Some(year) if violations.is_empty() => Ok(Given {
            year,
            days,
            source,
            notes: notes.into_iter().map(note).collect(),
        }),
        _ => Err(violations.into()),
    }
}

fn note(note: Note) -> pb::CalendarNote {
    pb::CalendarNote {
        place: note.place,
        date: Some(date(note.date)),
        code: note.reason.to_owned(),
        text: explain(note.reason, &[]),
    }
}

/// The year under its next version.
fn next(
    before: &InForce,
    given: Given,
    pb: &pb::ImportWorkCalendarRequest,
) -> Result<YearCalendar> {
    let known = before.calendar.year(given.year).map_or(0, |it| it.version);
    if pb.known_version > 0 && u32::try_from(pb.known_version) != Ok(known) {
        return Err(Error::Stale {
            name: pb.name.clone(),
            current: known.to_string(),
        });
    }
    Ok(YearCalendar {
        year: given.year,
        version: known + 1,
        status: Status::Official,
        source: given.source,
        days: given.days,
    })
}

/// The terms of undecided tasks by the calendars before, and by those with the next version.
struct Comparison {
    work_calendar: pb::WorkCalendar,
    after: InForce,
    moved: Vec<(Option<Timestamp>, pb::TermChange)>,
    notes: Vec<pb::CalendarNote>,
}

impl Comparison {
    fn of(before: InForce, next: YearCalendar, notes: Vec<pb::CalendarNote>) -> Self {
        Self {
            work_calendar: shown(&next),
            after: InForce {
                calendar: before.calendar.with(next),
                sequence: before.sequence + 1,
            },
            moved: Vec::new(),
            notes,
        }
    }

    fn look(&mut self, kept: &Kept) {
        let old = kept.task.term.map(|term| term.due_time);
        let new = recount_terms::term(kept, &self.after).map(|term| term.due_time);
        if old != new {
            let change = pb::TermChange {
                review_task: kept.name(),
                old_due_time: old.map(time),
                new_due_time: new.map(time),
            };
            self.moved.push((old, change));
        }
    }

    fn answer(mut self) -> pb::ImportWorkCalendarResponse {
        self.moved.sort_by_key(|(old, _)| *old);
        let changed_count = i32::try_from(self.moved.len()).unwrap_or(i32::MAX);
        self.moved.truncate(MOST_CHANGES);
        pb::ImportWorkCalendarResponse {
            work_calendar: Some(self.work_calendar),
            term_changes: self.moved.into_iter().map(|(_, change)| change).collect(),
            changed_count,
            notes: self.notes,
        }
    }
}

/// The calendar is published, whatever happens to this call: a job goes on.
async fn recount(ctx: &Context) {
    let mut after = Uuid::nil();
    for _ in 0..BATCHES {
        match recount_terms::batch(ctx, after).await {
            Ok(Some(last)) => after = last,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(?error, "terms are counted anew later");
                return;
            }
        }
    }
}
