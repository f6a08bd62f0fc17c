//! A college put right what it had read off somebody's papers. What it read is looked at in the choice.

use proto::events::v1::ChoiceMarksCorrected;

use super::{Told, titles};
use crate::domain::admission::{Admission, Choice};
use crate::domain::notice::Notice;

pub(super) fn told(event: ChoiceMarksCorrected) -> Told {
    let choice = Choice {
        specialty: titles(event.specialty_title),
        college: titles(event.college_title),
    };
    Told {
        account: event.account,
        about: event.choice,
        notice: Notice::Admission(Admission::MarksCorrected(choice)),
    }
}
