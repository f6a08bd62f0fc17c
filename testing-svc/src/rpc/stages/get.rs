//! GetStage: to everybody who is signed in.

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetStageRequest>) -> Result<pb::Stage> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::STAGE, &pb.name);
    let Some((campaign, id)) = name else {
        return Err(violations.into());
    };
    let stage = store::stage::find(ctx.db.read(), id)
        .await?
        .filter(|stage| stage.campaign == campaign);
    stage.as_ref().map(written).ok_or(Error::NotFound(pb.name))
}
