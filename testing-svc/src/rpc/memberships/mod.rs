//! Memberships: who is in the Reserve, and until when.

mod begin;
mod end;
mod get;
mod list;

use std::sync::Arc;

use chassis::clock::to_pb;
use jiff::civil::Date;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

pub use begin::begin;

use super::{enums, parse};
use crate::Context;
use crate::domain::membership::Membership;

#[derive(Clone)]
pub struct Memberships(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::memberships_server::Memberships for Memberships {
    async fn get_membership(
        &self,
        request: Request<pb::GetMembershipRequest>,
    ) -> Result<Response<pb::Membership>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_memberships(
        &self,
        request: Request<pb::ListMembershipsRequest>,
    ) -> Result<Response<pb::ListMembershipsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn end_membership(
        &self,
        request: Request<pb::EndMembershipRequest>,
    ) -> Result<Response<pb::Membership>, Status> {
        Ok(Response::new(end::end(&self.0, request).await?))
    }
}

/// As it stands on this day.
fn written(member: &Membership, day: Date) -> pb::Membership {
    let reason = member.end_reason.map(|it| enums::end_reason(it).into());
    pb::Membership {
        name: member.name(),
        account: format!("accounts/{}", member.account),
        campaign: format!("campaigns/{}", member.campaign),
        direction: member.direction.clone(),
        start_date: Some(enums::date(member.start)),
        end_date: Some(enums::date(member.end)),
        state: enums::membership_state(member.state_on(day)).into(),
        end_reason: reason.unwrap_or_default(),
        finish_time: member.ended.map(to_pb),
        candidate_number: member.candidate_number.clone(),
        etag: parse::written_etag(member.version),
    }
}
