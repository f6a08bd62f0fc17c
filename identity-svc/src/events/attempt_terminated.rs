//! The desk ended a test for an irregularity, told by its code.

use proto::events::v1::AttemptTerminated;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: AttemptTerminated) -> Told {
    let step = Step::TestTerminated {
        reason: event.reason_code,
    };
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::Step(step),
    }
}
