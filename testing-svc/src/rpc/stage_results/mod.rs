//! Stage results: scores come in, the cut is seen before, and everybody's result is out at once.

mod get;
mod get_cut_preview;
mod get_publication;
pub(super) mod import;
mod list;
mod list_admitted;
mod list_score_changes;
mod publish;
mod publish_session;

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use chassis::error::explain;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::stages::rule;
use super::{enums, parse};
use crate::Context;
use crate::domain::certificate::paper::Line;
use crate::domain::certificate::terms::Subject;
use crate::domain::cut::Cut;
use crate::domain::score::Score;
use crate::domain::stage_result::StageResult;
use crate::store::publication::Publication;

#[derive(Clone)]
pub struct StageResults(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::stage_results_server::StageResults for StageResults {
    async fn import_stage_results(
        &self,
        request: Request<pb::ImportStageResultsRequest>,
    ) -> Result<Response<pb::ImportStageResultsResponse>, Status> {
        Ok(Response::new(import::import(&self.0, request).await?))
    }

    async fn list_score_changes(
        &self,
        request: Request<pb::ListScoreChangesRequest>,
    ) -> Result<Response<pb::ListScoreChangesResponse>, Status> {
        Ok(Response::new(
            list_score_changes::list(&self.0, request).await?,
        ))
    }

    async fn get_cut_preview(
        &self,
        request: Request<pb::GetCutPreviewRequest>,
    ) -> Result<Response<pb::CutPreview>, Status> {
        Ok(Response::new(get_cut_preview::get(&self.0, request).await?))
    }

    async fn publish_stage_results(
        &self,
        request: Request<pb::PublishStageResultsRequest>,
    ) -> Result<Response<pb::StagePublication>, Status> {
        Ok(Response::new(publish::publish(&self.0, request).await?))
    }

    async fn publish_session_results(
        &self,
        request: Request<pb::PublishSessionResultsRequest>,
    ) -> Result<Response<pb::SessionPublication>, Status> {
        Ok(Response::new(
            publish_session::publish(&self.0, request).await?,
        ))
    }

    async fn get_session_publication(
        &self,
        request: Request<pb::GetSessionPublicationRequest>,
    ) -> Result<Response<pb::SessionPublication>, Status> {
        Ok(Response::new(publish_session::get(&self.0, request).await?))
    }

    async fn get_stage_publication(
        &self,
        request: Request<pb::GetStagePublicationRequest>,
    ) -> Result<Response<pb::StagePublication>, Status> {
        Ok(Response::new(get_publication::get(&self.0, request).await?))
    }

    async fn get_stage_result(
        &self,
        request: Request<pb::GetStageResultRequest>,
    ) -> Result<Response<pb::StageResult>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_stage_results(
        &self,
        request: Request<pb::ListStageResultsRequest>,
    ) -> Result<Response<pb::ListStageResultsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn list_admitted(
        &self,
        request: Request<pb::ListAdmittedRequest>,
    ) -> Result<Response<pb::ListAdmittedResponse>, Status> {
        Ok(Response::new(list_admitted::list(&self.0, request).await?))
    }
}

/// Who sees everybody's results, published or not.
fn sees_all(caller: &Caller) -> bool {
    caller.has(Role::ExamDesk) || caller.has(Role::CampaignManager)
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn score(score: Option<Score>) -> String {
    score.map(Score::written).unwrap_or_default()
}

/// In the language of the call.
fn written(result: &StageResult) -> pb::StageResult {
    let told = result.told();
    let category = result.mark().map(|it| enums::in_language(&it.title));
    let explanation = told.map(|(message, mut args)| {
        args.extend(category.map(|it| ("category", it)));
        explain(message, &args)
    });
    let mut answer = pb::StageResult {
        name: result.name(),
        candidate_number: result.candidate_number.clone(),
        direction: result.direction.clone(),
        score: score(result.score),
        total: score(result.total()),
        explanation: explanation.unwrap_or_default(),
        absent: result.absent,
        update_time: result.updated.map(to_pb),
        stage_number: result.stage_number,
        ..pb::StageResult::default()
    };
    if result.score.is_some() {
        answer.appeal_delta = Score(0).written();
    }
    let subjects = result.by_subject();
    let subject = |(subject, line): &(&Subject, Line)| enums::subject_total(&subject.title, line);
    answer.subjects = subjects.iter().map(subject).collect();
    answer.category = result
        .mark()
        .map_or(String::new(), |it| it.category.clone());
    if let Some(published) = &result.published {
        answer.outcome = enums::came(published.came).into();
        answer.cut_score = score(published.cut);
        answer.rank = published.rank;
        answer.competitors = published.competitors;
        answer.advancing = published.advancing;
        answer.publish_time = Some(to_pb(published.time));
        answer.appeal_expire_time = published.appeals_until.map(to_pb);
        if result.score.is_some() {
            answer.appeal_delta = published.delta.written();
        }
    }
    answer
}

/// The cut with its sentence, in the language of the call.
fn written_cut(cut: &Cut) -> pb::DirectionCut {
    let message = match (cut.fewer_than_places(), cut.undecided.is_empty()) {
        _ if cut.competitors == 0 => "CUT_OF_NOBODY",
        (true, _) => "CUT_FEWER_THAN_PLACES",
        (_, false) => "CUT_UNDECIDED",
        _ if cut.advancing == 0 => "CUT_ADMITS_NOBODY",
        _ => "CUT_DECIDED",
    };
    let args = [
        ("competitors", cut.competitors.to_string()),
        ("places", cut.places.to_string()),
        ("advancing", cut.advancing.to_string()),
        ("cut", score(cut.score)),
        ("tied", cut.tied_at_cut.to_string()),
        ("undecided", cut.undecided.len().to_string()),
        ("left", cut.undecided_places.to_string()),
    ];
    pb::DirectionCut {
        direction: cut.direction.clone(),
        competitors: number(cut.competitors),
        places: number(cut.places),
        cut_score: score(cut.score),
        advancing: number(cut.advancing),
        tied_at_cut: number(cut.tied_at_cut),
        undecided_count: number(cut.undecided.len()),
        undecided_places: number(cut.undecided_places),
        undecided_candidates: cut.undecided.clone(),
        fewer_than_places: cut.fewer_than_places(),
        note: explain(message, &args),
    }
}

fn written_publication(campaign: &str, publication: &Publication) -> pb::StagePublication {
    let cuts = &publication.cuts;
    // Between whom the commission chose is nobody's business.
    let public = |cut: &Cut| {
        let decided = Cut {
            undecided: Vec::new(),
            undecided_places: 0,
            ..cut.clone()
        };
        written_cut(&decided)
    };
    pb::StagePublication {
        name: format!(
            "campaigns/{campaign}/stages/{}/publication",
            publication.stage
        ),
        publish_time: Some(to_pb(publication.time)),
        competitors: number(cuts.iter().map(|cut| cut.competitors).sum()),
        advancing: number(cuts.iter().map(|cut| cut.advancing).sum()),
        cuts: cuts.iter().map(public).collect(),
        input_hash: publication.input_hash.clone(),
        stage_etag: parse::written_etag(publication.stage_version),
        advance_rule: Some(rule::written(&publication.rule)),
        appeal_expire_time: publication.appeals_until.map(to_pb),
    }
}
