//! The end of a review term moved, or the term stands still, or runs again.

use proto::events::v1::ReviewTermChanged;

use super::{Told, maybe_instant};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ReviewTermChanged) -> Told {
    let step = Step::ReviewTermChanged {
        paused: event.paused,
        due: maybe_instant(event.due_time.as_ref()),
    };
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(step),
    }
}
