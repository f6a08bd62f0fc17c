//! GetRoom: to everybody who is signed in.

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{wishes, written};
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetRoomRequest>) -> Result<pb::Room> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some((center, id)) = wishes::room(&mut violations, "name", &pb.name) else {
        return Err(violations.into());
    };
    let room = store::room::find(ctx.db.read(), id)
        .await?
        .filter(|room| room.center == center);
    room.as_ref().map(written).ok_or(Error::NotFound(pb.name))
}
