//! ImportReport: the file of a site without a link. Its signature is checked before a line is read; then
//! every line is applied, or was before, or is a conflict that is told. A line is applied whole or not at
//! all.

use std::collections::BTreeMap;

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::error::explain;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use prost::Message;
use proto::partner::v1 as pb;
use ring::digest::{SHA256, digest};
use tonic::Request;

use super::report_scores::{keep, known};
use super::{check_in, examiner, own_session, report_irregularity};
use crate::domain::refusal::PartnerRefusal;
use crate::domain::report_file::{self, Call, Line, MOST_BYTES, What};
use crate::domain::score_import::{Row, Weighed};
use crate::domain::session::Session;
use crate::domain::signed_file::{self, Whose};
use crate::domain::stage::Stage;
use crate::rpc::parse::{self, Nested};
use crate::store::partner_report::{self, Entry, Told};
use crate::{Context, store};

const RPC: &str = "ImportReport";

/// Why a line was not applied.
type Conflict = (&'static str, Vec<(&'static str, String)>);

pub async fn import(
    ctx: &Context,
    request: Request<pb::ImportReportRequest>,
) -> Result<pb::ImportReportResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = read(&pb)?;
    let partner = examiner(ctx, &caller)?;
    let session = own_session(ctx, partner, &name, &pb.parent).await?;
    let lines = opened(ctx, partner, &session, &pb)?;
    let sha256 = hex::encode(digest(&SHA256, &pb.file));
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(report) => return Ok(report),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let stage = store::stage::lock(tx, session.stage).await?;
    let stage = stage.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;
    if let Some(answer) = partner_report::answer(tx, partner, &sha256).await?
        && !pb.dry_run
    {
        let answer = pb::ImportReportResponse::decode(answer.as_slice());
        return Ok(answer.map_err(anyhow::Error::from)?);
    }
    stage.hears_partners()?;
    let report = Report {
        ctx,
        tx,
        caller: &caller,
        partner,
        session: &session,
        stage: &stage,
    };
    let mut answer = report.apply(&lines).await?;
    answer.file_sha256.clone_from(&sha256);
    answer.dry_run = pb.dry_run;
    if pb.dry_run {
        // Dropped, everything is as it was, and the request id is free.
        return Ok(answer);
    }
    let (kept, now) = (answer.encode_to_vec(), clock.now());
    partner_report::keep_answer(tx, (partner, &sha256), session.id, kept, now).await?;
    let detail = format!(
        "{} applied, {} repeated, {} in conflict",
        answer.applied_count,
        answer.repeated_count,
        answer.conflicts.len()
    );
    audit::record(tx, clock, &caller, RPC, &session.name(), &detail).await?;
    write.commit(answer).await
}

fn read(pb: &pb::ImportReportRequest) -> Result<Nested> {
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::SESSION, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    if pb.file.is_empty() {
        violations.add("file", "REQUIRED");
    } else if pb.file.len() > MOST_BYTES {
        let most = [("max", MOST_BYTES.to_string())];
        violations.add_with("file", "TOO_LONG", most);
    }
    match (name, violations.is_empty()) {
        (Some(name), true) => Ok(name),
        _ => Err(violations.into()),
    }
}

/// The lines of a file that the partner signed.
fn opened(
    ctx: &Context,
    partner: &str,
    session: &Session,
    pb: &pb::ImportReportRequest,
) -> Result<Vec<Line>> {
    let keys = ctx.config.partners.file_keys(partner);
    if keys.is_empty() {
        let whose = Whose::Partner;
        return Err(PartnerRefusal::KeyMissing { whose }.into());
    }
    let body = signed_file::open(signed_file::REPORT, &pb.file, keys);
    let body = body.ok_or(PartnerRefusal::FileAltered)?;
    let call = Call {
        partner,
        session: &pb.parent,
        campaign: &session.campaign,
        now: ctx.clock.now(),
    };
    Ok(report_file::read(body, call)?)
}

/// A file while it is taken in, of a stage that is locked.
struct Report<'a> {
    ctx: &'a Context,
    tx: &'a Tx,
    caller: &'a Caller,
    partner: &'a str,
    session: &'a Session,
    stage: &'a Stage,
}

impl Report<'_> {
    /// Who came first, then what happened, then what was scored: in whatever order the file has it.
    async fn apply(&self, lines: &[Line]) -> Result<pb::ImportReportResponse> {
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
        let campaign = self.session.campaign.as_str();
        let mut made = None;
        match &line.what {
            What::Came(came) => {
                self.is_here(came.booking).await?;
                check_in::apply(ctx, tx, caller, (campaign, *came)).await?;
            }
            What::Irregularity(what) => {
                self.is_here(what.booking).await?;
                let apply = report_irregularity::apply(ctx, tx, caller, (campaign, what));
                made = Some(apply.await?.id);
            }
            What::Score(_) => {}
        }
        let content = line.what.content();
        self.entry(line, &content)
            .keep(tx, made, ctx.clock.now())
            .await
    }

    async fn is_here(&self, booking: uuid::Uuid) -> Result<()> {
        let found = store::booking::find(self.tx, booking).await?;
        match found.filter(|it| it.booking.session == self.session.id) {
            Some(_) => Ok(()),
            None => Err(Violations::one("booking", "WRONG_SESSION").into()),
        }
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
