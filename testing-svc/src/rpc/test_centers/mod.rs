//! TestCenters: places where stages are sat.

mod create;
mod get;
mod list;
mod update;

use std::sync::Arc;

use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::{enums, parse};
use crate::Context;
use crate::domain::test_center::TestCenter;

#[derive(Clone)]
pub struct TestCenters(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::test_centers_server::TestCenters for TestCenters {
    async fn create_test_center(
        &self,
        request: Request<pb::CreateTestCenterRequest>,
    ) -> Result<Response<pb::TestCenter>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_test_center(
        &self,
        request: Request<pb::GetTestCenterRequest>,
    ) -> Result<Response<pb::TestCenter>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_test_centers(
        &self,
        request: Request<pb::ListTestCentersRequest>,
    ) -> Result<Response<pb::ListTestCentersResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn update_test_center(
        &self,
        request: Request<pb::UpdateTestCenterRequest>,
    ) -> Result<Response<pb::TestCenter>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }
}

fn written(center: &TestCenter) -> pb::TestCenter {
    pb::TestCenter {
        name: center.name(),
        title: Some(enums::localized(&center.title)),
        address: center.address.as_ref().map(enums::localized),
        mode: enums::mode(center.mode).into(),
        time_zone: center.time_zone.clone(),
        etag: parse::written_etag(center.version),
    }
}
