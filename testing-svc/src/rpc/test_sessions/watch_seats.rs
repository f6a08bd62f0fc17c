//! WatchSeats: how many seats a session has left, as they change.

use std::time::Duration;

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::listener::{Listener, Stream};
use crate::rpc::parse;
use crate::{Context, store};

pub async fn watch(
    ctx: &Context,
    request: Request<pb::WatchSeatsRequest>,
) -> Result<Stream<pb::SeatsLeft>> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(name) = parse::nested(&mut violations, "name", parse::SESSION, &pb.name) else {
        return Err(violations.into());
    };
    let now = ctx.clock.now();
    let offer = store::test_session::find(ctx.db.read(), name.id, now)
        .await?
        .filter(|it| it.session.stage == name.parent && it.session.campaign == name.campaign)
        .ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    let seen = ctx
        .watched
        .listen(name.id, offer.seats_left, now)
        .ok_or(Error::Busy(Duration::from_secs(30)))?;
    // Whoever came before is told what was just read.
    ctx.watched.tell(&[(name.id, offer.seats_left)]);
    let listener = Listener::new(seen, told(&pb.resume_token), &ctx.clock);
    Ok(listener.stream(move |seats_left| pb::SeatsLeft {
        session: pb.name.clone(),
        seats_left,
        resume_token: token(seats_left),
    }))
}

/// What a token stands for is the number itself: whoever comes back hears only of another.
fn token(seats_left: i32) -> String {
    format!("s{seats_left}")
}

/// A token of anybody else is as good as none.
fn told(token: &str) -> Option<i32> {
    token.strip_prefix('s')?.parse().ok()
}
