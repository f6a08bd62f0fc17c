//! A booked time is near.

use proto::events::v1::BookingReminderDue;

use super::{Told, appointment};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: BookingReminderDue) -> Told {
    let at = appointment!(event);
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::Step(Step::BookingReminder(at)),
    }
}
