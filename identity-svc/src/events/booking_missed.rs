//! The person did not come.

use proto::events::v1::BookingMissed;

use super::{Told, appointment};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: BookingMissed) -> Told {
    let at = appointment!(event);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::Step(Step::BookingMissed(at)),
    }
}
