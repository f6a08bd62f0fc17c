//! Shows one of one's own messages.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{meant, show_here};
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetMessageRequest>) -> Result<pb::Message> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (person, id) = meant(&caller, Violations::new(), &pb.name)?;
    let message = store::message::find(ctx.db.read(), person.account, id).await?;
    Ok(show_here(
        ctx,
        &message.ok_or_else(|| Error::NotFound(pb.name.clone()))?,
    ))
}
