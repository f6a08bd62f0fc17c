//! Somebody gave an expert a task: the expert is told.

use proto::events::v1::ReviewTaskAssigned;

use super::{Told, maybe_instant};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ReviewTaskAssigned) -> Told {
    let due = maybe_instant(event.due_time.as_ref());
    Told {
        account: event.expert,
        about: event.review_task,
        notice: Notice::Step(Step::ReviewTaskAssigned { due }),
    }
}
