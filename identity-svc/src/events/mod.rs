//! What others told and a person has to know: one file per event, each taken once.
//!
//! `ReviewStarted` and `ReviewOverdue` are the experts' matter, `ApplicationCreated` and
//! `CertificateDeclared` the person's own doing a moment ago: nobody is told of them.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::clock::from_pb;
use jiff::Timestamp;
use prost::{Message, Name};
use proto::testing::v1::TestSystem;
use proto::wire::v1::LocalizedText;

use crate::Context;
use crate::domain::notice::{Appointment, Notice};
use crate::inbox;

mod account_created;
mod application_accepted;
mod application_rejected;
mod application_submitted;
mod application_withdrawn;
mod attempt_started;
mod booking_cancelled;
mod booking_confirmed;
mod booking_moved;
mod certificate_verified;
mod correction_asked;
mod email_change_started;
mod language_result_received;
mod promo_code_issued;
mod promo_code_redeemed;
pub mod publish;
mod recovery_started;
mod registration_repeated;

pub fn subscribers(ctx: &Arc<Context>) -> Vec<Subscriber> {
    vec![
        recovery_started::subscriber(ctx),
        email_change_started::subscriber(ctx),
        to(ctx, "identity.inbox.account_created", account_created::told),
        to(
            ctx,
            "identity.inbox.registration_repeated",
            registration_repeated::told,
        ),
        to(
            ctx,
            "identity.inbox.application_submitted",
            application_submitted::told,
        ),
        to(
            ctx,
            "identity.inbox.application_withdrawn",
            application_withdrawn::told,
        ),
        to(
            ctx,
            "identity.inbox.correction_asked",
            correction_asked::told,
        ),
        to(
            ctx,
            "identity.inbox.application_accepted",
            application_accepted::told,
        ),
        to(
            ctx,
            "identity.inbox.application_rejected",
            application_rejected::told,
        ),
        to(
            ctx,
            "identity.inbox.promo_code_issued",
            promo_code_issued::told,
        ),
        to(
            ctx,
            "identity.inbox.promo_code_redeemed",
            promo_code_redeemed::told,
        ),
        to(
            ctx,
            "identity.inbox.language_result_received",
            language_result_received::told,
        ),
        to(
            ctx,
            "identity.inbox.certificate_verified",
            certificate_verified::told,
        ),
        to(
            ctx,
            "identity.inbox.booking_confirmed",
            booking_confirmed::told,
        ),
        to(ctx, "identity.inbox.booking_moved", booking_moved::told),
        to(
            ctx,
            "identity.inbox.booking_cancelled",
            booking_cancelled::told,
        ),
        to(ctx, "identity.inbox.attempt_started", attempt_started::told),
    ]
}

/// What an event tells whom.
struct Told {
    /// `accounts/{account}`.
    account: String,
    /// The resource it is about.
    about: String,
    notice: Notice,
}

fn to<M>(ctx: &Arc<Context>, name: &'static str, told: fn(M) -> Told) -> Subscriber
where
    M: Message + Name + Default + 'static,
{
    let ctx = ctx.clone();
    Subscriber::to(name, move |event: Event, payload: M| {
        let ctx = ctx.clone();
        Box::pin(async move { deliver(&ctx, name, &event, told(payload)).await })
    })
}

async fn deliver(ctx: &Context, subscriber: &str, event: &Event, told: Told) -> Result<()> {
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, subscriber, event).await? {
        return Ok(());
    }
    match chassis::name::uuid("accounts/*", &told.account) {
        Some(account) => inbox::tell(ctx, &tx, account, &told.about, told.notice).await?,
        None => tracing::warn!(subscriber, event = %event.id, "an event names no account"),
    }
    Ok(ctx.db.commit(tx).await?)
}

/// An instant of a payload; one that is missing is a fault of the sender that shows as 1970.
fn instant(time: Option<&prost_types::Timestamp>) -> Timestamp {
    time.and_then(from_pb).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `KAZTEST`, `QRT`.
fn test_system(system: TestSystem) -> String {
    system
        .as_str_name()
        .trim_start_matches("TEST_SYSTEM_")
        .to_owned()
}

type Times<'a> = (
    Option<&'a prost_types::Timestamp>,
    Option<&'a prost_types::Timestamp>,
);

fn appointment(
    booking: &str,
    times: Times<'_>,
    place: Option<LocalizedText>,
    sequence: i32,
) -> Appointment {
    let LocalizedText { kk, ru, en } = place.unwrap_or_default();
    Appointment {
        booking: booking.rsplit('/').next().unwrap_or_default().to_owned(),
        start: instant(times.0),
        end: instant(times.1),
        place: [kk, ru, en],
        sequence,
    }
}
