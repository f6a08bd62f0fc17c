//! Closures: what can't be used for a while, and who loses a seat by it.

mod create;
mod get;
mod lift;
mod list;

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::domain::closure::Closure;

#[derive(Clone)]
pub struct Closures(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::closures_server::Closures for Closures {
    async fn create_closure(
        &self,
        request: Request<pb::CreateClosureRequest>,
    ) -> Result<Response<pb::Closure>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn lift_closure(
        &self,
        request: Request<pb::LiftClosureRequest>,
    ) -> Result<Response<pb::Closure>, Status> {
        Ok(Response::new(lift::lift(&self.0, request).await?))
    }

    async fn get_closure(
        &self,
        request: Request<pb::GetClosureRequest>,
    ) -> Result<Response<pb::Closure>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_closures(
        &self,
        request: Request<pb::ListClosuresRequest>,
    ) -> Result<Response<pb::ListClosuresResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}

fn written(closure: &Closure) -> pb::Closure {
    pb::Closure {
        name: closure.name(),
        target: closure.target.name.clone(),
        start_time: Some(to_pb(closure.start)),
        end_time: Some(to_pb(closure.end)),
        reason: closure.reason.clone(),
        sessions_hit: closure.sessions_hit,
        bookings_hit: closure.bookings_hit,
        create_time: Some(to_pb(closure.created)),
        lift_time: closure.lifted.map(to_pb),
    }
}
