//! The result of a stage is out; its scores are read where it is.

use proto::events::v1::StageResultPublished;

use super::{Told, titles};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: StageResultPublished) -> Told {
    let stage = titles(event.stage_title);
    let step = match (event.last_stage, event.advanced) {
        (false, _) if event.qualified == Some(true) => Step::Qualified { stage },
        (false, _) if event.qualified == Some(false) => Step::NotQualified { stage },
        (false, true) => Step::StageAdvanced { stage },
        (false, false) => Step::StageNotAdvanced { stage },
        (true, true) => Step::Chosen { stage },
        (true, false) => Step::NotChosen { stage },
    };
    Told {
        account: event.account,
        about: event.stage_result,
        notice: Notice::Step(step),
    }
}
