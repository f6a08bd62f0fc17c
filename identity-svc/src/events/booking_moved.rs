//! A booking was moved: the calendar file replaces the one before.

use proto::events::v1::BookingMoved;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: BookingMoved) -> Told {
    let times = (event.start_time.as_ref(), event.end_time.as_ref());
    let at = super::appointment(&event.booking, times, event.center_title, event.sequence);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::BookingMoved(at),
    }
}
