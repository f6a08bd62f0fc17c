//! What the passing of time does. Each job may run at any time without harm.

use std::sync::Arc;

use chassis::jobs::Job;

use crate::Context;

mod expire_attempts;
mod follow_inboxes;
mod forget_answers;
mod forget_challenges;
mod forget_email_changes;
mod forget_failed_sign_ins;
mod forget_invitations;
mod forget_mails;
mod forget_recoveries;
mod forget_sessions;
pub(crate) mod seal_personal_data;
mod send_mails;

pub fn all(ctx: &Arc<Context>) -> Vec<Job> {
    vec![
        expire_attempts::job(ctx.clone()),
        follow_inboxes::job(ctx.clone()),
        forget_answers::job(ctx.clone()),
        forget_challenges::job(ctx.clone()),
        forget_email_changes::job(ctx.clone()),
        forget_failed_sign_ins::job(ctx.clone()),
        forget_invitations::job(ctx.clone()),
        forget_mails::job(ctx.clone()),
        forget_recoveries::job(ctx.clone()),
        forget_sessions::job(ctx.clone()),
        seal_personal_data::job(ctx.clone()),
        send_mails::job(ctx.clone()),
    ]
}
