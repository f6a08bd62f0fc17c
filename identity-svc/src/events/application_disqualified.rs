//! The person is out of the selection: the reason is told by its code.

use proto::events::v1::ApplicationDisqualified;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ApplicationDisqualified) -> Told {
    let step = Step::ApplicationDisqualified {
        reason: event.reason_code,
    };
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(step),
    }
}
