//! A person is in the Reserve no more, and why.

use proto::events::v1::MembershipEnded;
use proto::testing::v1::membership::EndReason;

use super::{Told, instant};
use crate::domain::notice::Notice;
use crate::domain::step::Step;

/// Nobody writes to the family of who died.
pub(super) fn told(event: MembershipEnded) -> Option<Told> {
    let reason = event.reason();
    if reason == EndReason::Death {
        return None;
    }
    let reason = reason.as_str_name().trim_start_matches("END_REASON_");
    let step = Step::MembershipEnded {
        at: instant(event.finish_time.as_ref()),
        reason: reason.to_owned(),
    };
    Some(Told {
        account: event.account,
        about: event.membership,
        notice: Notice::Step(step),
    })
}
