//! An application was opened: nobody is told of their own doing, everybody of what a board does in their name.

use proto::events::v1::ApplicationCreated;

use super::{Told, titles};
use crate::domain::admission::Admission;
use crate::domain::notice::Notice;

pub(super) fn told(event: ApplicationCreated) -> Option<Told> {
    let college = titles(Some(event.board_title?));
    Some(Told {
        account: event.account,
        about: event.application,
        notice: Notice::Admission(Admission::ApplicationOpenedByBoard { college }),
    })
}
