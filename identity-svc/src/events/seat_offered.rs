//! A seat is kept until the person answers: until when, and how to.

use proto::events::v1::SeatOffered;

use super::{Told, appointment, instant};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: SeatOffered) -> Told {
    let step = Step::SeatOffered {
        at: appointment!(event, waitlist_entry, 0),
        expires: instant(event.expire_time.as_ref()),
        displaced: event.displaced,
    };
    Told {
        account: event.account,
        about: event.waitlist_entry,
        notice: Notice::Step(step),
    }
}
