//! StreamRoster: who sits a session, by numbers, a page in memory at a time.

use std::sync::Arc;

use chassis::Result;
use chassis::caller::Caller;
use chassis::violation::Violations;
use proto::partner::v1 as pb;
use tonic::Request;

use super::{examiner, own_session};
use crate::Context;
use crate::rpc::parse;
use crate::rpc::test_sessions::roster::{self, Roster, Stream};

pub async fn stream(
    ctx: &Arc<Context>,
    request: Request<pb::StreamRosterRequest>,
) -> Result<Stream> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::SESSION, &pb.parent);
    let after = roster::resumed(&mut violations, &pb.resume_token);
    let (Some(name), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let partner = examiner(ctx, &caller)?;
    let session = own_session(ctx, partner, &name, &pb.parent).await?;
    roster::note_look(ctx, &caller, "StreamRoster", &session.name()).await?;
    Ok(roster::lines(Roster::of(ctx, session.id, after)))
}
