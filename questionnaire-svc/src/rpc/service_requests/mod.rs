//! What people ask of colleges besides a place on the state order. What a college does with it, it signs:
//! [`super::board_actions`].
//!
//! | file | what is shared |
//! |---|---|
//! | [`filter`] | which requests a list or a file is to have |
//! | [`message`], [`table`] | requests and places of dormitories as messages; requests as lines of a table |
//! | [`sent`] | a request that was sent, and everything wrong with it |

mod create;
mod download;
mod filter;
mod get;
mod list;
pub mod message;
mod sent;
mod statistics;
mod table;
mod withdraw;

use std::sync::Arc;

use chassis::caller::Caller;
use futures_util::stream::BoxStream;
use proto::google::api::HttpBody;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::service_requests_server;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::store::service_request::Kept;

#[derive(Clone)]
pub struct ServiceRequests(pub Arc<Context>);

#[async_trait::async_trait]
impl service_requests_server::ServiceRequests for ServiceRequests {
    async fn create_service_request(
        &self,
        request: Request<pb::CreateServiceRequestRequest>,
    ) -> Result<Response<pb::ServiceRequest>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_service_request(
        &self,
        request: Request<pb::GetServiceRequestRequest>,
    ) -> Result<Response<pb::ServiceRequest>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_service_requests(
        &self,
        request: Request<pb::ListServiceRequestsRequest>,
    ) -> Result<Response<pb::ListServiceRequestsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    type DownloadServiceRequestsStream = BoxStream<'static, Result<HttpBody, Status>>;

    async fn download_service_requests(
        &self,
        request: Request<pb::DownloadServiceRequestsRequest>,
    ) -> Result<Response<Self::DownloadServiceRequestsStream>, Status> {
        Ok(Response::new(download::download(&self.0, request).await?))
    }

    async fn get_service_request_statistics(
        &self,
        request: Request<pb::GetServiceRequestStatisticsRequest>,
    ) -> Result<Response<pb::ServiceRequestStatistics>, Status> {
        Ok(Response::new(statistics::get(&self.0, request).await?))
    }

    async fn withdraw_service_request(
        &self,
        request: Request<pb::WithdrawServiceRequestRequest>,
    ) -> Result<Response<pb::ServiceRequest>, Status> {
        Ok(Response::new(withdraw::withdraw(&self.0, request).await?))
    }
}

/// Who made it, and its college.
fn may_see(caller: &Caller, kept: &Kept) -> bool {
    let is_of_college =
        |signatory: &chassis::caller::Signatory| signatory.organisation == kept.request.bin;
    caller.is(kept.account) || caller.signatory().is_ok_and(is_of_college)
}
