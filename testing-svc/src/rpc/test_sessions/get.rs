//! GetTestSession: to everybody who is signed in, with the seats that are left now.

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetTestSessionRequest>,
) -> Result<pb::TestSession> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(name) = parse::nested(&mut violations, "name", parse::SESSION, &pb.name) else {
        return Err(violations.into());
    };
    let offer = store::test_session::find(ctx.db.read(), name.id, ctx.clock.now())
        .await?
        .filter(|it| it.session.stage == name.parent && it.session.campaign == name.campaign);
    offer.as_ref().map(written).ok_or(Error::NotFound(pb.name))
}
