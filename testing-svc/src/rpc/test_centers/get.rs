//! GetTestCenter: to everybody who is signed in.

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetTestCenterRequest>,
) -> Result<pb::TestCenter> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(id) = parse::test_center(&mut violations, "name", &pb.name) else {
        return Err(violations.into());
    };
    let center = store::test_center::find(ctx.db.read(), id).await?;
    center.as_ref().map(written).ok_or(Error::NotFound(pb.name))
}
