//! From one e-mail address to another. Answers and their work never tell whether anybody has the new
//! address: that is looked up later, when the event of the start is taken.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::identity::v1 as pb;
use proto::identity::v1::email_changes_server;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::Context;
use crate::domain::email_change::{EmailChange, State};

mod cancel;
mod create;
mod get;
mod prove;

#[derive(Clone)]
pub struct EmailChanges(Arc<Context>);

impl EmailChanges {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl email_changes_server::EmailChanges for EmailChanges {
    async fn create_email_change(
        &self,
        request: Request<pb::CreateEmailChangeRequest>,
    ) -> Result<Response<pb::EmailChange>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_email_change(
        &self,
        request: Request<pb::GetEmailChangeRequest>,
    ) -> Result<Response<pb::EmailChange>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn prove_email_change(
        &self,
        request: Request<pb::ProveEmailChangeRequest>,
    ) -> Result<Response<pb::EmailChange>, Status> {
        Ok(Response::new(prove::prove(&self.0, request).await?))
    }

    async fn cancel_email_change(
        &self,
        request: Request<pb::CancelEmailChangeRequest>,
    ) -> Result<Response<pb::EmailChange>, Status> {
        Ok(Response::new(cancel::cancel(&self.0, request).await?))
    }
}

/// The account and the change that a name means, where `me` is the caller's own.
fn meant(violations: &mut Violations, caller: &Caller, name: &str) -> Option<(Uuid, Uuid)> {
    let ids = chassis::name::capture::<2>("accounts/*/emailChanges/*", name);
    let ids = ids.and_then(|[account, change]| {
        let account = match caller {
            Caller::Person(person) if account == "me" => person.account,
            _ => Uuid::parse_str(account).ok()?,
        };
        Some((account, Uuid::parse_str(change).ok()?))
    });
    if ids.is_none() {
        let reason = if name.is_empty() {
            "REQUIRED"
        } else {
            "INVALID_NAME"
        };
        violations.add("name", reason);
    }
    ids
}

/// Never the new address, nor whether anybody has it.
fn show(change: &EmailChange, now: Timestamp) -> pb::EmailChange {
    use pb::email_change::State as Wire;
    let state = match change.state(now) {
        State::Pending => Wire::Pending,
        State::Completed => Wire::Completed,
        State::Replaced => Wire::Replaced,
        State::Cancelled => Wire::Cancelled,
        State::Expired => Wire::Expired,
    };
    pb::EmailChange {
        name: change.name(),
        state: state.into(),
        create_time: Some(to_pb(change.created)),
        expire_time: Some(to_pb(change.expires)),
        ..Default::default()
    }
}
