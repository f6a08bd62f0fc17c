//! The person is in the Reserve.

use proto::events::v1::MembershipStarted;

use super::{Told, day};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: MembershipStarted) -> Told {
    let step = Step::MembershipStarted {
        first: day(event.start_date.as_ref()),
        last: day(event.end_date.as_ref()),
    };
    Told {
        account: event.account,
        about: event.membership,
        notice: Notice::Step(step),
    }
}
