//! Somebody tried to register with what belongs to an account: its owner is told.

use proto::events::v1::RegistrationRepeated;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: RegistrationRepeated) -> Told {
    Told {
        about: event.account.clone(),
        account: event.account,
        notice: Notice::RegistrationRepeated,
    }
}
