//! A college answered a choice: it has it, takes it into the competition, refused it or set it aside.

use proto::events::v1::ApplicationChoiceMoved;
use proto::questionnaire::v1::application_choice::State;

use super::{Told, titles};
use crate::domain::admission::{Admission, Choice};
use crate::domain::notice::Notice;

/// Nothing for a folder into which no college puts a choice.
pub(super) fn told(event: ApplicationChoiceMoved) -> Option<Told> {
    let state = event.state();
    let choice = Choice {
        specialty: titles(event.specialty_title),
        college: titles(event.college_title),
    };
    let reasons = event.reason_titles.into_iter();
    let reasons = reasons.map(|it| titles(Some(it))).collect();
    let notice = match state {
        State::InProcessing => Admission::ChoiceAcknowledged(choice),
        State::Accepted => Admission::ChoiceAccepted(choice),
        State::Rejected => Admission::ChoiceRejected { choice, reasons },
        State::Erroneous => Admission::ChoiceSetAside { choice, reasons },
        State::Unspecified | State::New | State::Withdrawn => return None,
    };
    Some(Told {
        account: event.account,
        about: event.choice,
        notice: Notice::Admission(notice),
    })
}
