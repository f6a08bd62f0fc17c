//! What only the clock brings. Each job may run at any time, and on several machines at once.

mod count_terms;
mod escalate_overdue;
pub mod publish_decisions;
pub mod recount_terms;
mod return_lapsed_claims;
mod tell_overdue;

use std::sync::Arc;
use std::time::Duration;

use chassis::error::Result;
use chassis::jobs::Job;

use crate::Context;

/// How many tasks a job looks at before it asks for more.
const BATCH: i64 = 100;

pub fn jobs(ctx: &Arc<Context>) -> Vec<Job> {
    vec![
        // Claims that ran out hold nothing anyway: returning them is for the record.
        job(ctx, "return-lapsed-claims", 60, return_lapsed_claims::run),
        job(ctx, "tell-overdue", 60, tell_overdue::run),
        job(ctx, "escalate-overdue", 60, escalate_overdue::run),
        // Calendars of the folder change with a start of the service.
        job(ctx, "count-terms", 3600, count_terms::run),
        // Both go on where a call was cut off: applicants wait for them.
        job(ctx, "recount-terms", 10, recount_terms::run),
        job(ctx, "publish-decisions", 5, publish_decisions::run),
    ]
}

fn job<F, R>(ctx: &Arc<Context>, name: &'static str, seconds: u64, run: F) -> Job
where
    F: Fn(Arc<Context>) -> R + Send + Sync + Copy + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let ctx = ctx.clone();
    Job::new(name, Duration::from_secs(seconds), move || {
        Box::pin(run(ctx.clone()))
    })
}
