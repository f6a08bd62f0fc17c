//! The application was opened by mistake and set aside: the reason is told as its dictionary calls it.

use proto::events::v1::ApplicationMarkedErroneous;

use super::{Told, titles};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ApplicationMarkedErroneous) -> Told {
    let step = Step::ApplicationMarkedErroneous {
        reason: event.reason_code,
        title: titles(event.reason_title),
    };
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(step),
    }
}
