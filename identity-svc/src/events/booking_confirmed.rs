//! A seat was booked: with a calendar file.

use proto::events::v1::BookingConfirmed;

use super::{Told, appointment};
use crate::domain::notice::Notice;

pub(super) fn told(event: BookingConfirmed) -> Told {
    let at = appointment!(event);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::BookingConfirmed(at),
    }
}
