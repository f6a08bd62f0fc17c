//! Nobody answered an offer in time.

use proto::events::v1::SeatOfferLapsed;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: SeatOfferLapsed) -> Told {
    Told {
        account: event.account,
        about: event.waitlist_entry,
        notice: Notice::Step(Step::SeatOfferLapsed),
    }
}
