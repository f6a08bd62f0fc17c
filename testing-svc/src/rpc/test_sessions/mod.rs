//! TestSessions: a stage at a time and a place, with seats.

mod create;
mod get;
mod list;

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::{enums, parse};
use crate::Context;
use crate::domain::session::CheckIn;
use crate::domain::test_center;
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
    }
}
