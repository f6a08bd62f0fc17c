//! The results of a stage are out while the person still waited for a seat.

use proto::events::v1::WaitingEnded;

use super::{Told, titles};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: WaitingEnded) -> Told {
    let step = Step::WaitingEnded {
        stage: titles(event.stage_title),
    };
    Told {
        account: event.account,
        about: event.waitlist_entry,
        notice: Notice::Step(step),
    }
}
