//! A person takes a seat. Those who wait for it are offered one before, so nobody passes them by.

use chassis::Result;
use chassis::database::Tx;
use uuid::Uuid;

use super::{leave, sweep};
use crate::domain::session::Session;
use crate::store::seats::{Taken, lock};
use crate::{Context, store};

/// Takes a seat and its quotas for a person, if need be one that an expired hold still has. Who
/// waited for the stage waits no longer.
pub async fn take(
    ctx: &Context,
    tx: &Tx,
    session: &Session,
    quotas: &[String],
    account: Uuid,
) -> Result<Taken> {
    lock(tx, &[session.id]).await?;
    let waited_for = store::waitlist::lock(tx, session.stage).await?;
    if waited_for {
        // The own place goes first, so that the seat is not offered to the one who takes it.
        leave(ctx, tx, session.stage, account).await?;
    } else {
        let taken = store::seats::take(tx, session.id, quotas).await?;
        if taken == Taken::Yes {
            return Ok(taken);
        }
    }
    sweep(ctx, tx, session.id).await?;
    store::seats::take(tx, session.id, quotas).await
}
