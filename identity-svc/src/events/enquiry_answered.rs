//! What a person asked was answered.

use proto::events::v1::EnquiryAnswered;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: EnquiryAnswered) -> Told {
    Told {
        account: event.account,
        about: event.enquiry,
        notice: Notice::Step(Step::EnquiryAnswered),
    }
}
