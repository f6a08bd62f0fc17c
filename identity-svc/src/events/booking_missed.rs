//! The person did not come.

use proto::events::v1::BookingMissed;

use super::{Told, appointment};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: BookingMissed) -> Told {
    let times = (event.start_time.as_ref(), event.end_time.as_ref());
    let at = appointment(&event.booking, times, event.center_title, event.sequence);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::Step(Step::BookingMissed(at)),
    }
}
