//! The person is out of the selection: the reason is told as its dictionary calls it.

use proto::events::v1::ApplicationDisqualified;

use super::{Told, titles};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

pub(super) fn told(event: ApplicationDisqualified) -> Told {
    let step = Step::ApplicationDisqualified {
        reason: event.reason_code,
        title: titles(event.reason_title),
    };
    Told {
        account: event.account,
        about: event.application,
        notice: Notice::Step(step),
    }
}
