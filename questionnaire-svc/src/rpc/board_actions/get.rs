//! Shows an act of the caller's organisation.

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::board_action;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetBoardActionRequest>,
) -> Result<pb::BoardAction> {
    let organisation = Caller::of(&request).signatory()?.organisation;
    let pb = request.into_inner();
    let id = name::board_action("name", &pb.name)?;
    let found = board_action::find(ctx.db.read(), id).await?;
    let own = found.filter(|action| action.bin == organisation);
    let own = own.map(|action| message::of(&action, ctx.clock.now()));
    own.ok_or(Error::NotFound(pb.name))
}
