//! The poll for who follows an inbox: one query for all of them, heartbeats, ended sessions.

use std::sync::Arc;

use chassis::jobs::Job;

use crate::Context;
use crate::rpc::watching;

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.follow_inboxes", watching::TURN, move || {
        let ctx = ctx.clone();
        Box::pin(async move { ctx.watching.turn(&ctx).await })
    })
}
