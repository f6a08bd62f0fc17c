//! What the passing of time does. Each may run at any time, in any number of processes at once:
//! the row's state decides who changes it.

mod expired_codes;
mod expired_holds;
mod expired_memberships;
mod finished_attempts;
mod lapsed_reservations;
mod missed_bookings;
mod old_answers;
mod untold_results;

use std::sync::Arc;
use std::time::Duration;

use chassis::caller::Caller;
use chassis::jobs::Job;

use crate::Context;

/// Rows of one turn; the rest waits for the next.
const BATCH: u64 = 200;

pub fn all(ctx: &Arc<Context>) -> Vec<Job> {
    let seconds = Duration::from_secs;
    let (a, b, c, d, e) = (
        ctx.clone(),
        ctx.clone(),
        ctx.clone(),
        ctx.clone(),
        ctx.clone(),
    );
    let (f, g, h) = (ctx.clone(), ctx.clone(), ctx.clone());
    vec![
        Job::new("untold_results", seconds(1), move || {
            let ctx = h.clone();
            Box::pin(async move { untold_results::run(&ctx).await })
        }),
        Job::new("finished_attempts", seconds(15), move || {
            let ctx = f.clone();
            Box::pin(async move { finished_attempts::run(&ctx).await })
        }),
        Job::new("expired_memberships", seconds(3600), move || {
            let ctx = g.clone();
            Box::pin(async move { expired_memberships::run(&ctx).await })
        }),
        Job::new("expired_holds", seconds(5), move || {
            let ctx = a.clone();
            Box::pin(async move { expired_holds::run(&ctx).await })
        }),
        Job::new("lapsed_reservations", seconds(5), move || {
            let ctx = b.clone();
            Box::pin(async move { lapsed_reservations::run(&ctx).await })
        }),
        Job::new("missed_bookings", seconds(30), move || {
            let ctx = c.clone();
            Box::pin(async move { missed_bookings::run(&ctx).await })
        }),
        Job::new("expired_codes", seconds(60), move || {
            let ctx = d.clone();
            Box::pin(async move { expired_codes::run(&ctx).await })
        }),
        Job::new("old_answers", seconds(3600), move || {
            let ctx = e.clone();
            Box::pin(async move { old_answers::run(&ctx).await })
        }),
    ]
}

/// Who does it, for the audit.
fn this_service() -> Caller {
    Caller::Service(crate::NAME.into())
}
