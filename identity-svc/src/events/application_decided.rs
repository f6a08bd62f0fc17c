//! The application has taken what an expert decided: accepted (M2), rejected, given back, or not; or it
//! is accepted as it was submitted (M3).

use proto::events::v1::application_decided::Outcome;
use proto::events::v1::{ApplicationDecided, AskedCorrection};

use super::{Told, instant};
use crate::domain::notice::{Correction, Notice};
use crate::domain::step::Step;

/// Nothing for an outcome of a later version.
pub(super) fn told(event: ApplicationDecided) -> Option<Told> {
    let notice = match event.outcome() {
        Outcome::Accepted => Notice::ApplicationAccepted,
        Outcome::AcceptedOnSubmission => Notice::ApplicationAcceptedOnSubmission,
        Outcome::Rejected => Notice::ApplicationRejected {
            reasons: event.reason_codes,
        },
        Outcome::CorrectionRequested => Notice::CorrectionAsked {
            due: instant(event.correction_due_time.as_ref()),
            items: event.items.into_iter().map(item).collect(),
        },
        Outcome::CorrectionDeclined => Notice::Step(Step::CorrectionDeclined),
        Outcome::Unspecified => return None,
    };
    Some(Told {
        account: event.account,
        about: event.application,
        notice,
    })
}

fn item(asked: AskedCorrection) -> Correction {
    let fault = asked
        .kind()
        .as_str_name()
        .trim_start_matches("CORRECTION_KIND_")
        .to_owned();
    Correction {
        section: asked.section,
        fault,
    }
}
