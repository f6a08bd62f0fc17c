//! Stages: the stages of a campaign and their terms.

mod create;
mod fields;
mod get;
mod list;
pub mod rule;
mod terms;
mod update;

use std::sync::Arc;

use chassis::clock::to_pb;
use jiff::SignedDuration;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::{enums, parse};
use crate::Context;
use crate::domain::stage::{Place, Sat, Stage};

#[derive(Clone)]
pub struct Stages(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::stages_server::Stages for Stages {
    async fn create_stage(
        &self,
        request: Request<pb::CreateStageRequest>,
    ) -> Result<Response<pb::Stage>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_stage(
        &self,
        request: Request<pb::GetStageRequest>,
    ) -> Result<Response<pb::Stage>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_stages(
        &self,
        request: Request<pb::ListStagesRequest>,
    ) -> Result<Response<pb::ListStagesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn update_stage(
        &self,
        request: Request<pb::UpdateStageRequest>,
    ) -> Result<Response<pb::Stage>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }
}

/// With the terms that hold, whether or not they were set.
fn written(stage: &Stage) -> pb::Stage {
    pb::Stage {
        name: stage.name(),
        number: stage.number,
        title: Some(enums::localized(&stage.title)),
        hold_duration: Some(length(stage.terms.hold)),
        change_notice: Some(length(stage.terms.change_notice)),
        max_changes: Some(stage.terms.max_changes),
        early_start: Some(length(stage.terms.early_start)),
        late_start: Some(length(stage.terms.late_start)),
        launch_url: stage.launch_url.clone(),
        etag: parse::written_etag(stage.version),
        advance_rule: stage.selection.rule.as_ref().map(rule::written),
        score_scale: stage.selection.scale.as_ref().map(rule::written_scale),
        appeal_term: Some(length(stage.selection.appeal_term)),
        without_sitting: stage.selection.sat == Sat::Never,
        last_stage: stage.selection.place == Place::Last,
        membership_years: Some(stage.selection.membership_years.into()),
        publish_time: stage.published.map(to_pb),
        certificate_terms: stage.selection.terms.as_ref().map(terms::written),
        permit_note: stage.permit_note.as_ref().map(enums::localized),
    }
}

pub(super) fn length(length: SignedDuration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: length.as_secs(),
        nanos: length.subsec_nanos(),
    }
}
