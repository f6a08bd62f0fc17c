//! Allocation runs: asked for, looked at, replayed, and published under a signature. A job makes them.
//!
//! | file | what is shared |
//! |---|---|
//! | [`publication`] | what is signed to publish a run, and whether it could be published now |
//! | [`terms`] | the terms of a run, read and written |

mod compare;
mod create;
mod download;
mod get;
mod list;
mod publication;
mod publish;
mod terms;
mod verify;

use std::sync::Arc;

use chassis::clock::to_pb;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::paper::Bytes;
use super::parse;
use crate::domain::admission::run::{Made, Run, State};
use crate::domain::allocation::check::Findings;
use crate::{Context, store};

#[derive(Clone)]
pub struct AllocationRuns(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::allocation_runs_server::AllocationRuns for AllocationRuns {
    async fn create_allocation_run(
        &self,
        request: Request<pb::CreateAllocationRunRequest>,
    ) -> std::result::Result<Response<pb::AllocationRun>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_allocation_run(
        &self,
        request: Request<pb::GetAllocationRunRequest>,
    ) -> std::result::Result<Response<pb::AllocationRun>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_allocation_runs(
        &self,
        request: Request<pb::ListAllocationRunsRequest>,
    ) -> std::result::Result<Response<pb::ListAllocationRunsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_allocation_comparison(
        &self,
        request: Request<pb::GetAllocationComparisonRequest>,
    ) -> std::result::Result<Response<pb::AllocationComparison>, Status> {
        Ok(Response::new(compare::get(&self.0, request).await?))
    }

    async fn verify_allocation_run(
        &self,
        request: Request<pb::VerifyAllocationRunRequest>,
    ) -> std::result::Result<Response<pb::AllocationVerification>, Status> {
        Ok(Response::new(verify::verify(&self.0, request).await?))
    }

    type DownloadAllocationRunStream = Bytes;

    async fn download_allocation_run(
        &self,
        request: Request<pb::DownloadAllocationRunRequest>,
    ) -> std::result::Result<Response<Self::DownloadAllocationRunStream>, Status> {
        Ok(Response::new(download::download(&self.0, request).await?))
    }

    async fn get_publication_content(
        &self,
        request: Request<pb::GetPublicationContentRequest>,
    ) -> std::result::Result<Response<pb::PublicationContent>, Status> {
        Ok(Response::new(publication::get(&self.0, request).await?))
    }

    async fn publish_allocation_run(
        &self,
        request: Request<pb::PublishAllocationRunRequest>,
    ) -> std::result::Result<Response<pb::AllocationRun>, Status> {
        Ok(Response::new(publish::publish(&self.0, request).await?))
    }
}

/// The run of this name.
async fn named(ctx: &Context, name: &str) -> Result<Run> {
    let mut violations = Violations::new();
    let parts = parse::below_campaign(&mut violations, "name", parse::ALLOCATION_RUN, name);
    match parts {
        Some((campaign, id)) => find(ctx, &campaign, id, name).await,
        None => Err(violations.into()),
    }
}

async fn find(ctx: &Context, campaign: &str, id: Uuid, name: &str) -> Result<Run> {
    let found = store::allocation_run::find(ctx.db.read(), id).await?;
    let found = found.filter(|run| run.campaign == campaign);
    found.ok_or_else(|| Error::NotFound(name.to_owned()))
}

fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn written_findings(it: &Findings) -> pb::AllocationFindings {
    pb::AllocationFindings {
        wrongly_placed: whole(it.wrongly_placed),
        unasked: whole(it.unasked),
        passed_over: whole(it.passed_over),
        left_empty: whole(it.left_empty),
    }
}

/// By whose signature a run was published.
pub(super) fn sealed(run: &Run) -> Option<pb::AllocationSeal> {
    let seal = run.published.as_ref()?.seal.as_ref()?;
    let made = run.made.as_ref()?;
    Some(pb::AllocationSeal {
        allocation_run: run.name(),
        round: run.round,
        rules_version: whole(made.rules),
        seed: hex::encode(run.seed),
        input_hash: made.input_hash.clone(),
        record_hash: made.record_hash.clone(),
        content: seal.content.clone().into(),
        cms_sha256: seal.cms_sha256.clone(),
        signature: seal.signature.clone(),
        organisation: format!("signingOrganisations/{}", seal.organisation),
        sign_time: Some(to_pb(seal.signed)),
    })
}

fn written(run: &Run) -> pb::AllocationRun {
    use pb::allocation_run::State as Wire;
    let state = match run.made.as_ref().map(|made| made.state) {
        None => Wire::Pending,
        Some(State::Checked) => Wire::Checked,
        Some(State::Withheld) => Wire::Withheld,
    };
    let published = run.published.as_ref();
    let answer = pb::AllocationRun {
        name: run.name(),
        terms: Some(terms::written(&run.agreed)),
        seed: hex::encode(run.seed),
        round: run.round,
        state: state.into(),
        create_time: Some(to_pb(run.created)),
        publish_time: published.map(|it| to_pb(it.time)),
        results_time: published.map(|it| to_pb(it.times.results)),
        reply_expire_time: published.map(|it| to_pb(it.times.reply_until)),
        seal: sealed(run),
        ..pb::AllocationRun::default()
    };
    match &run.made {
        None => answer,
        Some(made) => with(answer, made),
    }
}

fn with(answer: pb::AllocationRun, made: &Made) -> pb::AllocationRun {
    pb::AllocationRun {
        rules_version: whole(made.rules),
        input_hash: made.input_hash.clone(),
        record_hash: made.record_hash.clone(),
        findings: Some(written_findings(&made.findings)),
        specialty_count: whole(made.specialties),
        applicant_count: whole(made.applicants),
        placed_count: whole(made.placed),
        unranked_count: whole(made.unranked),
        finish_time: Some(to_pb(made.finished)),
        faults: made.faults.clone(),
        ..answer
    }
}
