//! Shows a news item: a published one to everybody, any to campaign managers and to its college.

use chassis::caller::{Caller, Role};
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::news::{NewsItem, State};
use crate::rpc::name;
use crate::store::news_item;

pub async fn get(ctx: &Context, request: Request<pb::GetNewsItemRequest>) -> Result<pb::NewsItem> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let id = name::news_item("name", &pb.name)?;
    let now = ctx.clock.now();
    let sees_all = |item: &NewsItem| {
        let is_own = item.college.is_some() && item.college == caller.acts_for();
        is_own || caller.has(Role::CampaignManager)
    };
    let found = news_item::find(ctx.db.read(), id).await?;
    let is_seen = |item: &NewsItem| sees_all(item) || item.state(now) == State::Published;
    let kept = found.filter(|kept| is_seen(&kept.item));
    let kept = kept.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    Ok(message::of(&kept, now))
}
