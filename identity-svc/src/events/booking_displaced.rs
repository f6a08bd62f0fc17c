//! A booking lost its seat: the calendar file takes the event away.

use proto::events::v1::BookingDisplaced;

use super::{Told, appointment};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: BookingDisplaced) -> Told {
    let at = appointment!(event);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::Step(Step::BookingDisplaced(at)),
    }
}
