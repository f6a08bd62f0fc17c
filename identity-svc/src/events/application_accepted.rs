//! An expert accepted the application: M2.

use proto::events::v1::ApplicationAccepted;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: ApplicationAccepted) -> Told {
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::ApplicationAccepted,
    }
}
