//! What an applicant of colleges is told of: choices that colleges answered, exams, what boards do in their
//! name, and what else was asked of a college.

use chassis::text::{Language, Texts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::clocks::Clocks;
use super::notice::{Facts, in_language, label, listed};

/// What a college did. Titles are in Kazakh, Russian and English; nothing of a person is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Admission {
    ChoiceAcknowledged(Choice),
    ChoiceAccepted(Choice),
    ChoiceRejected {
        #[serde(flatten)]
        choice: Choice,
        /// What each reason says.
        reasons: Vec<[String; 3]>,
    },
    ChoiceSetAside {
        #[serde(flatten)]
        choice: Choice,
        reasons: Vec<[String; 3]>,
    },
    ExamAppointed(Exam),
    ExamMoved(Exam),
    ExamMissed(Exam),
    MarksCorrected(Choice),
    ApplicationOpenedByBoard {
        college: [String; 3],
    },
    ApplicationSentByBoard {
        college: [String; 3],
    },
    ServiceRequestAcknowledged(Service),
    ServiceRequestGranted(Service),
    ServiceRequestRefused {
        #[serde(flatten)]
        service: Service,
        reasons: Vec<[String; 3]>,
    },
    ServiceRequestEnded(Service),
}

/// What somebody asked of a college besides a place on the state order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// As in the contract, without prefix.
    pub service: String,
    pub college: [String; 3],
    /// The year in which the academic year begins.
    pub academic_year: i32,
}

/// What somebody wishes to study, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub specialty: [String; 3],
    pub college: [String; 3],
}

/// When and where somebody is examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exam {
    pub exam: [String; 3],
    pub specialty: [String; 3],
    pub start: Timestamp,
    /// The zone of the clocks there, an IANA name.
    pub zone: String,
    /// As the college wrote it.
    pub address: String,
}

impl Admission {
    /// The name of its kind in the contract.
    pub fn kind(&self) -> &'static str {
        match self {
            Admission::ChoiceAcknowledged(_) => "CHOICE_ACKNOWLEDGED",
            Admission::ChoiceAccepted(_) => "CHOICE_ACCEPTED",
            Admission::ChoiceRejected { .. } => "CHOICE_REJECTED",
            Admission::ChoiceSetAside { .. } => "CHOICE_SET_ASIDE",
            Admission::ExamAppointed(_) => "EXAM_APPOINTED",
            Admission::ExamMoved(_) => "EXAM_MOVED",
            Admission::ExamMissed(_) => "EXAM_MISSED",
            Admission::ServiceRequestAcknowledged(_) => "SERVICE_REQUEST_ACKNOWLEDGED",
            Admission::ServiceRequestGranted(_) => "SERVICE_REQUEST_GRANTED",
            Admission::ServiceRequestRefused { .. } => "SERVICE_REQUEST_REFUSED",
            Admission::ServiceRequestEnded(_) => "SERVICE_REQUEST_ENDED",
            Admission::MarksCorrected(_) => "MARKS_CORRECTED",
            Admission::ApplicationOpenedByBoard { .. } => "APPLICATION_OPENED_BY_BOARD",
            Admission::ApplicationSentByBoard { .. } => "APPLICATION_SENT_BY_BOARD",
        }
    }

    /// What the words are filled in with.
    pub(super) fn facts(&self, texts: &Texts, language: Language) -> Facts {
        match self {
            Admission::ChoiceAcknowledged(choice)
            | Admission::ChoiceAccepted(choice)
            | Admission::MarksCorrected(choice) => choice.facts(language),
            Admission::ApplicationOpenedByBoard { college }
            | Admission::ApplicationSentByBoard { college } => {
                vec![("college", in_language(college, language).to_owned())]
            }
            Admission::ChoiceRejected { choice, reasons }
            | Admission::ChoiceSetAside { choice, reasons } => {
                let mut facts = choice.facts(language);
                facts.push(("reasons", lines(reasons, language)));
                facts
            }
            Admission::ExamAppointed(exam)
            | Admission::ExamMoved(exam)
            | Admission::ExamMissed(exam) => exam.facts(texts, language),
            Admission::ServiceRequestAcknowledged(service)
            | Admission::ServiceRequestGranted(service)
            | Admission::ServiceRequestEnded(service) => service.facts(texts, language),
            Admission::ServiceRequestRefused { service, reasons } => {
                let mut facts = service.facts(texts, language);
                facts.push(("reasons", lines(reasons, language)));
                facts
            }
        }
    }
}

/// What each reason says.
fn lines(reasons: &[[String; 3]], language: Language) -> String {
    let said = |reason: &[String; 3]| in_language(reason, language).to_owned();
    listed(reasons.iter().map(said))
}

impl Service {
    fn facts(&self, texts: &Texts, language: Language) -> Facts {
        let year = self.academic_year;
        vec![
            ("service", label(texts, language, "service", &self.service)),
            ("college", in_language(&self.college, language).to_owned()),
            ("year", format!("{year}/{}", year.saturating_add(1))),
        ]
    }
}

impl Choice {
    fn facts(&self, language: Language) -> Facts {
        vec![
            (
                "specialty",
                in_language(&self.specialty, language).to_owned(),
            ),
            ("college", in_language(&self.college, language).to_owned()),
        ]
    }
}

impl Exam {
    fn facts(&self, texts: &Texts, language: Language) -> Facts {
        let there = Clocks::of(&self.zone);
        vec![
            ("exam", in_language(&self.exam, language).to_owned()),
            (
                "specialty",
                in_language(&self.specialty, language).to_owned(),
            ),
            ("start", there.time(self.start)),
            ("clocks", there.words(self.start, texts, language)),
            ("address", self.address.clone()),
        ]
    }
}
