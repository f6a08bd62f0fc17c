//! Signed acts of colleges: prepared, signed, looked at; and the log of those that happened.
//!
//! | file | what is shared |
//! |---|---|
//! | [`asked`] | the act that was sent, and everything wrong with it |
//! | [`effect`] | what each act does, tried before it is signed and done by the signature |

mod asked;
mod download_log;
mod effect;
mod get;
mod list;
mod list_log_entries;
mod message;
mod prepare;
mod sign;

pub use effect::must_be_a_college;

use std::sync::Arc;

use futures_util::stream::BoxStream;
use proto::google::api::HttpBody;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::board_actions_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct BoardActions(pub Arc<Context>);

#[async_trait::async_trait]
impl board_actions_server::BoardActions for BoardActions {
    async fn prepare_board_action(
        &self,
        request: Request<pb::PrepareBoardActionRequest>,
    ) -> Result<Response<pb::BoardAction>, Status> {
        Ok(Response::new(prepare::prepare(&self.0, request).await?))
    }

    async fn sign_board_action(
        &self,
        request: Request<pb::SignBoardActionRequest>,
    ) -> Result<Response<pb::BoardAction>, Status> {
        Ok(Response::new(sign::sign(&self.0, request).await?))
    }

    async fn get_board_action(
        &self,
        request: Request<pb::GetBoardActionRequest>,
    ) -> Result<Response<pb::BoardAction>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_board_actions(
        &self,
        request: Request<pb::ListBoardActionsRequest>,
    ) -> Result<Response<pb::ListBoardActionsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn list_board_log_entries(
        &self,
        request: Request<pb::ListBoardLogEntriesRequest>,
    ) -> Result<Response<pb::ListBoardLogEntriesResponse>, Status> {
        let answer = list_log_entries::list(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    type DownloadBoardLogStream = BoxStream<'static, Result<HttpBody, Status>>;

    async fn download_board_log(
        &self,
        request: Request<pb::DownloadBoardLogRequest>,
    ) -> Result<Response<Self::DownloadBoardLogStream>, Status> {
        let file = download_log::download(&self.0, request).await?;
        Ok(Response::new(file))
    }
}
