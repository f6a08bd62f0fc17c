//! Shows a dictionary.

use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use super::newest::{newest, number};
use crate::Context;
use crate::rpc::name;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetDictionaryRequest>,
) -> Result<pb::Dictionary> {
    let pb = request.into_inner();
    let id = name::dictionary("name", &pb.name)?;
    let on = ctx.db.read();
    let not_found = || Error::NotFound(pb.name.clone());
    let all = ctx.catalogue.dictionaries(on, ctx.clock.now()).await?;
    let dictionary = all.find(id).ok_or_else(not_found)?;
    let (next, _) = newest(on, id).await?.ok_or_else(not_found)?;
    Ok(message::of(dictionary, number(&next)))
}
