//! Documents: announced, uploaded, checked, shown, taken out.

pub mod check;
mod create;
mod delete;
mod download;
mod get;
pub mod incoming;
mod list;
mod message;
mod reach;
mod upload;

use std::sync::Arc;

use proto::google::api::HttpBody;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::documents_server;
use tonic::{Request, Response, Status, Streaming};

use crate::Context;

#[derive(Clone)]
pub struct Documents(pub Arc<Context>);

#[async_trait::async_trait]
impl documents_server::Documents for Documents {
    async fn create_document(
        &self,
        request: Request<pb::CreateDocumentRequest>,
    ) -> Result<Response<pb::Document>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn upload_document(
        &self,
        request: Request<Streaming<pb::UploadDocumentRequest>>,
    ) -> Result<Response<pb::Document>, Status> {
        Ok(Response::new(upload::upload(&self.0, request).await?))
    }

    type DownloadDocumentStream =
        futures_util::stream::BoxStream<'static, Result<HttpBody, Status>>;

    async fn download_document(
        &self,
        request: Request<pb::DownloadDocumentRequest>,
    ) -> Result<Response<Self::DownloadDocumentStream>, Status> {
        Ok(Response::new(download::download(&self.0, request).await?))
    }

    async fn get_document(
        &self,
        request: Request<pb::GetDocumentRequest>,
    ) -> Result<Response<pb::Document>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_documents(
        &self,
        request: Request<pb::ListDocumentsRequest>,
    ) -> Result<Response<pb::ListDocumentsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn delete_document(
        &self,
        request: Request<pb::DeleteDocumentRequest>,
    ) -> Result<Response<pb::Document>, Status> {
        Ok(Response::new(delete::delete(&self.0, request).await?))
    }
}
