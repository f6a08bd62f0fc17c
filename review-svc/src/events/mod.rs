//! What other services tell us, and what we tell them. Events carry names, never personal data.
//!
//! All but [`enquiry_answered`] are about the application, so that whoever hears them hears them in order.

mod application_accepted;
mod application_left;
mod application_rejected;
mod application_submitted;
mod correction_asked;
pub mod correction_declined;
mod correction_wanted;
pub mod enquiry_answered;
pub mod review_escalated;
pub mod review_overdue;
pub mod review_started;
pub mod review_task_assigned;
pub mod review_term_changed;

use std::sync::Arc;

use chassis::bus::Subscriber;
use chassis::database::Tx;
use chassis::error::Result;
use prost::{Message, Name};

use crate::Context;
use crate::domain::decision::Decision;
use crate::domain::task::State;
use crate::store::task::Kept;

pub fn subscribers(ctx: &Arc<Context>) -> Vec<Subscriber> {
    let mut all = vec![
        application_submitted::subscriber(ctx),
        correction_wanted::subscriber(ctx),
    ];
    all.extend(application_left::subscribers(ctx));
    all
}

/// Tells of the decision of a task, where it has one that everybody may know.
pub async fn tell_decision(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let State::Decided(decided) = &kept.task.state else {
        return Ok(());
    };
    let time = decided.decide_time;
    match &decided.decision {
        Decision::Accept => application_accepted::publish(ctx, tx, kept, time).await,
        Decision::Reject { reasons } => {
            application_rejected::publish(ctx, tx, kept, time, reasons).await
        }
        Decision::RequestCorrection {
            items,
            correction_due_time,
        } => correction_asked::publish(ctx, tx, kept, time, items, *correction_due_time).await,
    }
}

async fn publish<M: Message + Name>(ctx: &Context, tx: &Tx, kept: &Kept, event: M) -> Result<()> {
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.application, &event).await
}
