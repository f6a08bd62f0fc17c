//! What people ask, and what is answered.
//!
//! | file | what is shared |
//! |---|---|
//! | [`reader`] | who calls, and the enquiry that a call names |
//! | [`term`] | until when what waits is to be answered |
//! | [`to_pb`] | enquiries as the contract shows them |

mod close;
mod create;
mod get;
mod list;
mod publish;
pub mod reader;
mod reply;
mod term;
mod to_pb;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

/// The most characters of one piece.
const MAX_TEXT: usize = 4_000;

#[derive(Clone)]
pub struct Enquiries(Arc<Context>);

impl Enquiries {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::enquiries_server::Enquiries for Enquiries {
    async fn create_enquiry(
        &self,
        request: Request<pb::CreateEnquiryRequest>,
    ) -> Answer<pb::Enquiry> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_enquiry(&self, request: Request<pb::GetEnquiryRequest>) -> Answer<pb::Enquiry> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_enquiries(
        &self,
        request: Request<pb::ListEnquiriesRequest>,
    ) -> Answer<pb::ListEnquiriesResponse> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn reply_to_enquiry(
        &self,
        request: Request<pb::ReplyToEnquiryRequest>,
    ) -> Answer<pb::Enquiry> {
        Ok(Response::new(reply::reply(&self.0, request).await?))
    }

    async fn close_enquiry(
        &self,
        request: Request<pb::CloseEnquiryRequest>,
    ) -> Answer<pb::Enquiry> {
        Ok(Response::new(close::close(&self.0, request).await?))
    }

    async fn publish_enquiry(
        &self,
        request: Request<pb::PublishEnquiryRequest>,
    ) -> Answer<pb::PublicAnswer> {
        Ok(Response::new(publish::publish(&self.0, request).await?))
    }
}
