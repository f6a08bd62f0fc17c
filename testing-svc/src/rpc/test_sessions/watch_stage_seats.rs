//! WatchStageSeats: how many seats a stage has left in all, as they change.

use std::time::Duration;

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::listener::{Listener, Stream};
use crate::rpc::parse;
use crate::watched::StageLeft;
use crate::{Context, store};

pub async fn watch(
    ctx: &Context,
    request: Request<pb::WatchStageSeatsRequest>,
) -> Result<Stream<pb::StageSeatsLeft>> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let stage = parse::below_campaign(&mut violations, "name", parse::STAGE, &pb.name);
    let Some((campaign, id)) = stage else {
        return Err(violations.into());
    };
    let (db, now) = (ctx.db.read(), ctx.clock.now());
    store::stage::find(db, id)
        .await?
        .filter(|stage| stage.campaign == campaign)
        .ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    // Where somebody listens already, the last look is as good as one more.
    let left = match ctx.watched_stages.known(id) {
        Some(left) => left,
        None => store::test_session::left_of_stages(db, &[id], now)
            .await?
            .first()
            .map(|(_, left)| *left)
            .unwrap_or_default(),
    };
    let seen = ctx
        .watched_stages
        .listen(id, left, now)
        .ok_or(Error::Busy(Duration::from_secs(30)))?;
    let listener = Listener::new(seen, told(&pb.resume_token), &ctx.clock);
    Ok(listener.stream(move |left| pb::StageSeatsLeft {
        stage: pb.name.clone(),
        seats_left: left.seats,
        sessions_left: left.sessions,
        resume_token: token(left),
    }))
}

/// What a token stands for are the numbers themselves: whoever comes back hears only of others.
fn token(left: StageLeft) -> String {
    format!("s{}.{}", left.seats, left.sessions)
}

/// A token of anybody else is as good as none.
fn told(token: &str) -> Option<StageLeft> {
    let (seats, sessions) = token.strip_prefix('s')?.split_once('.')?;
    Some(StageLeft {
        seats: seats.parse().ok()?,
        sessions: sessions.parse().ok()?,
    })
}
