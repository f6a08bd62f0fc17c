//! Looks once at all sessions that somebody watches, and tells who listens what changed.

use chassis::Result;

use crate::{Context, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    let watched = ctx.watched.sessions(now);
    for some in watched.chunks(LOOK) {
        let left = store::test_session::seats_left(ctx.db.read(), some, now).await?;
        ctx.watched.tell(&left);
    }
    Ok(())
}

/// Sessions of one statement.
const LOOK: usize = 500;
