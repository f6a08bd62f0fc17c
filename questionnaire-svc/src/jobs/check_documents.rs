//! Checks that were cut short, by a restart or a store out of reach, are done again.

use std::sync::Arc;

use chassis::{Error, Result};
use jiff::SignedDuration;

use crate::Context;
use crate::rpc::documents::check;
use crate::store::document;

/// A check at the end of an upload is well over by then.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let now = ctx.clock.now();
    let before = now.saturating_sub(PATIENCE).unwrap_or(now);
    for kept in document::unchecked(ctx.db.read(), before).await? {
        match check::check(&ctx, kept).await {
            // Nobody waits for the refusal any more; the document shows that its bytes are gone.
            Ok(_) | Err(Error::Refused(_) | Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
