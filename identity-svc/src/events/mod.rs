//! What others told and a person has to know: one file per event, each taken once.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::clock::from_pb;
use jiff::Timestamp;
use jiff::civil::Date;
use prost::{Message, Name};
use proto::events::v1::AdmissionOutcome;
use proto::google::r#type::Date as PbDate;
use proto::testing::v1::TestSystem;
use proto::wire::v1::LocalizedText;

use crate::Context;
use crate::domain::notice::Notice;
use crate::domain::step::Wish;
use crate::inbox::{self, Link};

mod account_created;
mod admission_missed;
mod admission_offer_lapsed;
mod admission_offer_made;
mod appeal_decided;
mod appeal_filed;
mod application_choice_moved;
mod application_created;
mod application_decided;
mod application_disqualified;
mod application_expired;
mod application_expiring;
mod application_marked_erroneous;
mod application_submitted;
mod application_withdrawn;
mod attempt_started;
mod attempt_terminated;
mod booking_cancelled;
mod booking_confirmed;
mod booking_displaced;
mod booking_missed;
mod booking_moved;
mod booking_reminder_due;
mod certificate_issued;
mod certificate_revoked;
mod certificate_verified;
mod choice_marks_corrected;
mod email_change_started;
mod enquiry_answered;
mod entrance_exam_appointed;
mod entrance_exam_missed;
mod language_result_received;
mod membership_ended;
mod membership_started;
mod promo_code_issued;
mod promo_code_redeemed;
pub mod publish;
mod recovery_started;
mod registration_repeated;
mod review_escalated;
mod review_task_assigned;
mod review_term_changed;
mod seat_offer_lapsed;
mod seat_offered;
mod service_request_moved;
mod stage_result_published;
mod waiting_ended;

/// What the review decides may meet an application that was just withdrawn.
const DECIDED: &str = "told by ApplicationDecided, once the application has taken it";

/// The events of which nobody is told, each with the reason.
pub const NOBODY_IS_TOLD: &[(&str, &str)] = &[
    (
        "AccountReleased",
        "told where it happens, with the time, to the address that nobody signs in with any more",
    ),
    (
        "AdmissionOutcome",
        "no event: a part of AdmissionOfferMade and AdmissionMissed",
    ),
    ("ApplicationAccepted", DECIDED),
    (
        "ApplicationChoiceAccepted",
        "told by ApplicationChoiceMoved, with what the specialty and the college are called",
    ),
    (
        "ApplicationChoiceLeft",
        "the person's own doing, or told by ApplicationChoiceMoved",
    ),
    ("ApplicationRejected", DECIDED),
    ("AskedCorrection", "no event: one line of CorrectionAsked"),
    (
        "CampaignWindowChanged",
        "about everybody who applies; the campaign shows its window, and who has a draft is reminded before its end",
    ),
    (
        "CertificateDeclared",
        "the person's own doing; what follows from it is told by its own event",
    ),
    ("CorrectionAsked", DECIDED),
    ("CorrectionDeclined", DECIDED),
    (
        "CorrectionWanted",
        "the person's own doing; the expert finds it in the task",
    ),
    (
        "EntranceExamGraded",
        "no score is in a message: the choice shows the points; who did not come is told by EntranceExamMissed",
    ),
    (
        "ReviewOverdue",
        "the experts' list counts it; who must act is told by ReviewEscalated",
    ),
    (
        "ReviewStarted",
        "the state of the application shows it, and nothing is asked of anybody",
    ),
    ("SeatNeeds", "no event: a part of ApplicationSubmitted"),
    (
        "SpecialtyRankingStarted",
        "about everybody of a specialty, and nothing is asked of anybody",
    ),
];

/// One subscriber for each event of the list: a file of that name says whom it tells what.
macro_rules! inbox {
    ($($event:ident)*) => {
        pub fn subscribers(ctx: &Arc<Context>) -> Vec<Subscriber> {
            vec![
                recovery_started::subscriber(ctx),
                email_change_started::subscriber(ctx),
                review_escalated::subscriber(ctx),
                seat_offered::subscriber(ctx),
                $(to(ctx, concat!("identity.inbox.", stringify!($event)), $event::told),)*
            ]
        }
    };
}

