//! A booking was given up: the calendar file takes the event away.

use proto::events::v1::BookingCancelled;

use super::{Told, appointment};
use crate::domain::notice::Notice;

pub(super) fn told(event: BookingCancelled) -> Told {
    let at = appointment!(event);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::BookingCancelled(at),
    }
}
