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
    let (db, now) = (ctx.db.read(), ctx.clock.now());
    let mut offer = store::test_session::find(db, name.id, now)
        .await?
        .filter(|it| it.session.stage == name.parent && it.session.campaign == name.campaign)
        .ok_or(Error::NotFound(pb.name))?;
    offer.quotas = store::quota::of_one(db, name.id, now).await?;
    Ok(written(&offer))
}
