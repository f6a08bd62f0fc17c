//! Takes a request back, until the college decided.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::{etag, name};
use crate::store::service_request;

pub async fn withdraw(
    ctx: &Context,
    request: Request<pb::WithdrawServiceRequestRequest>,
) -> Result<pb::ServiceRequest> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut wrong = Violations::new();
    etag::check_needed(&mut wrong, "etag", &pb.etag);
    let id = match name::service_request("name", &pb.name) {
        Err(Error::Invalid(found)) => {
            wrong.extend(found);
            return Err(wrong.into());
        }
        id => id?,
    };
    wrong.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "WithdrawServiceRequest",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(request) => return Ok(request),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let ids = [id.to_owned()];
    let found = service_request::lock(tx, &ids).await?.pop();
    let own = found.filter(|kept| kept.name() == pb.name && kept.account == account);
    let mut kept = own.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    let was = kept.request.state.code();
    kept.request.withdraw()?;
    if !service_request::save(tx, &mut kept, ctx.clock.now()).await? {
        return Err(Error::InFlight);
    }
    let rpc = "WithdrawServiceRequest";
    audit::record(tx, &ctx.clock, &caller, rpc, &kept.name(), was).await?;
    write.commit(message::of(&kept)).await
}
