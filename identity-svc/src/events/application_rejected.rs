//! An expert rejected the application: its reasons are told by their codes.

use proto::events::v1::ApplicationRejected;

use super::Told;
use crate::domain::notice::Notice;

pub(super) fn told(event: ApplicationRejected) -> Told {
    let notice = Notice::ApplicationRejected {
        reasons: event.reason_codes,
    };
    Told {
        account: event.account,
        about: event.application,
        notice,
    }
}
