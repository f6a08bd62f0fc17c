//! Clock-driven work; each job may be run at any time without harm.
//!
//! | file | what it does |
//! |---|---|
//! | [`warn_drafts`] | owners of drafts are told that the window closes soon |
//! | [`expire_drafts`] | drafts that the window has left behind become `EXPIRED` |
//! | [`forget_drafts`] | drafts that were never submitted are removed in the end |
//! | [`sweep`] | documents whose bytes never came, and blobs that no document names |
//! | [`check_documents`] | checks that were cut short are done again |
//! | [`forget_answers`] | answers to old request ids |

mod check_documents;
mod expire_drafts;
mod forget_answers;
mod forget_drafts;
mod sweep;
mod warn_drafts;

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;

use crate::Context;

const MINUTE: Duration = Duration::from_secs(60);

pub fn all(ctx: &Arc<Context>) -> Vec<Job> {
    vec![
        job("warn-drafts", MINUTE, ctx, warn_drafts::run),
        job("expire-drafts", MINUTE, ctx, expire_drafts::run),
        job("forget-drafts", 60 * MINUTE, ctx, forget_drafts::run),
        job("check-documents", MINUTE, ctx, check_documents::run),
        job("sweep", 10 * MINUTE, ctx, sweep::run),
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
