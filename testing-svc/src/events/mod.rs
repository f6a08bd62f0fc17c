//! What others told us, and what we tell. One file per event, both ways.

mod admission_missed;
mod admission_offer_lapsed;
mod admission_offer_made;
mod appeal_decided;
mod appeal_filed;
mod application_accepted;
mod application_choice_accepted;
mod application_choice_left;
mod application_disqualified;
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
mod campaign_window_changed;
mod certificate_issued;
mod certificate_revoked;
mod entrance_exam_graded;
mod language_result_received;
mod leave;
mod membership_ended;
mod membership_started;
mod promo_code_issued;
mod promo_code_redeemed;
mod seat_news;
mod seat_offer_lapsed;
mod seat_offered;
pub mod specialty_ranking_started;
mod stage_result_published;
mod waiting_ended;

use std::sync::Arc;

use anyhow::anyhow;
use chassis::bus::Subscriber;
use chassis::{Error, Result, name};
use uuid::Uuid;

use crate::Context;

pub use admission_missed::admission_missed;
pub use admission_offer_lapsed::admission_offer_lapsed;
pub use admission_offer_made::admission_offer_made;
pub use appeal_decided::appeal_decided;
pub use appeal_filed::appeal_filed;
pub use attempt_started::attempt_started;
pub use attempt_terminated::attempt_terminated;
pub use booking_cancelled::booking_cancelled;
pub use booking_confirmed::{booking_confirmed, bookings_confirmed};
pub use booking_displaced::booking_displaced;
pub use booking_missed::booking_missed;
pub use booking_moved::booking_moved;
pub use booking_reminder_due::booking_reminder_due;
pub use campaign_window_changed::learn_window;
pub use certificate_issued::certificate_issued;
pub use certificate_revoked::certificate_revoked;
pub use language_result_received::language_result_received;
pub use membership_ended::membership_ended;
pub use membership_started::membership_started;
pub use promo_code_issued::promo_code_issued;
pub use promo_code_redeemed::promo_code_redeemed;
pub use seat_offer_lapsed::seat_offer_lapsed;
pub use seat_offered::seat_offered;
pub use stage_result_published::stage_result_published;
pub use waiting_ended::waiting_ended;

/// What we take from others.
pub fn subscribers(ctx: &Arc<Context>) -> Vec<Subscriber> {
    vec![
        application_accepted::subscriber(ctx.clone()),
        application_choice_accepted::subscriber(ctx.clone()),
        application_choice_left::subscriber(ctx.clone()),
        application_disqualified::subscriber(ctx.clone()),
        application_marked_erroneous::subscriber(ctx.clone()),
        application_submitted::subscriber(ctx.clone()),
        application_withdrawn::subscriber(ctx.clone()),
        campaign_window_changed::subscriber(ctx.clone()),
        entrance_exam_graded::subscriber(ctx.clone()),
        specialty_ranking_started::subscriber(ctx.clone()),
    ]
}

/// The campaign and the person of an event.
fn about(campaign: &str, account: &str) -> Result<(String, Uuid)> {
    let known = name::capture::<1>("campaigns/*", campaign);
    match (known, name::uuid("accounts/*", account)) {
        (Some([campaign]), Some(account)) => Ok((campaign.to_owned(), account)),
        _ => Err(Error::Internal(anyhow!("an event names nobody"))),
    }
}

/// A wish of an application to colleges.
struct Choice {
    campaign: String,
    application: Uuid,
    id: Uuid,
    specialty: Uuid,
}

fn of_choice(choice: &str, specialty: &str) -> Result<Choice> {
    let read = || {
        let pattern = "campaigns/*/applications/*/choices/*";
        let [campaign, application, id] = name::capture::<3>(pattern, choice)?;
        Some(Choice {
            campaign: campaign.to_owned(),
            application: application.parse().ok()?,
            id: id.parse().ok()?,
            specialty: name::uuid("specialties/*", specialty)?,
        })
    };
    read().ok_or_else(|| Error::Internal(anyhow!("an event names no choice")))
}

fn campaign_name(campaign: &str) -> String {
    format!("campaigns/{campaign}")
}

fn account_name(account: Uuid) -> String {
    format!("accounts/{account}")
}
