//! WatchSeats: how many seats a session has left, as they change.

use std::time::Duration;

use chassis::clock::Clock;
use chassis::violation::Violations;
use chassis::{Error, Result};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tokio::sync::watch::Receiver;
use tonic::{Request, Status};

use crate::rpc::parse;
use crate::watched::{LONGEST, Seen};
use crate::{Context, store};

pub type Stream = BoxStream<'static, std::result::Result<pb::SeatsLeft, Status>>;

/// One who listens.
struct Listener {
    session: String,
    seen: Receiver<Seen>,
    told: Option<i32>,
    clock: Clock,
    until: Timestamp,
}

pub async fn watch(ctx: &Context, request: Request<pb::WatchSeatsRequest>) -> Result<Stream> {
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
    let listener = Listener {
        session: pb.name,
        seen,
        told: told(&pb.resume_token),
        clock: ctx.clock.clone(),
        until: now.saturating_add(LONGEST).unwrap_or(now),
    };
    let next = |mut listener: Listener| async move {
        let seats_left = listener.next().await?;
        let message = pb::SeatsLeft {
            session: listener.session.clone(),
            seats_left,
            resume_token: token(seats_left),
        };
        Some((Ok(message), listener))
    };
    Ok(stream::unfold(listener, next).boxed())
}

impl Listener {
    /// The next number that was not told; none when the time is over or the service closes.
    async fn next(&mut self) -> Option<i32> {
        loop {
            let seats_left = self.seen.borrow_and_update().seats_left;
            if self.clock.now() >= self.until {
                return None;
            }
            if self.told.replace(seats_left) != Some(seats_left) {
                return Some(seats_left);
            }
            self.seen.changed().await.ok()?;
        }
    }
}

/// What a token stands for is the number itself: whoever comes back hears only of another.
fn token(seats_left: i32) -> String {
    format!("s{seats_left}")
}

/// A token of anybody else is as good as none.
fn told(token: &str) -> Option<i32> {
    token.strip_prefix('s')?.parse().ok()
}
