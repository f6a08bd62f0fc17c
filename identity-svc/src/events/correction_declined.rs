//! The expert does not give the application back, though the applicant asked.

use proto::events::v1::CorrectionDeclined;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: CorrectionDeclined) -> Told {
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(Step::CorrectionDeclined),
    }
}
