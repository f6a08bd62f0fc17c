//! Told: the result of a stage is out, to each person one.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use proto::events::v1::StageResultPublished;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::participant::Came;
use crate::domain::stage::{Place, Stage};
use crate::domain::stage_result;
use crate::rpc::enums;
use crate::store::stage_result::Untold;

pub async fn stage_result_published(
    ctx: &Context,
    tx: &Tx,
    stage: &Stage,
    result: &Untold,
) -> Result<()> {
    let event = StageResultPublished {
        stage_result: stage_result::name(&stage.campaign, stage.id, result.id),
        stage: stage.name(),
        campaign: campaign_name(&stage.campaign),
        account: account_name(result.account),
        stage_title: Some(enums::localized(&stage.title)),
        advanced: result.came == Came::Advanced && !result.by_appeal,
        last_stage: stage.selection.place == Place::Last,
        publish_time: result.published.or(stage.published).map(to_pb),
        qualified: qualified(stage, result),
    };
    let about = event.stage_result.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}

/// In a stage that measures people by marks, of somebody who sat it: whether one was reached.
fn qualified(stage: &Stage, result: &Untold) -> Option<bool> {
    let terms = stage.selection.terms.as_ref()?;
    let sat = matches!(result.came, Came::Advanced | Came::NotAdvanced);
    let mark = terms.awarded(result.came, &result.direction, result.score);
    (sat && stage.selection.place == Place::More).then_some(mark.is_some())
}
