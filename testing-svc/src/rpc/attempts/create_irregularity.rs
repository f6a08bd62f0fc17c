//! CreateIrregularity: the exam desk notes what happened; the attempt goes on.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{LONGEST_NOTE, Sat, written_irregularity};
use crate::domain::attempt::{Code, Irregularity};
use crate::rpc::parse::Nested;
use crate::rpc::{enums, parse};
use crate::{Context, store};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateIrregularityRequest>,
) -> Result<pb::Irregularity> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (name, code, note) = read(&pb)?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "CreateIrregularity";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(one) => return Ok(one),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let sat = Sat::lock(tx, &name, &pb.parent).await?;
    let one = of(ctx, &sat, code, note, false);
    store::irregularity::insert(tx, &one).await?;
    audit::record(tx, clock, &caller, rpc, &one.name(), code.as_str()).await?;
    write.commit(written_irregularity(&one)).await
}

fn read(pb: &pb::CreateIrregularityRequest) -> Result<(Nested, Code, String)> {
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::ATTEMPT, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let Some(sent) = &pb.irregularity else {
        violations.add("irregularity", "REQUIRED");
        return Err(violations.into());
    };
    let read = enums::from_irregularity_code;
    let code = parse::word(&mut violations, "irregularity.code", sent.code, read);
    let field = "irregularity.note";
    let note = match code {
        Some(Code::Other) => violations.text(field, &sent.note, LONGEST_NOTE),
        _ => violations.optional_text(field, &sent.note, LONGEST_NOTE),
    };
    match (name, code, violations.is_empty()) {
        (Some(name), Some(code), true) => Ok((name, code, note)),
        _ => Err(violations.into()),
    }
}

/// An irregularity of an attempt, noted now.
pub fn of(ctx: &Context, sat: &Sat, code: Code, note: String, terminated: bool) -> Irregularity {
    Irregularity {
        id: ctx.ids.uuid(),
        campaign: sat.attempt.campaign.clone(),
        booking: sat.attempt.booking,
        attempt: sat.attempt.id,
        session: sat.seat.session.name(),
        candidate_number: sat.attempt.candidate_number.clone(),
        code,
        note,
        terminated,
        created: ctx.clock.now(),
    }
}
