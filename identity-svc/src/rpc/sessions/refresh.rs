//! Trades a refresh token for a new pair. The token itself makes a repeat safe: it is good once,
//! and once more while nothing of the answer was used. So no answer is kept under the request id.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::Tokens;
use crate::domain::refusal::Refusal;
use crate::domain::session::Trade;
use crate::rpc::check_request_id;
use crate::secrets::token_hash;
use crate::{Context, store};

pub async fn refresh(
    ctx: &Context,
    request: Request<pb::RefreshSessionRequest>,
) -> Result<pb::Session> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    violations.text("refresh_token", &pb.refresh_token, 128);
    violations.into_result()?;

    let ended = || Error::Unauthenticated("SESSION_ENDED");
    let refresh_hash = token_hash(pb.refresh_token.trim());
    let known = store::session::by_refresh_token(ctx.db.read(), &refresh_hash).await?;
    let (id, token) = known.ok_or_else(ended)?;
    let tx = ctx.db.begin().await?;
    let now = ctx.clock.now();
    let mut session = store::session::lock(&tx, id).await?.ok_or_else(ended)?;
    let newest_was_used = store::session::was_used(&tx, id, session.generation).await?;
    match session.trade(&token, newest_was_used, now) {
        Trade::Next(generation) | Trade::Again(generation) => {
            session.generation = generation;
            store::session::mark_used(&tx, &refresh_hash).await?;
            let tokens = Tokens::issue(ctx, &tx, &mut session, now).await?;
            ctx.db.commit(tx).await?;
            Ok(tokens.show_with(&session, now))
        }
        Trade::Over => Err(ended()),
        Trade::Stolen => {
            store::session::end(&tx, id, now).await?;
            let why = "a used refresh token came back";
            audit::record(&tx, &ctx.clock, &caller, "EndSession", &session.name(), why).await?;
            ctx.db.commit(tx).await?;
            tracing::warn!(session = %id, "a used refresh token came back: the session was ended");
            Err(Refusal::RefreshTokenReused.into())
        }
    }
}
