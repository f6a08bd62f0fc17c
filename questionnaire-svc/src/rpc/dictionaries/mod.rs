//! Dictionaries: the options of choice fields, open to everybody, imported by campaign managers.

mod create;
mod get;
mod import_entries;
mod list;
mod list_entries;
mod list_versions;
mod message;
mod newest;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::dictionaries_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Dictionaries(pub Arc<Context>);

#[async_trait::async_trait]
impl dictionaries_server::Dictionaries for Dictionaries {
    async fn list_dictionaries(
        &self,
        request: Request<pb::ListDictionariesRequest>,
    ) -> Result<Response<pb::ListDictionariesResponse>, Status> {
        let answer = list::list(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn list_dictionary_entries(
        &self,
        request: Request<pb::ListDictionaryEntriesRequest>,
    ) -> Result<Response<pb::ListDictionaryEntriesResponse>, Status> {
        let answer = list_entries::list_entries(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn get_dictionary(
        &self,
        request: Request<pb::GetDictionaryRequest>,
    ) -> Result<Response<pb::Dictionary>, Status> {
        let answer = get::get(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn create_dictionary(
        &self,
        request: Request<pb::CreateDictionaryRequest>,
    ) -> Result<Response<pb::Dictionary>, Status> {
        let answer = create::create(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn import_dictionary_entries(
        &self,
        request: Request<pb::ImportDictionaryEntriesRequest>,
    ) -> Result<Response<pb::DictionaryImport>, Status> {
        let answer = import_entries::import_entries(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn list_dictionary_versions(
        &self,
        request: Request<pb::ListDictionaryVersionsRequest>,
    ) -> Result<Response<pb::ListDictionaryVersionsResponse>, Status> {
        let answer = list_versions::list_versions(&self.0, request).await?;
        Ok(Response::new(answer))
    }
}
