//! News: made, changed and retired by campaign managers, read by everybody once it is time. Colleges write
//! theirs by signed acts.

mod create;
mod get;
mod list;
pub mod message;
mod retire;
mod update;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::news_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct News(pub Arc<Context>);

#[async_trait::async_trait]
impl news_server::News for News {
    async fn list_news_items(
        &self,
        request: Request<pb::ListNewsItemsRequest>,
    ) -> Result<Response<pb::ListNewsItemsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_news_item(
        &self,
        request: Request<pb::GetNewsItemRequest>,
    ) -> Result<Response<pb::NewsItem>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn create_news_item(
        &self,
        request: Request<pb::CreateNewsItemRequest>,
    ) -> Result<Response<pb::NewsItem>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn update_news_item(
        &self,
        request: Request<pb::UpdateNewsItemRequest>,
    ) -> Result<Response<pb::NewsItem>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }

    async fn retire_news_item(
        &self,
        request: Request<pb::RetireNewsItemRequest>,
    ) -> Result<Response<pb::NewsItem>, Status> {
        Ok(Response::new(retire::retire(&self.0, request).await?))
    }
}
