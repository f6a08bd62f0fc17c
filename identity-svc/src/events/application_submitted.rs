//! An application was sent for review: M1, or its sibling for a corrected one.

use proto::events::v1::ApplicationSubmitted;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: ApplicationSubmitted) -> Told {
    let notice = if event.submission_number > 1 {
        Notice::ApplicationResubmitted
    } else {
        Notice::ApplicationSubmitted
    };
    Told {
        account: event.account,
        about: event.application,
        notice,
    }
}
