//! What an applicant of colleges is told of: choices that colleges answered, exams.

use chassis::text::{Language, Texts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::clocks::Clocks;
use super::notice::{Facts, in_language, listed};

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
        }
    }

    /// What the words are filled in with.
    pub(super) fn facts(&self, texts: &Texts, language: Language) -> Facts {
        match self {
            Admission::ChoiceAcknowledged(choice) | Admission::ChoiceAccepted(choice) => {
                choice.facts(language)
            }
            Admission::ChoiceRejected { choice, reasons }
            | Admission::ChoiceSetAside { choice, reasons } => {
                let mut facts = choice.facts(language);
                let lines = reasons
                    .iter()
                    .map(|it| in_language(it, language).to_owned());
                facts.push(("reasons", listed(lines)));
                facts
            }
            Admission::ExamAppointed(exam) | Admission::ExamMoved(exam) => {
                exam.facts(texts, language)
            }
        }
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
