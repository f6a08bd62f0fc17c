//! An application was sent for review: M1, or its sibling for a corrected one. Where nobody reviews,
//! the acceptance tells; but whatever a board sends in somebody's name is told.

use proto::events::v1::ApplicationSubmitted;

use super::{Told, titles};
use crate::domain::admission::Admission;
use crate::domain::notice::Notice;

pub(super) fn told(event: ApplicationSubmitted) -> Option<Told> {
    let notice = if event.board_title.is_some() {
        let college = titles(event.board_title);
        Notice::Admission(Admission::ApplicationSentByBoard { college })
    } else if event.without_review {
        return None;
    } else if event.submission_number > 1 {
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
