//! A college appointed an entrance exam, or moved it.

use proto::events::v1::EntranceExamAppointed;

use super::{Told, instant, titles};
use crate::domain::admission::{Admission, Exam};
use crate::domain::notice::Notice;

pub(super) fn told(event: EntranceExamAppointed) -> Told {
    let exam = Exam {
        start: instant(event.start_time.as_ref()),
        exam: titles(event.exam_title),
        specialty: titles(event.specialty_title),
        zone: event.time_zone,
        address: event.address,
    };
    let notice = match event.moved {
        true => Admission::ExamMoved(exam),
        false => Admission::ExamAppointed(exam),
    };
    Told {
        account: event.account,
        about: event.choice,
        notice: Notice::Admission(notice),
    }
}