inbox! {
    account_created
    registration_repeated
    application_submitted
    application_withdrawn
    application_decided
    promo_code_issued
    promo_code_redeemed
    language_result_received
    certificate_verified
    booking_confirmed
    booking_moved
    booking_cancelled
    attempt_started
    review_term_changed
    review_task_assigned
    application_expiring
    application_expired
    application_disqualified
    application_marked_erroneous
    booking_displaced
    seat_offer_lapsed
    waiting_ended
    booking_reminder_due
    booking_missed
    attempt_terminated
    stage_result_published
    appeal_filed
    appeal_decided
    membership_started
    membership_ended
    certificate_issued
    certificate_revoked
    enquiry_answered
    admission_offer_made
    admission_offer_lapsed
    admission_missed
    application_choice_moved
    entrance_exam_appointed
    entrance_exam_missed
    service_request_moved
    choice_marks_corrected
    application_created
}

/// What an event tells whom.
struct Told {
    /// `accounts/{account}`.
    account: String,
    /// The resource it is about.
    about: String,
    notice: Notice,
}

fn to<M, T>(ctx: &Arc<Context>, name: &'static str, told: fn(M) -> T) -> Subscriber
where
    M: Message + Name + Default + 'static,
    T: Into<Option<Told>> + 'static,
{
    let ctx = ctx.clone();
    Subscriber::to(name, move |event: Event, payload: M| {
        let ctx = ctx.clone();
        let told = told(payload).into();
        Box::pin(async move { deliver(&ctx, name, &event, told, None).await })
    })
}

async fn deliver(
    ctx: &Context,
    subscriber: &str,
    event: &Event,
    told: Option<Told>,
    link: Option<Link<'_>>,
) -> Result<()> {
    let Some(told) = told else {
        return Ok(());
    };
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, subscriber, event).await? {
        return Ok(());
    }
    let account = chassis::name::uuid("accounts/*", &told.account);
    match account {
        Some(account) => {
            inbox::tell_with(ctx, &tx, account, &told.about, told.notice, link).await?;
        }
        None => tracing::warn!(subscriber, event = %event.id, "an event names no account"),
    }
    ctx.db.commit(tx).await?;
    if let Some(account) = account {
        ctx.watching.look(ctx, account).await;
    }
    Ok(())
}

/// An instant of a payload; one that is missing is a fault of the sender that shows as 1970.
fn instant(time: Option<&prost_types::Timestamp>) -> Timestamp {
    maybe_instant(time).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn maybe_instant(time: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    time.and_then(from_pb)
}

/// A day of a payload; one that is missing is a fault of the sender that shows as 1970.
fn day(date: Option<&PbDate>) -> Date {
    date.and_then(crate::rpc::date_from_pb)
        .unwrap_or(Date::constant(1970, 1, 1))
}

/// `KAZTEST`, `QRT`.
fn test_system(system: TestSystem) -> String {
    system
        .as_str_name()
        .trim_start_matches("TEST_SYSTEM_")
        .to_owned()
}

/// Where and when somebody is expected, from an event that says so: about a booking, or about a place
/// on a waiting list, which has no changes to count.
macro_rules! appointment {
    ($event:expr, $about:ident, $sequence:expr) => {
        $crate::domain::notice::Appointment {
            booking: $event
                .$about
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
            start: $crate::events::instant($event.start_time.as_ref()),
            end: $crate::events::instant($event.end_time.as_ref()),
            place: $crate::events::titles($event.center_title.clone()),
            zone: $event.time_zone.clone(),
            sequence: $sequence,
        }
    };
    ($event:expr) => {
        $crate::events::appointment!($event, booking, $event.sequence)
    };
}
use appointment;

/// What came of a wish, as a message keeps it.
fn wish(outcome: AdmissionOutcome) -> Wish {
    Wish {
        specialty: titles(outcome.specialty_title),
        college: titles(outcome.college_title),
        why: titles(outcome.explanation),
    }
}

fn titles(text: Option<LocalizedText>) -> [String; 3] {
    let LocalizedText { kk, ru, en } = text.unwrap_or_default();
    [kk, ru, en]
}
