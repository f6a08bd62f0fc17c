//! What is heard: decisions of experts, language results, and who sits a test. What is told is published where it
//! happens, in `rpc/applications` and `rpc/sections`; what jobs and other events tell is here.
//!
//! | file | event, of whom |
//! |---|---|
//! | [`review_started`] | `ReviewStarted`, review-svc |
//! | [`correction_asked`] | `CorrectionAsked`, review-svc |
//! | [`correction_declined`] | `CorrectionDeclined`, review-svc |
//! | [`review_term_changed`] | `ReviewTermChanged`, review-svc |
//! | [`application_accepted`] | `ApplicationAccepted`, review-svc |
//! | [`application_rejected`] | `ApplicationRejected`, review-svc |
//! | [`language_result_received`] | `LanguageResultReceived`, testing-svc |
//! | [`account_released`] | `AccountReleased`, identity-svc |
//! | [`membership_started`] | `MembershipStarted`, testing-svc |
//! | [`membership_ended`] | `MembershipEnded`, testing-svc |
//! | [`attempt_started`] | `AttemptStarted`, testing-svc |
//! | [`application_expiring`], [`application_expired`] | told by the jobs that look after drafts |
//! | [`application_decided`] | told once an application has taken a decision of the review |
//! | [`campaign_window_changed`] | told where a campaign is changed, opened or closed |
//! | [`take`] | what taking an event of the review has in common |

mod account_released;
mod application_accepted;
pub mod application_decided;
pub mod application_expired;
pub mod application_expiring;
mod application_rejected;
mod attempt_started;
pub mod campaign_window_changed;
mod correction_asked;
mod correction_declined;
mod language_result_received;
mod membership_ended;
mod membership_started;
mod review_started;
mod review_term_changed;
mod take;

use std::sync::Arc;

use chassis::bus::Subscriber;

use crate::Context;

pub fn subscribers(ctx: &Arc<Context>) -> Vec<Subscriber> {
    vec![
        review_started::subscriber(ctx.clone()),
        correction_asked::subscriber(ctx.clone()),
        correction_declined::subscriber(ctx.clone()),
        review_term_changed::subscriber(ctx.clone()),
        application_accepted::subscriber(ctx.clone()),
        application_rejected::subscriber(ctx.clone()),
        language_result_received::subscriber(ctx.clone()),
        account_released::subscriber(ctx.clone()),
        membership_started::subscriber(ctx.clone()),
        membership_ended::subscriber(ctx.clone()),
        attempt_started::subscriber(ctx.clone()),
    ]
}
