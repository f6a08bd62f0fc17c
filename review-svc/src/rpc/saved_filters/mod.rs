//! The lists that a person comes back to.

mod create;
mod delete;
mod list;
pub mod to_pb;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct SavedFilters(Arc<Context>);

impl SavedFilters {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::saved_filters_server::SavedFilters for SavedFilters {
    async fn create_saved_filter(
        &self,
        request: Request<pb::CreateSavedFilterRequest>,
    ) -> Answer<pb::SavedFilter> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn list_saved_filters(
        &self,
        request: Request<pb::ListSavedFiltersRequest>,
    ) -> Answer<pb::ListSavedFiltersResponse> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn delete_saved_filter(
        &self,
        request: Request<pb::DeleteSavedFilterRequest>,
    ) -> Answer<pb::SavedFilter> {
        Ok(Response::new(delete::delete(&self.0, request).await?))
    }
}
