//! Makes a news item: a draft, one for later, or one for now.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::store::news_item::{self, Kept};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateNewsItemRequest>,
) -> Result<pb::NewsItem> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let Some(sent) = &pb.news_item else {
        return Err(Violations::one("news_item", "REQUIRED").into());
    };
    let mut violations = Violations::new();
    let item = message::read(&mut violations, sent);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateNewsItem",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(item) => return Ok(item),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let kept = Kept {
        id: ctx.ids.uuid().to_string(),
        item,
        create_time: now,
        update_time: now,
        version: 1,
    };
    news_item::insert(write.tx(), &kept).await?;
    let answer = message::of(&kept, now);
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "CreateNewsItem",
        &answer.name,
        answer.state().as_str_name(),
    )
    .await?;
    write.commit(answer).await
}
