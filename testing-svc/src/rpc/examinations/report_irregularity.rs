//! ReportIrregularity: what should not have happened at a sitting, noted; the sitting goes on.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::partner::v1 as pb;
use proto::testing::v1 as testing;
use tonic::Request;

use super::{examiner, id_of, own_seat, shared_stage, told};
use crate::domain::attempt::{Code, Irregularity};
use crate::domain::refusal::PartnerRefusal;
use crate::domain::report_file::{LONGEST_NOTE, Told};
use crate::domain::sitting_report::past;
use crate::rpc::attempts::written_irregularity;
use crate::rpc::{enums, parse};
use crate::store::booking::Seat;
use crate::store::partner_report::{self, Entry};
use crate::{Context, store};

const RPC: &str = "ReportIrregularity";

pub async fn report(
    ctx: &Context,
    request: Request<pb::ReportIrregularityRequest>,
) -> Result<testing::Irregularity> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (campaign, what) = read(ctx, &pb)?;
    let partner = examiner(ctx, &caller)?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(one) => return Ok(one),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let seat = own_seat(ctx, tx, partner, (&campaign, what.booking)).await?;
    shared_stage(tx, &seat).await?;
    let content = what.content();
    let entry = Entry {
        partner,
        id: id_of(&pb.request_id),
        content: &content,
    };
    let known = match told(tx, &entry).await? {
        partner_report::Told::Same { irregularity: id } => id,
        _ => None,
    };
    let one = match known {
        Some(id) => store::irregularity::find(tx, id).await?,
        None => None,
    };
    let one = match one {
        Some(one) => one,
        None => {
            let one = apply(ctx, tx, &caller, (&seat, &what)).await?;
            entry.keep(tx, Some(one.id), clock.now()).await?;
            one
        }
    };
    write.commit(written_irregularity(&one)).await
}

fn read(ctx: &Context, pb: &pb::ReportIrregularityRequest) -> Result<(String, Told)> {
    let mut violations = Violations::new();
    let booking = parse::below_campaign(&mut violations, "booking", parse::BOOKING, &pb.booking);
    parse::request_id(&mut violations, &pb.request_id);
    let code = enums::from_irregularity_code;
    let code = parse::word(&mut violations, "code", pb.code, code);
    let note = match code {
        Some(Code::Other) => violations.text("note", &pb.note, LONGEST_NOTE),
        _ => violations.optional_text("note", &pb.note, LONGEST_NOTE),
    };
    let field = "occur_time";
    let time = parse::time(&mut violations, field, pb.occur_time.as_ref());
    let time = time.and_then(|it| violations.take(field, past(it, ctx.clock.now())));
    match (booking, code, time, violations.is_empty()) {
        (Some((campaign, booking)), Some(code), Some(time), true) => Ok((
            campaign,
            Told {
                booking,
                code,
                note,
                time,
            },
        )),
        _ => Err(violations.into()),
    }
}

/// Notes it of a booking of the partner's whose stage is held.
pub async fn apply(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    (seat, what): (&Seat, &Told),
) -> Result<Irregularity> {
    let attempt = seat.booking.attempt.ok_or(PartnerRefusal::NotStarted)?;
    let vanished = || Error::Internal(anyhow::anyhow!("a started booking has no attempt"));
    let attempt = store::attempt::find(tx, attempt).await?;
    let attempt = attempt.ok_or_else(vanished)?;
    let one = Irregularity {
        id: ctx.ids.uuid(),
        campaign: seat.booking.campaign.clone(),
        booking: what.booking,
        attempt: attempt.id,
        session: seat.session.name(),
        candidate_number: attempt.candidate_number,
        code: what.code,
        note: what.note.clone(),
        terminated: false,
        created: what.time,
    };
    store::irregularity::insert(tx, &one).await?;
    let code = one.code.as_str();
    audit::record(tx, &ctx.clock, caller, RPC, &one.name(), code).await?;
    Ok(one)
}
