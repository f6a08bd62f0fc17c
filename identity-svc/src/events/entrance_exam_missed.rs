//! A college wrote down that somebody did not come to an entrance exam.

use proto::events::v1::EntranceExamMissed;

use super::{Told, instant, titles};
use crate::domain::admission::{Admission, Exam};
use crate::domain::notice::Notice;

pub(super) fn told(event: EntranceExamMissed) -> Told {
    let exam = Exam {
        start: instant(event.start_time.as_ref()),
        exam: titles(event.exam_title),
        specialty: titles(event.specialty_title),
        zone: event.time_zone,
        address: event.address,
    };
    Told {
        account: event.account,
        about: event.choice,
        notice: Notice::Admission(Admission::ExamMissed(exam)),
    }
}
