//! Makes something to sign. It is shown once and kept as a hash, so a repeat makes another.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use crate::domain::sign_in_challenge::{LIFE, SignInChallenge, content};
use crate::rpc::check_request_id;
use crate::rpc::place::Place;
use crate::rpc::throttle::{Throttle, What};
use crate::secrets::{hash, new_token};
use crate::{Context, store};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateSignInChallengeRequest>,
) -> Result<pb::SignInChallenge> {
    let place = Place::of(ctx, &request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    let throttle = Throttle::of_address(ctx, What::SignInChallenge, &place);
    if let Some(throttle) = &throttle {
        throttle.check(ctx).await?;
    }
    let now = ctx.clock.now();
    let expires = now + LIFE;
    let nonce = new_token(&ctx.ids);
    let content = content(&ctx.config.public_url, nonce.reveal(), expires);
    let challenge = SignInChallenge {
        id: ctx.ids.uuid(),
        content_hash: hash(&content),
        created: now,
        expires,
        used: None,
    };
    let tx = ctx.db.begin().await?;
    store::sign_in_challenge::insert(&tx, &challenge).await?;
    if let Some(throttle) = &throttle {
        throttle.count(ctx, &tx).await?;
    }
    ctx.db.commit(tx).await?;
    Ok(pb::SignInChallenge {
        name: challenge.name(),
        content: content.into(),
        expire_time: Some(to_pb(expires)),
    })
}
