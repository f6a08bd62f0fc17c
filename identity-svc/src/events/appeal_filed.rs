//! An appeal has arrived.

use proto::events::v1::AppealFiled;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: AppealFiled) -> Told {
    Told {
        account: event.account,
        about: event.appeal,
        notice: Notice::Step(Step::AppealFiled),
    }
}
