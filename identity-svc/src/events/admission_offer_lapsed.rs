//! An offer of a place at a college lapsed.

use proto::events::v1::AdmissionOfferLapsed;

use super::{Told, titles};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: AdmissionOfferLapsed) -> Told {
    Told {
        account: event.account,
        about: event.admission_offer,
        notice: Notice::Step(Step::PlaceOfferLapsed {
            specialty: titles(event.specialty_title),
            college: titles(event.college_title),
        }),
    }
}
