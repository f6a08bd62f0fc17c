//! Changes a news item, its time of publication too.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::{etag, mask, name};
use crate::store::news_item;

const FIELDS: [&str; 4] = ["title", "body", "pinned", "publish_time"];

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateNewsItemRequest>,
) -> Result<pb::NewsItem> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let sent = pb.news_item.clone().unwrap_or_default();
    let mut violations = Violations::new();
    let id = violations.take(
        "news_item.name",
        name::id_of("newsItems/*", &sent.name).ok_or(name::reason(&sent.name)),
    );
    let fields = mask::read(&mut violations, pb.update_mask.as_ref(), &FIELDS);
    etag::check_needed(&mut violations, "news_item.etag", &sent.etag);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "UpdateNewsItem",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(item) => return Ok(item),
        Once::Begun(write) => write,
    };
    let not_found = || Error::NotFound(sent.name.clone());
    let found = news_item::lock(write.tx(), id.unwrap_or_default()).await?;
    let mut kept = found.ok_or_else(not_found)?;
    etag::must_be_current(&sent.etag, kept.version, &sent.name)?;
    // What a college has signed says what it signed.
    if kept.item.college.is_some() {
        return Err(Error::Denied);
    }
    kept.item.must_not_be_retired()?;
    let now = ctx.clock.now();
    let mut next = message::of(&kept, now);
    for field in &fields {
        match *field {
            "title" => next.title = sent.title.clone(),
            "body" => next.body = sent.body.clone(),
            "pinned" => next.pinned = sent.pinned,
            _ => next.publish_time = sent.publish_time,
        }
    }
    let mut violations = Violations::new();
    kept.item = message::read(&mut violations, &next);
    violations.into_result()?;
    if !news_item::save(write.tx(), &mut kept, now).await? {
        return Err(Error::InFlight);
    }
    let detail = fields.join(", ");
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "UpdateNewsItem",
        &sent.name,
        &detail,
    )
    .await?;
    write.commit(message::of(&kept, now)).await
}
