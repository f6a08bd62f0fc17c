//! A registration made an account: welcome.

use proto::events::v1::AccountCreated;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: AccountCreated) -> Told {
    Told {
        about: event.account.clone(),
        account: event.account,
        notice: Notice::Welcome,
    }
}
