//! Mails that are due are handed over, a few at a time.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use futures_util::future::join_all;
use jiff::Timestamp;

use crate::domain::delivery::{LEASE, Trouble, pause};
use crate::store::mail_delivery::Claimed;
use crate::{Context, NAME, store};

const EVERY: Duration = Duration::from_secs(1);
/// Connections to the mail server at a time.
const LANES: usize = 4;
/// Mails of one lane in one turn, so that a stop waits for few of them.
const MOST: usize = 25;

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.send_mails", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let begun = ctx.clock.now();
    let lanes = (0..LANES).map(|_| lane(ctx, begun));
    let outcomes = join_all(lanes).await;
    let (waiting, failed) = store::mail_delivery::depth(ctx.db.read()).await?;
    chassis::telemetry::level(NAME, "mail_waiting", waiting);
    chassis::telemetry::level(NAME, "mail_failed", failed);
    outcomes.into_iter().collect()
}

/// Takes what was due when the turn began: a mail whose lease ends meanwhile is for the next turn, and a
/// turn never meets a mail of its own.
async fn lane(ctx: &Context, begun: Timestamp) -> Result<()> {
    for _ in 0..MOST {
        let until = ctx.clock.now() + LEASE;
        let tx = ctx.db.begin().await?;
        let claimed = store::mail_delivery::claim(&ctx.sealer, &tx, begun, until).await?;
        ctx.db.commit(tx).await?;
        let Some(claimed) = claimed else { break };
        // No transaction is open while the mail server takes its time.
        let outcome = ctx.transport.hand_over(&claimed.mail).await;
        match outcome {
            Ok(handed) => {
                let tx = ctx.db.begin().await?;
                let now = ctx.clock.now();
                store::mail_delivery::hand_over(&ctx.sealer, &tx, &claimed, handed, now).await?;
                ctx.db.commit(tx).await?;
            }
            Err(trouble) => {
                put_off(ctx, &claimed, &trouble).await?;
                // The next mail would fare the same.
                if matches!(trouble, Trouble::Server(_)) {
                    break;
                }
            }
        }
    }
    Ok(())
}

async fn put_off(ctx: &Context, claimed: &Claimed, trouble: &Trouble) -> Result<()> {
    let [dice, ..] = ctx.ids.secret();
    let again = pause(claimed.attempts, trouble, dice).map(|pause| ctx.clock.now() + pause);
    let (mail, attempts, code) = (claimed.mail.id, claimed.attempts, trouble.code());
    match again {
        Some(_) => tracing::info!(%mail, attempts, code, "a mail was not taken"),
        None => tracing::warn!(%mail, attempts, code, "a mail is given up"),
    }
    let tx = ctx.db.begin().await?;
    store::mail_delivery::put_off(&tx, claimed, code, again).await?;
    Ok(ctx.db.commit(tx).await?)
}
