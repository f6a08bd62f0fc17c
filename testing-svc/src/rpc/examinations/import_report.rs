//! ImportReport: the file of a site without a link. Its signature is checked before a line is read; then
//! every line is applied, or was before, or is a conflict that is told. A line is applied whole or not at
//! all.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use prost::Message;
use proto::partner::v1 as pb;
use ring::digest::{SHA256, digest};
use tonic::Request;

use super::report_lines::Report;
use super::{examiner, own_session};
use crate::domain::refusal::PartnerRefusal;
use crate::domain::report_file::{self, Call, Line, MOST_BYTES};
use crate::domain::session::Session;
use crate::domain::signed_file::{self, Whose};
use crate::rpc::parse::{self, Nested};
use crate::store::partner_report;
use crate::{Context, store};

const RPC: &str = "ImportReport";

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
