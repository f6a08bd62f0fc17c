//! Working days, as terms are counted by them.

mod get;
mod import;
mod parse;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct WorkCalendars(Arc<Context>);

impl WorkCalendars {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

#[tonic::async_trait]
impl pb::work_calendars_server::WorkCalendars for WorkCalendars {
    async fn get_work_calendar(
        &self,
        request: Request<pb::GetWorkCalendarRequest>,
    ) -> Result<Response<pb::WorkCalendar>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn import_work_calendar(
        &self,
        request: Request<pb::ImportWorkCalendarRequest>,
    ) -> Result<Response<pb::ImportWorkCalendarResponse>, Status> {
        Ok(Response::new(import::import(&self.0, request).await?))
    }
}
