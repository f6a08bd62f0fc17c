//! A booking was given up: the calendar file takes the event away.

use proto::events::v1::BookingCancelled;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: BookingCancelled) -> Told {
    let times = (event.start_time.as_ref(), event.end_time.as_ref());
    let at = super::appointment(&event.booking, times, event.center_title, event.sequence);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::BookingCancelled(at),
    }
}
