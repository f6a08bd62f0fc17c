//! TestSessions: a stage at a time and a place, with seats.

mod create;
mod find_seats;
mod get;
mod list;
mod listener;
mod plan;
mod read;
pub(super) mod roster;
mod update;
mod watch_seats;
mod watch_stage_seats;

use std::sync::Arc;

use chassis::clock::to_pb;
use listener::Stream;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::{enums, parse};
use crate::Context;
use crate::domain::quota::Quota;
use crate::domain::session::CheckIn;
use crate::domain::{room, test_center};
use crate::store::test_session::Offer;

#[derive(Clone)]
pub struct TestSessions(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::test_sessions_server::TestSessions for TestSessions {
    async fn create_test_session(
        &self,
        request: Request<pb::CreateTestSessionRequest>,
    ) -> Result<Response<pb::TestSession>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_test_session(
        &self,
        request: Request<pb::GetTestSessionRequest>,
    ) -> Result<Response<pb::TestSession>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_test_sessions(
        &self,
        request: Request<pb::ListTestSessionsRequest>,
    ) -> Result<Response<pb::ListTestSessionsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn update_test_session(
        &self,
        request: Request<pb::UpdateTestSessionRequest>,
    ) -> Result<Response<pb::TestSession>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }

    async fn find_seats(
        &self,
        request: Request<pb::FindSeatsRequest>,
    ) -> Result<Response<pb::FindSeatsResponse>, Status> {
        Ok(Response::new(find_seats::find(&self.0, request).await?))
    }

    type WatchSeatsStream = Stream<pb::SeatsLeft>;

    async fn watch_seats(
        &self,
        request: Request<pb::WatchSeatsRequest>,
    ) -> Result<Response<Self::WatchSeatsStream>, Status> {
        Ok(Response::new(watch_seats::watch(&self.0, request).await?))
    }

    type WatchStageSeatsStream = Stream<pb::StageSeatsLeft>;

    async fn watch_stage_seats(
        &self,
        request: Request<pb::WatchStageSeatsRequest>,
    ) -> Result<Response<Self::WatchStageSeatsStream>, Status> {
        let stream = watch_stage_seats::watch(&self.0, request).await?;
        Ok(Response::new(stream))
    }

    async fn list_roster(
        &self,
        request: Request<pb::ListRosterRequest>,
    ) -> Result<Response<pb::ListRosterResponse>, Status> {
        Ok(Response::new(roster::list(&self.0, request).await?))
    }

    type StreamRosterStream = roster::Stream;

    async fn stream_roster(
        &self,
        request: Request<pb::StreamRosterRequest>,
    ) -> Result<Response<Self::StreamRosterStream>, Status> {
        Ok(Response::new(roster::stream(&self.0, request).await?))
    }
}

fn written(offer: &Offer) -> pb::TestSession {
    let session = &offer.session;
    pb::TestSession {
        name: session.name(),
        start_time: Some(to_pb(session.start)),
        end_time: Some(to_pb(session.end)),
        center: test_center::name(session.center),
        capacity: session.capacity,
        seats_left: offer.seats_left,
        language: session.language.map_or(0, |it| enums::language(it).into()),
        check_in_required: session.check_in == CheckIn::Required,
        etag: parse::written_etag(session.version),
        room: session
            .room
            .map(|id| room::name(session.center, id))
            .unwrap_or_default(),
        quotas: offer.quotas.iter().map(written_quota).collect(),
        extra_time_percent: session.extra_time_percent,
        closed: session.closed,
    }
}

fn written_quota(quota: &Quota) -> pb::Quota {
    pb::Quota {
        id: quota.id.clone(),
        kind: enums::quota_kind(quota.kind).into(),
        value: quota.value.clone(),
        size: quota.size,
        seats_left: quota.seats_left(),
        release_notice: quota.release.notice.map(|notice| prost_types::Duration {
            seconds: notice.as_secs(),
            nanos: notice.subsec_nanos(),
        }),
    }
}
