//! What other services tell us, and what we tell them. Events carry names, never personal data.
//!
//! All of them are about the application, so that whoever hears them hears them in order.

pub mod application_accepted;
pub mod application_rejected;
mod application_submitted;
mod application_withdrawn;
pub mod correction_asked;
pub mod review_overdue;
pub mod review_started;

use std::sync::Arc;

use chassis::bus::Subscriber;
use chassis::database::Tx;
use chassis::error::Result;
use prost::{Message, Name};

use crate::Context;
use crate::store::task::Kept;

pub fn subscribers(ctx: &Arc<Context>) -> Vec<Subscriber> {
    vec![
        application_submitted::subscriber(ctx),
        application_withdrawn::subscriber(ctx),
    ]
}

async fn publish<M: Message + Name>(ctx: &Context, tx: &Tx, kept: &Kept, event: M) -> Result<()> {
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.application, &event).await
}
