//! A place at a college is offered.

use proto::events::v1::AdmissionOfferMade;

use super::{Told, instant, wish};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: AdmissionOfferMade) -> Told {
    Told {
        account: event.account,
        about: event.admission_offer,
        notice: Notice::Step(Step::PlaceOffered {
            wish: wish(event.outcome.unwrap_or_default()),
            expires: instant(event.reply_expire_time.as_ref()),
        }),
    }
}
