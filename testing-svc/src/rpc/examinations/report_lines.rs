//! The lines of a report: each is applied, was before, or is a conflict.

use std::collections::BTreeMap;

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::error::explain;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::partner::v1 as pb;
use uuid::Uuid;

use super::report_scores::{keep, known};
use super::{check_in, report_irregularity};
use crate::domain::refusal::PartnerRefusal;
use crate::domain::report_file::{Line, What};
use crate::domain::score_import::{Row, Weighed};
use crate::domain::session::Session;
use crate::domain::stage::Stage;
use crate::store::booking::Seat;
use crate::store::partner_report::{Entry, Told};
use crate::{Context, store};

/// Why a line was not applied.
type Conflict = (&'static str, Vec<(&'static str, String)>);

/// A file while it is taken in, of a stage that is locked.
pub struct Report<'a> {
    pub ctx: &'a Context,
    pub tx: &'a Tx,
    pub caller: &'a Caller,
    pub partner: &'a str,
    pub session: &'a Session,
    pub stage: &'a Stage,
}

impl Report<'_> {
    /// Who came first, then what happened, then what was scored: in whatever order the file has it.
    pub async fn apply(&self, lines: &[Line]) -> Result<pb::ImportReportResponse> {
        let mut answer = pb::ImportReportResponse::default();
        let (mut conflicts, mut fresh) = (BTreeMap::new(), Vec::new());
        for line in lines {
            match self.entry(line, &line.what.content()).told(self.tx).await? {
                Told::New => fresh.push(line),
                Told::Same { .. } => answer.repeated_count += 1,
                Told::Other => {
                    let reused = Error::from(PartnerRefusal::EntryReused);
                    conflicts.insert(line.number, (line, conflict(reused)?));
                }
            }
        }
        let in_order: [fn(&What) -> bool; 2] = [
            |what| matches!(what, What::Came(_)),
            |what| matches!(what, What::Irregularity(_)),
        ];
        for is_one in in_order {
            for line in fresh.iter().filter(|line| is_one(&line.what)) {
                match self.one(line).await {
                    Ok(()) => answer.applied_count += 1,
                    Err(error) => {
                        conflicts.insert(line.number, (line, conflict(error)?));
                    }
                }
            }
        }
        answer.applied_count += self.scores(&fresh, &mut conflicts).await?;
        answer.conflicts = conflicts.into_values().map(told).collect();
        Ok(answer)
    }

    fn entry<'a>(&'a self, line: &Line, content: &'a str) -> Entry<'a> {
        Entry {
            partner: self.partner,
            id: line.id,
            content,
        }
    }

    /// A check-in or an irregularity of this session.
    async fn one(&self, line: &Line) -> Result<()> {
        let Self {
            ctx, tx, caller, ..
        } = *self;
        let mut made = None;
        match &line.what {
            What::Came(came) => {
                let seat = self.seat(came.booking).await?;
                check_in::apply(ctx, tx, caller, (&seat, *came)).await?;
            }
            What::Irregularity(what) => {
                let seat = self.seat(what.booking).await?;
                let apply = report_irregularity::apply(ctx, tx, caller, (&seat, what));
                made = Some(apply.await?.id);
            }
            What::Score(_) => {}
        }
        let content = line.what.content();
        self.entry(line, &content)
            .keep(tx, made, ctx.clock.now())
            .await
    }

    /// A seat of this session, which is the partner's.
    async fn seat(&self, booking: Uuid) -> Result<Seat> {
        let found = store::booking::find(self.tx, booking).await?;
        let here = found.filter(|it| it.booking.session == self.session.id);
        here.ok_or_else(|| Violations::one("booking", "WRONG_SESSION").into())
    }

    /// All scores that can be kept, at once.
    async fn scores<'a>(
        &self,
        fresh: &[&'a Line],
        conflicts: &mut BTreeMap<usize, (&'a Line, Conflict)>,
    ) -> Result<i32> {
        let scored = fresh.iter().filter_map(|line| match &line.what {
            What::Score(row) => Some((*line, row.clone())),
            _ => None,
        });
        let (lines, rows): (Vec<&Line>, Vec<Row>) = scored.unzip();
        if rows.is_empty() {
            return Ok(0);
        }
        let known = known(self.ctx, self.tx, self.stage, self.session.id, &rows).await?;
        let Weighed {
            mut marks,
            problems,
            ..
        } = known.weigh(self.stage, &rows);
        for problem in problems {
            marks.remove(&problem.number);
            // Which of two lines about one person is right is not ours to say: neither is applied.
            let is_twice = problem.reason == "CANDIDATE_TWICE";
            for (line, row) in lines.iter().zip(&rows) {
                let is_it = problem.field.starts_with(&format!("{}.", row.place));
                if is_it || (is_twice && row.number == problem.number) {
                    let told = (*line, (problem.reason, Vec::new()));
                    conflicts.entry(line.number).or_insert(told);
                }
            }
        }
        let done = (known.people.as_slice(), &marks);
        keep(self.ctx, self.tx, self.caller, self.stage, done).await?;
        let mut applied = 0;
        for line in lines {
            if !conflicts.contains_key(&line.number) {
                applied += 1;
                let content = line.what.content();
                let entry = self.entry(line, &content);
                entry.keep(self.tx, None, self.ctx.clock.now()).await?;
            }
        }
        Ok(applied)
    }
}

/// What stands in the way of a line alone; anything else ends the call.
fn conflict(error: Error) -> Result<Conflict> {
    match error {
        Error::Refused(refusal) => Ok((refusal.reason(), refusal.metadata())),
        Error::NotFound(_) => Ok(("NOT_FOUND", Vec::new())),
        Error::Invalid(violations) => {
            let first = violations.into_iter().next();
            let told = first.map(|it| (it.reason, it.args));
            told.ok_or_else(|| Error::Invalid(Violations::new()))
        }
        other => Err(other),
    }
}

fn told((line, (reason, args)): (&Line, Conflict)) -> pb::LineConflict {
    pb::LineConflict {
        line: i32::try_from(line.number).unwrap_or(i32::MAX),
        id: line.id.to_string(),
        reason: reason.to_owned(),
        message: explain(reason, &args),
    }
}
