//! A booking was moved: the calendar file replaces the one before.

use proto::events::v1::BookingMoved;

use super::{Told, appointment};
use crate::domain::notice::Notice;

pub(super) fn told(event: BookingMoved) -> Told {
    let at = appointment!(event);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::BookingMoved(at),
    }
}
