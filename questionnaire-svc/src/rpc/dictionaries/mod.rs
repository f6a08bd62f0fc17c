//! Dictionaries: the options of choice fields, open to everybody.

mod list;
mod list_entries;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::dictionaries_server;
use tonic::{Request, Response, Status};

#[derive(Clone)]
pub struct Dictionaries;

#[async_trait::async_trait]
impl dictionaries_server::Dictionaries for Dictionaries {
    async fn list_dictionaries(
        &self,
        request: Request<pb::ListDictionariesRequest>,
    ) -> Result<Response<pb::ListDictionariesResponse>, Status> {
        Ok(Response::new(list::list(request)?))
    }

    async fn list_dictionary_entries(
        &self,
        request: Request<pb::ListDictionaryEntriesRequest>,
    ) -> Result<Response<pb::ListDictionaryEntriesResponse>, Status> {
        Ok(Response::new(list_entries::list_entries(request)?))
    }

    async fn get_dictionary(
        &self,
        _: Request<pb::GetDictionaryRequest>,
    ) -> Result<Response<pb::Dictionary>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn create_dictionary(
        &self,
        _: Request<pb::CreateDictionaryRequest>,
    ) -> Result<Response<pb::Dictionary>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn import_dictionary_entries(
        &self,
        _: Request<pb::ImportDictionaryEntriesRequest>,
    ) -> Result<Response<pb::DictionaryImport>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn list_dictionary_versions(
        &self,
        _: Request<pb::ListDictionaryVersionsRequest>,
    ) -> Result<Response<pb::ListDictionaryVersionsResponse>, Status> {
        Err(Status::unimplemented("on its way"))
    }
}
