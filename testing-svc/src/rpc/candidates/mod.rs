//! Candidates: who takes part, by a number instead of a name.

mod get;
mod list;

use std::sync::Arc;

use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::domain::eligibility::{Eligibility, candidate_name};

#[derive(Clone)]
pub struct Candidates(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::candidates_server::Candidates for Candidates {
    async fn get_candidate(
        &self,
        request: Request<pb::GetCandidateRequest>,
    ) -> Result<Response<pb::Candidate>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_candidates(
        &self,
        request: Request<pb::ListCandidatesRequest>,
    ) -> Result<Response<pb::ListCandidatesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}

/// Without the person.
fn written(candidate: &Eligibility) -> pb::Candidate {
    let number = candidate.candidate_number.clone().unwrap_or_default();
    pb::Candidate {
        name: candidate_name(&candidate.campaign, &number),
        candidate_number: number,
        direction: candidate.direction.clone(),
        stage_number: candidate.stage_number,
    }
}
