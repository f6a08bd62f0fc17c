//! Told: the result of a stage is out, to each person one.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use jiff::Timestamp;
use proto::events::v1::StageResultPublished;
use proto::wire::v1::LocalizedText;
use uuid::Uuid;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::participant::{Came, Line};
use crate::domain::stage::{Place, Stage};
use crate::domain::stage_result;

pub async fn stage_result_published(
    ctx: &Context,
    tx: &Tx,
    stage: &Stage,
    result: Uuid,
    line: &Line<'_>,
    time: Timestamp,
) -> Result<()> {
    let event = StageResultPublished {
        stage_result: stage_result::name(&stage.campaign, stage.id, result),
        stage: stage.name(),
        campaign: campaign_name(&stage.campaign),
        account: account_name(line.participant.account),
        stage_title: Some(LocalizedText {
            kk: stage.title.kk.clone(),
            ru: stage.title.ru.clone(),
            en: stage.title.en.clone(),
        }),
        advanced: line.came == Came::Advanced,
        last_stage: stage.selection.place == Place::Last,
        publish_time: Some(to_pb(time)),
    };
    let about = event.stage_result.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
