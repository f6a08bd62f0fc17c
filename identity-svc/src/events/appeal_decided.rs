//! An appeal was decided and the decision is out.

use proto::events::v1::AppealDecided;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: AppealDecided) -> Told {
    let step = Step::AppealDecided {
        granted: event.granted,
        advanced: event.advanced,
    };
    Told {
        account: event.account,
        about: event.appeal,
        notice: Notice::Step(step),
    }
}
