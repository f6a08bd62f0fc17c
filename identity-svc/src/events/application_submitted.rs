//! An application was sent for review: M1, or its sibling for a corrected one. Where nobody reviews,
//! the acceptance tells.

use proto::events::v1::ApplicationSubmitted;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: ApplicationSubmitted) -> Option<Told> {
    if event.without_review {
        return None;
    }
    let notice = if event.submission_number > 1 {
        Notice::ApplicationResubmitted
    } else {
        Notice::ApplicationSubmitted
    };
    Some(Told {
        account: event.account,
        about: event.application,
        notice,
    })
}
