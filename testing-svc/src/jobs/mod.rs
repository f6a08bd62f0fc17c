//! What the passing of time does. Each may run at any time, in any number of processes at once:
//! the row's state decides who changes it.

mod closed_sessions;
mod due_allocations;
mod due_certificates;
mod due_offers;
mod ended_waits;
mod expired_codes;
mod expired_holds;
mod expired_memberships;
mod finished_attempts;
mod lapsed_offers;
mod lapsed_reservations;
mod missed_bookings;
mod old_answers;
mod reminders;
mod seat_levels;
mod untold_results;
mod waiting_lists;
mod watched_seats;

use std::sync::Arc;
use std::time::Duration;

use chassis::caller::Caller;
use chassis::jobs::Job;

use crate::Context;

/// Rows of one turn; the rest waits for the next.
const BATCH: u64 = 200;

pub fn all(ctx: &Arc<Context>) -> Vec<Job> {
    let seconds = Duration::from_secs;
    let mut jobs = Vec::new();
    /// A job under its module's name.
    macro_rules! job {
        ($name:ident, $every:expr) => {{
            let ctx = ctx.clone();
            jobs.push(Job::new(stringify!($name), $every, move || {
                let ctx = ctx.clone();
                Box::pin(async move { $name::run(&ctx).await })
            }));
        }};
    }
    job!(expired_holds, seconds(5));
    job!(lapsed_reservations, seconds(5));
    job!(missed_bookings, seconds(30));
    job!(expired_codes, seconds(60));
    job!(old_answers, seconds(3600));
    job!(untold_results, seconds(1));
    job!(due_certificates, seconds(1));
    job!(due_allocations, seconds(1));
    job!(due_offers, seconds(1));
    job!(lapsed_offers, seconds(30));
    job!(finished_attempts, seconds(15));
    job!(expired_memberships, seconds(3600));
    job!(closed_sessions, seconds(5));
    job!(waiting_lists, seconds(5));
    job!(ended_waits, seconds(5));
    job!(reminders, seconds(60));
    job!(seat_levels, seconds(15));
    // Whoever watches is told within a second.
    job!(watched_seats, Duration::from_millis(500));
    jobs
}

/// Who does it, for the audit.
fn this_service() -> Caller {
    Caller::Service(crate::NAME.into())
}
