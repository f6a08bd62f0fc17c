//! The results of college admission are out, without a place for this person.

use proto::events::v1::AdmissionMissed;

use super::{Told, wish};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: AdmissionMissed) -> Told {
    Told {
        account: event.account,
        about: event.admission_result,
        notice: Notice::Step(Step::PlaceMissed {
            wishes: event.outcomes.into_iter().map(wish).collect(),
        }),
    }
}
