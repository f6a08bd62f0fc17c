//! Review tasks: the table of contents, and what their calls have in common.

mod accept;
pub mod claim;
pub mod correction;
pub mod decide;
pub mod from_pb;
mod get;
mod get_dossier;
mod list;
mod reject;
mod release;
mod renew_claim;
mod request_correction;
pub mod task_filter;
pub mod to_pb;

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::database::Tx;
use chassis::error::{Error, Result};
use chassis::name;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::Context;
use crate::domain::opinion::SecondOpinion;
use crate::domain::task::Actor;
use crate::store::task::{self, Kept};

#[derive(Clone)]
pub struct ReviewTasks(Arc<Context>);

impl ReviewTasks {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::review_tasks_server::ReviewTasks for ReviewTasks {
    async fn list_review_tasks(
        &self,
        request: Request<pb::ListReviewTasksRequest>,
    ) -> Answer<pb::ListReviewTasksResponse> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_review_task(
        &self,
        request: Request<pb::GetReviewTaskRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn claim_review_task(
        &self,
        request: Request<pb::ClaimReviewTaskRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(claim::claim(&self.0, request).await?))
    }

    async fn renew_claim(&self, request: Request<pb::RenewClaimRequest>) -> Answer<pb::ReviewTask> {
        Ok(Response::new(renew_claim::renew(&self.0, request).await?))
    }

    async fn release_review_task(
        &self,
        request: Request<pb::ReleaseReviewTaskRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(release::release(&self.0, request).await?))
    }

    async fn get_dossier(&self, request: Request<pb::GetDossierRequest>) -> Answer<pb::Dossier> {
        Ok(Response::new(get_dossier::get(&self.0, request).await?))
    }

    async fn accept_application(
        &self,
        request: Request<pb::AcceptApplicationRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(accept::accept(&self.0, request).await?))
    }

    async fn reject_application(
        &self,
        request: Request<pb::RejectApplicationRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(reject::reject(&self.0, request).await?))
    }

    async fn request_correction(
        &self,
        request: Request<pb::RequestCorrectionRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(
            request_correction::request(&self.0, request).await?,
        ))
    }
}

/// The task that a request names, to be looked up; what is wrong with the name is noted.
pub fn task_id(violations: &mut Violations, name: &str) -> Option<Named> {
    let Some([id]) = name::capture::<1>("reviewTasks/*", name) else {
        violations.add("name", "INVALID_NAME");
        return None;
    };
    Some(Named(Uuid::parse_str(id).ok()))
}

/// A request id that is none is told together with all else that is wrong.
pub fn request_id(violations: &mut Violations, request_id: &str) {
    if request_id.is_empty() {
        violations.add("request_id", "REQUIRED");
    } else if Uuid::parse_str(request_id).is_err() {
        violations.add("request_id", "INVALID_REQUEST_ID");
    }
}

/// The name and the request id of a call that has nothing else.
pub fn parse(name: &str, id: &str) -> Result<Named> {
    let mut violations = Violations::new();
    let named = task_id(&mut violations, name);
    request_id(&mut violations, id);
    match named {
        Some(named) if violations.is_empty() => Ok(named),
        _ => Err(violations.into()),
    }
}

/// A name of the right shape; one whose id can't be ours leads to no task.
#[derive(Clone, Copy)]
pub struct Named(pub Option<Uuid>);

impl Named {
    pub async fn find(self, ctx: &Context, name: &str) -> Result<Kept> {
        let found = match self.0 {
            Some(id) => task::find(ctx.db.read(), id).await?,
            None => None,
        };
        found.ok_or_else(|| Error::NotFound(name.to_owned()))
    }

    pub async fn lock(self, tx: &Tx, name: &str) -> Result<Kept> {
        let found = match self.0 {
            Some(id) => task::lock(tx, id).await?,
            None => None,
        };
        found.ok_or_else(|| Error::NotFound(name.to_owned()))
    }
}

/// Who acts on a task, and as what; whoever is both an expert and a campaign manager acts as the second.
pub fn actor<'a>(caller: &Caller, account: &'a str) -> Actor<'a> {
    match caller.has(Role::CampaignManager) {
        true => Actor::CampaignManager(account),
        false => Actor::Expert(account),
    }
}

fn second_opinion(asked: bool) -> SecondOpinion {
    match asked {
        true => SecondOpinion::Needed,
        false => SecondOpinion::NotNeeded,
    }
}

/// Who an expert is in claims and decisions: `accounts/{account}`.
pub fn expert(caller: &Caller) -> Result<String> {
    Ok(caller.person()?.name())
}
