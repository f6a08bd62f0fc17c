//! The applicant took the application back.

use proto::events::v1::ApplicationWithdrawn;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: ApplicationWithdrawn) -> Told {
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::ApplicationWithdrawn,
    }
}
