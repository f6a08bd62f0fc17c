//! A person started the test of a booking.

use proto::events::v1::AttemptStarted;

use super::{Told, instant};
use crate::domain::notice::Notice;

pub(super) fn told(event: AttemptStarted) -> Told {
    let start = instant(event.start_time.as_ref());
    Told {
        account: event.account,
        about: event.booking,
        notice: Notice::TestStarted {
            start,
            zone: event.time_zone,
        },
    }
}
