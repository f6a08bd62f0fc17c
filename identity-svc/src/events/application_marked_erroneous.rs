//! The application was opened by mistake and set aside: the reason is told by its code.

use proto::events::v1::ApplicationMarkedErroneous;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ApplicationMarkedErroneous) -> Told {
    let step = Step::ApplicationMarkedErroneous {
        reason: event.reason_code,
    };
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(step),
    }
}
