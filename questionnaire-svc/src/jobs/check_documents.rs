//! Documents that wait for their check: it was cut short, or the scanner was away. The one that has
//! waited longest comes first; a few at a time, however many there are.

use std::sync::Arc;

use chassis::{Error, Result};
use futures_util::future::join_all;

use crate::rpc::documents::check;
use crate::store::check as queue;
use crate::store::document::Kept;
use crate::{Context, NAME};

/// Documents of one lane in one turn, so that a stop does not wait for all of them.
const MOST: usize = 200;

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let (waiting, due) = queue::waiting(ctx.db.read(), ctx.clock.now()).await?;
    chassis::telemetry::level(NAME, "documents_unchecked", waiting);
    if due == 0 || !ctx.scanner.is_ready().await {
        return Ok(());
    }
    let lanes = (0..ctx.config.scans).map(|_| lane(&ctx));
    join_all(lanes).await.into_iter().collect()
}

async fn lane(ctx: &Context) -> Result<()> {
    for _ in 0..MOST {
        let Some(kept) = claim(ctx).await? else {
            break;
        };
        let id = kept.id.clone();
        match check::check(ctx, kept).await {
            // Away again: the next would fare the same.
            Ok(_) if ctx.scanner.is_away() => break,
            // Nobody waits for a refusal any more: the document shows what became of it.
            Ok(_) | Err(Error::Refused(_) | Error::InFlight) => {}
            Err(Error::Internal(error)) => {
                tracing::error!(document = id, error = format!("{error:#}"), "not checked");
                check::give_up_for_now(ctx, &id).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Nobody else gets it before its lease is over.
async fn claim(ctx: &Context) -> Result<Option<Kept>> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    let claimed = queue::claim(&tx, now, now + check::LEASE).await?;
    ctx.db.commit(tx).await?;
    Ok(claimed)
}
