//! Asks a college for a service: one that is open of each kind and academic year, and not without end.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::filter;
use super::message;
use super::sent::{self, Asking};
use crate::Context;
use crate::domain::refusal::Refusal;
use crate::domain::service_request::{MOST_TURNS, ServiceRequest, State};
use crate::store::service_request::{self, New};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateServiceRequestRequest>,
) -> Result<pb::ServiceRequest> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut wrong = Violations::new();
    let bin = filter::college(&mut wrong, &pb.parent);
    if pb.service_request.is_none() {
        wrong.add("service_request", "REQUIRED");
    }
    let (Some(bin), Some(asked)) = (bin, &pb.service_request) else {
        return Err(wrong.into());
    };

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateServiceRequest",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(request) => return Ok(request),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let now = ctx.clock.now();
    let asking = Asking { account, bin, now };
    let sent = sent::read(&mut wrong, asked, now)?;
    let application = sent::judge(ctx, tx, &mut wrong, asking, &sent).await?;
    wrong.into_result()?;
    let all = application.zip(sent.academic_year).zip(sent.service);
    // Whatever lacked was told.
    let Some(((application, academic_year), service)) = all else {
        return Err(Error::InFlight);
    };
    let request = ServiceRequest {
        bin,
        academic_year,
        service,
        note: sent.note,
        state: State::Requested,
        reason_codes: Vec::new(),
        comment: String::new(),
    };
    let id = insert(ctx, tx, (account, &application.id), &request, now).await?;
    let made = service_request::find(tx, &id).await?;
    let kept = made.ok_or(Error::InFlight)?;
    let rpc = "CreateServiceRequest";
    let kind = kept.request.service.kind().code();
    audit::record(tx, &ctx.clock, &caller, rpc, &kept.name(), kind).await?;
    write.commit(message::of(&kept)).await
}

/// The next turn of the person. What is said of earlier ones is a hint; the indices decide.
async fn insert(
    ctx: &Context,
    tx: &Tx,
    (account, application): (Uuid, &str),
    request: &ServiceRequest,
    now: Timestamp,
) -> Result<String> {
    let earlier = service_request::asked(tx, account, request).await?;
    if let Some(open) = earlier.open {
        return Err(Refusal::ServiceRequestExists {
            service_request: open.name(),
        }
        .into());
    }
    let turn = i32::try_from(earlier.count).unwrap_or(MOST_TURNS) + 1;
    if turn > MOST_TURNS {
        return Err(Refusal::ServiceRequestsUsedUp { limit: MOST_TURNS }.into());
    }
    let id = ctx.ids.uuid().to_string();
    let new = New {
        id: &id,
        account,
        application,
        request,
        turn,
        now,
    };
    if service_request::insert(tx, &new).await? {
        return Ok(id);
    }
    // Somebody was faster between the look and the write.
    let now_there = service_request::asked(tx, account, request).await?;
    Err(match now_there.open {
        Some(open) => Refusal::ServiceRequestExists {
            service_request: open.name(),
        }
        .into(),
        None => Error::InFlight,
    })
}
