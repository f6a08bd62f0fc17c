//! Takes a news item off the list for good.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::{etag, name};
use crate::store::news_item;

pub async fn retire(
    ctx: &Context,
    request: Request<pb::RetireNewsItemRequest>,
) -> Result<pb::NewsItem> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let id = name::news_item("name", &pb.name)?;
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", &pb.etag);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "RetireNewsItem",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(item) => return Ok(item),
        Once::Begun(write) => write,
    };
    let found = news_item::lock(write.tx(), id).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    kept.item.must_not_be_retired()?;
    let now = ctx.clock.now();
    kept.item.retire_time = Some(now);
    if !news_item::save(write.tx(), &mut kept, now).await? {
        return Err(Error::InFlight);
    }
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "RetireNewsItem",
        &pb.name,
        "",
    )
    .await?;
    write.commit(message::of(&kept, now)).await
}
