//! Appeals: a person disputes a published result.

mod decide;
mod file;
mod get;
mod list;
mod publish;

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::{enums, parse};
use crate::Context;
use crate::domain::appeal::{Appeal, Decided, State};
use crate::domain::score::Score;
use crate::domain::stage_result;

#[derive(Clone)]
pub struct Appeals(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::appeals_server::Appeals for Appeals {
    async fn file_appeal(
        &self,
        request: Request<pb::FileAppealRequest>,
    ) -> Result<Response<pb::Appeal>, Status> {
        Ok(Response::new(file::file(&self.0, request).await?))
    }

    async fn get_appeal(
        &self,
        request: Request<pb::GetAppealRequest>,
    ) -> Result<Response<pb::Appeal>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_appeals(
        &self,
        request: Request<pb::ListAppealsRequest>,
    ) -> Result<Response<pb::ListAppealsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn decide_appeal(
        &self,
        request: Request<pb::DecideAppealRequest>,
    ) -> Result<Response<pb::Appeal>, Status> {
        Ok(Response::new(decide::decide(&self.0, request).await?))
    }

    async fn publish_appeal_decisions(
        &self,
        request: Request<pb::PublishAppealDecisionsRequest>,
    ) -> Result<Response<pb::PublishAppealDecisionsResponse>, Status> {
        Ok(Response::new(publish::publish(&self.0, request).await?))
    }
}

/// What is not published yet is shown to those who decide, and to nobody else.
fn written(appeal: &Appeal, caller: &Caller) -> pb::Appeal {
    let inside = caller.has(Role::CampaignManager);
    let state = match appeal.state() {
        State::Decided if !inside => State::Filed,
        state => state,
    };
    let decided = appeal.decision.as_ref();
    let decided = decided.filter(|_| state != State::Filed);
    let verdict = decided.map(|it| enums::verdict(it.verdict).into());
    pb::Appeal {
        name: appeal.name(),
        stage_result: stage_result::name(&appeal.campaign, appeal.stage, appeal.result),
        candidate_number: appeal.candidate_number.clone(),
        text: appeal.text.clone(),
        state: enums::appeal_state(state).into(),
        decision: verdict.unwrap_or_default(),
        score_delta: decided
            .map(|it| Score::written(it.delta))
            .unwrap_or_default(),
        note: decided.map(|it| it.note.clone()).unwrap_or_default(),
        subject_deltas: decided.map(subject_deltas).unwrap_or_default(),
        advanced: appeal.advanced,
        create_time: Some(to_pb(appeal.filed)),
        publish_time: appeal.published.map(to_pb),
        // That it was decided would show in the version.
        etag: if inside || appeal.published.is_some() {
            parse::written_etag(appeal.version)
        } else {
            parse::written_etag(1)
        },
    }
}

fn subject_deltas(decided: &Decided) -> Vec<pb::SubjectScore> {
    let delta = |(subject, delta): (&String, &Score)| pb::SubjectScore {
        subject: subject.clone(),
        score: delta.written(),
    };
    decided.subjects.iter().map(delta).collect()
}
