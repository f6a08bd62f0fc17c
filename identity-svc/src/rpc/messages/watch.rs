//! Follows one's own inbox as it changes.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use futures_util::stream::BoxStream;
use proto::identity::v1 as pb;
use tonic::{Request, Status};

use crate::Context;
use crate::rpc::named;
use crate::rpc::watching::follow::Follower;

pub type Stream = BoxStream<'static, std::result::Result<pb::WatchMessagesResponse, Status>>;

pub async fn watch(
    ctx: &Arc<Context>,
    request: Request<pb::WatchMessagesRequest>,
) -> Result<Stream> {
    let person = Caller::of(&request).person()?.clone();
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let account = if pb.parent == "accounts/me" {
        Some(person.account)
    } else {
        named(&mut violations, "parent", "accounts/*", &pb.parent)
    };
    let after = position(&mut violations, &pb.resume_token);
    violations.into_result()?;
    if account != Some(person.account) {
        return Err(Error::NotFound(pb.parent));
    }
    // The words of the call are its own only until the stream begins.
    let language = chassis::error::language();
    let ear = ctx
        .watching
        .join(ctx, person.account, person.session)
        .await?;
    Ok(Follower::new(ctx.clone(), person.account, language, ear, after).stream())
}

/// Where the listener was; noted where the token is none of ours.
fn position(violations: &mut Violations, token: &str) -> Option<i64> {
    if token.is_empty() {
        return None;
    }
    let number = token.parse::<i64>().ok().filter(|it| *it >= 0);
    if number.is_none() {
        violations.add("resume_token", "INVALID_FORMAT");
    }
    number
}
