//! Clock-driven work; each job may be run at any time without harm.
//!
//! | file | what it does |
//! |---|---|
//! | [`warn_drafts`] | owners of drafts are told that the window closes soon |
//! | [`expire_drafts`] | drafts that the window has left behind become `EXPIRED` |
//! | [`forget_drafts`] | drafts that were never submitted are removed in the end |
//! | [`sweep`] | documents whose bytes never came, and blobs that no document names |
//! | [`sweep_store`] | the store of blobs is held against the database |
//! | [`check_documents`] | documents that wait for their check |
//! | [`expire_board_actions`] | acts of colleges that nobody signed in time |
//! | [`forget_answers`] | answers to old request ids |

mod check_documents;
mod expire_board_actions;
mod expire_drafts;
mod forget_answers;
mod forget_drafts;
mod sweep;
mod sweep_store;
mod warn_drafts;

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use tokio::sync::Mutex;

use crate::Context;

const MINUTE: Duration = Duration::from_secs(60);
/// Somebody waits for it.
const SECONDS: Duration = Duration::from_secs(5);

pub fn all(ctx: &Arc<Context>) -> Vec<Job> {
    vec![
        job("warn-drafts", MINUTE, ctx, warn_drafts::run),
        job("expire-drafts", MINUTE, ctx, expire_drafts::run),
        job("forget-drafts", 60 * MINUTE, ctx, forget_drafts::run),
        job("check-documents", SECONDS, ctx, check_documents::run),
        job("sweep", 5 * MINUTE, ctx, sweep::run),
        sweep_store(ctx),
        job(
            "expire-board-actions",
            MINUTE,
            ctx,
            expire_board_actions::run,
        ),
        job("forget-answers", 60 * MINUTE, ctx, forget_answers::run),
    ]
}

fn job<F, R>(name: &'static str, every: Duration, ctx: &Arc<Context>, run: F) -> Job
where
    F: Fn(Arc<Context>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let ctx = ctx.clone();
    Job::new(name, every, move || Box::pin(run(ctx.clone())))
}

/// It goes on where it was.
fn sweep_store(ctx: &Arc<Context>) -> Job {
    let (ctx, pass) = (ctx.clone(), Arc::<Mutex<sweep_store::Pass>>::default());
    Job::new("sweep-store", 5 * MINUTE, move || {
        let (ctx, pass) = (ctx.clone(), pass.clone());
        Box::pin(async move { sweep_store::run(&ctx, &mut *pass.lock().await).await })
    })
}
