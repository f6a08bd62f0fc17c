//! Looks once at all sessions and stages that somebody watches, and tells who listens what changed.

use chassis::Result;

use crate::{Context, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    let watched = ctx.watched.all(now);
    for some in watched.chunks(LOOK) {
        let left = store::test_session::seats_left(ctx.db.read(), some, now).await?;
        ctx.watched.tell(&left);
    }
    let stages = ctx.watched_stages.all(now);
    for some in stages.chunks(LOOK) {
        let left = store::test_session::left_of_stages(ctx.db.read(), some, now).await?;
        ctx.watched_stages.tell(&left);
    }
    Ok(())
}

/// Sessions, or stages, of one statement.
const LOOK: usize = 500;
