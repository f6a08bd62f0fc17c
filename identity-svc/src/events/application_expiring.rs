//! The window closes soon and the application is a draft still.

use proto::events::v1::ApplicationExpiring;

use super::{Told, instant};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ApplicationExpiring) -> Told {
    let closes = instant(event.close_time.as_ref());
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(Step::ApplicationExpiring { closes }),
    }
}
