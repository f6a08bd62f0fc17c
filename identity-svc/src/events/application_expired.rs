//! The window closed and the application was never sent.

use proto::events::v1::ApplicationExpired;

use super::Told;
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ApplicationExpired) -> Told {
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(Step::ApplicationExpired),
    }
}
