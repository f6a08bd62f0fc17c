//! A registration made an account: welcome. Whom a college opened one for has a mail of it already.

use proto::events::v1::AccountCreated;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: AccountCreated) -> Option<Told> {
    event.opened_by.is_empty().then(|| Told {
        about: event.account.clone(),
        account: event.account,
        notice: Notice::Welcome,
    })
}
