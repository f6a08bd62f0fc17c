//! How somebody comes to the staff: invited by an administrator, accepted by who reads the mail.

use std::sync::Arc;

use chassis::clock::to_pb;
use chassis::{Error, Result as Outcome};
use jiff::Timestamp;
use proto::identity::v1 as pb;
use proto::identity::v1::staff_invitations_server;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::accounts::{Reader, role_to_pb};
use super::language_to_pb;
use crate::domain::account;
use crate::domain::staff_invitation::{StaffInvitation, State};
use crate::{Context, store};

mod accept;
mod create;
mod get;
mod list;
mod revoke;

#[derive(Clone)]
pub struct StaffInvitations(Arc<Context>);

impl StaffInvitations {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl staff_invitations_server::StaffInvitations for StaffInvitations {
    async fn create_staff_invitation(
        &self,
        request: Request<pb::CreateStaffInvitationRequest>,
    ) -> Result<Response<pb::StaffInvitation>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_staff_invitation(
        &self,
        request: Request<pb::GetStaffInvitationRequest>,
    ) -> Result<Response<pb::StaffInvitation>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_staff_invitations(
        &self,
        request: Request<pb::ListStaffInvitationsRequest>,
    ) -> Result<Response<pb::ListStaffInvitationsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn revoke_staff_invitation(
        &self,
        request: Request<pb::RevokeStaffInvitationRequest>,
    ) -> Result<Response<pb::StaffInvitation>, Status> {
        Ok(Response::new(revoke::revoke(&self.0, request).await?))
    }

    async fn accept_staff_invitation(
        &self,
        request: Request<pb::AcceptStaffInvitationRequest>,
    ) -> Result<Response<pb::StaffInvitation>, Status> {
        Ok(Response::new(accept::accept(&self.0, request).await?))
    }
}

const PATTERN: &str = "staffInvitations/*";

/// Only administrators see the address.
fn show(invitation: &StaffInvitation, reader: Reader, now: Timestamp) -> pb::StaffInvitation {
    let email = match reader {
        Reader::Administrator => invitation.email.reveal().clone(),
        Reader::Owner => String::new(),
    };
    let roles = invitation.roles.iter();
    pb::StaffInvitation {
        name: invitation.name(),
        email,
        roles: roles.map(|role| role_to_pb(*role).into()).collect(),
        language: language_to_pb(invitation.language).into(),
        state: state_to_pb(invitation.state(now)).into(),
        inviter: account::name(invitation.inviter),
        account: invitation.account.map(account::name).unwrap_or_default(),
        create_time: Some(to_pb(invitation.created)),
        expire_time: Some(to_pb(invitation.expires)),
    }
}

fn state_to_pb(state: State) -> pb::staff_invitation::State {
    use pb::staff_invitation::State as Wire;
    match state {
        State::Pending => Wire::Pending,
        State::Accepted => Wire::Accepted,
        State::Revoked => Wire::Revoked,
        State::Expired => Wire::Expired,
    }
}

/// What is kept as the answer to a request id: the name only, so that the address is in one place.
fn kept(invitation: Uuid) -> pb::StaffInvitation {
    pb::StaffInvitation {
        name: format!("staffInvitations/{invitation}"),
        ..Default::default()
    }
}

/// Shows the invitation again that a kept answer names.
async fn show_again(
    ctx: &Context,
    kept: &pb::StaffInvitation,
    reader: Reader,
) -> Outcome<pb::StaffInvitation> {
    let gone = || Error::NotFound(kept.name.clone());
    let id = chassis::name::uuid(PATTERN, &kept.name).ok_or_else(gone)?;
    let invitation = store::staff_invitation::find(&ctx.sealer, ctx.db.read(), id).await?;
    Ok(show(&invitation.ok_or_else(gone)?, reader, ctx.clock.now()))
}
