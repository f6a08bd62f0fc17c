//! What an expert can decide on a submission, and what has to be told with it.

use chassis::violation::Violations;
use jiff::Timestamp;

use super::reason_code::{Note, Reasons};

/// The most reasons of one rejection.
pub const MAX_REASONS: usize = 10;
/// The most characters of a note.
pub const MAX_NOTE: usize = 2000;

/// A decision that is fit to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Accept,
    Reject {
        reasons: Vec<Reason>,
    },
    RequestCorrection {
        items: Vec<CorrectionItem>,
        correction_due_time: Timestamp,
    },
}

/// A reason of a rejection, with what the expert adds for the applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: String,
    pub note: String,
}

/// One thing to be corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionItem {
    pub section: String,
    pub kind: CorrectionKind,
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionKind {
    Incorrect,
    Incomplete,
    Outdated,
}

impl CorrectionKind {
    pub const ALL: [Self; 3] = [Self::Incorrect, Self::Incomplete, Self::Outdated];

    pub fn code(self) -> &'static str {
        match self {
            Self::Incorrect => "INCORRECT",
            Self::Incomplete => "INCOMPLETE",
            Self::Outdated => "OUTDATED",
        }
    }
}

impl Decision {
    /// As in the contract, without prefix.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Accept => "ACCEPTED",
            Self::Reject { .. } => "REJECTED",
            Self::RequestCorrection { .. } => "CORRECTION_REQUESTED",
        }
    }

    /// A rejection by 1 to 10 known reasons, each once, with a note where the reason asks for one.
    ///
    /// # Errors
    /// Everything wrong at once, by the paths of RejectApplication.
    pub fn reject(reasons: Vec<Reason>, known: &Reasons) -> Result<Self, Violations> {
        let mut wrong = counted("reasons", reasons.len(), MAX_REASONS);
        for (at, reason) in reasons.iter().enumerate().take(MAX_REASONS) {
            let field = format!("reasons[{at}].code");
            match known.find(&reason.code) {
                None if reason.code.is_empty() => drop(wrong.add(field, "REQUIRED")),
                None => drop(wrong.add(field, "UNKNOWN_VALUE")),
                Some(_)
                    if reasons[..at]
                        .iter()
                        .any(|before| before.code == reason.code) =>
                {
                    wrong.add(field, "REPEATED_CODE");
                }
                Some(found) if found.note == Note::Required && reason.note.trim().is_empty() => {
                    wrong.add(format!("reasons[{at}].note"), "NOTE_NEEDED");
                }
                Some(_) => {}
            }
            check_note(&format!("reasons[{at}].note"), &reason.note, &mut wrong);
        }
        if wrong.is_empty() {
            Ok(Self::Reject { reasons })
        } else {
            Err(wrong)
        }
    }

    /// A request to correct one or more of the sections of the submission, each once, each with a note.
    ///
    /// # Errors
    /// Everything wrong at once, by the paths of RequestCorrection.
    pub fn request_correction(
        items: Vec<CorrectionItem>,
        sections: &[String],
        correction_due_time: Timestamp,
    ) -> Result<Self, Violations> {
        let mut wrong = counted("items", items.len(), sections.len());
        for (at, item) in items.iter().enumerate().take(sections.len()) {
            let field = format!("items[{at}].section");
            if item.section.is_empty() {
                wrong.add(field, "REQUIRED");
            } else if !sections.contains(&item.section) {
                wrong.add(field, "UNKNOWN_VALUE");
            } else if items[..at]
                .iter()
                .any(|before| before.section == item.section)
            {
                wrong.add(field, "REPEATED_SECTION");
            }
            let note = format!("items[{at}].note");
            if item.note.trim().is_empty() {
                wrong.add(note.as_str(), "REQUIRED");
            }
            check_note(&note, &item.note, &mut wrong);
        }
        if wrong.is_empty() {
            Ok(Self::RequestCorrection {
                items,
                correction_due_time,
            })
        } else {
            Err(wrong)
        }
    }
}

fn counted(field: &str, count: usize, max: usize) -> Violations {
    let mut wrong = Violations::new();
    if count == 0 {
        wrong.add(field, "REQUIRED");
    } else if count > max {
        wrong.add_with(field, "TOO_MANY", [("max", max.to_string())]);
    }
    wrong
}

/// A note is text for a person: not too long, and without characters that no keyboard writes.
pub fn check_note(field: &str, note: &str, wrong: &mut Violations) {
    wrong.optional_text(field, note, MAX_NOTE);
    if note
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        wrong.add(field, "INVALID_FORMAT");
    }
}

#[cfg(test)]
mod tests {
    use super::super::reason_code::reserve;
    use super::*;

    fn reason(code: &str, note: &str) -> Reason {
        Reason {
            code: code.into(),
            note: note.into(),
        }
    }

    fn item(section: &str, note: &str) -> CorrectionItem {
        CorrectionItem {
            section: section.into(),
            kind: CorrectionKind::Incomplete,
            note: note.into(),
        }
    }

    fn rejected(reasons: Vec<Reason>) -> Vec<(String, &'static str)> {
        told(Decision::reject(reasons, reserve()))
    }

    fn corrected(items: Vec<CorrectionItem>) -> Vec<(String, &'static str)> {
        let sections = ["personal", "employment"].map(str::to_owned);
        told(Decision::request_correction(
            items,
            &sections,
            Timestamp::UNIX_EPOCH,
        ))
    }

    fn told(made: Result<Decision, Violations>) -> Vec<(String, &'static str)> {
        let wrong = made.err().unwrap_or_default();
        wrong
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect()
    }

    fn at(field: &str, reason: &'static str) -> Vec<(String, &'static str)> {
        vec![(field.to_owned(), reason)]
    }

    #[test]
    fn a_rejection_by_known_reasons_is_made() {
        assert_eq!(
            rejected(vec![
                reason("EXPERIENCE_TOO_SHORT", ""),
                reason("OTHER", "түсіндірме")
            ]),
            []
        );
    }

    #[test]
    fn a_rejection_without_a_reason_is_not_made() {
        assert_eq!(rejected(Vec::new()), at("reasons", "REQUIRED"));
        assert_eq!(
            rejected(vec![reason("", "")]),
            at("reasons[0].code", "REQUIRED")
        );
    }

    #[test]
    fn a_reason_is_known_given_once_and_has_its_note() {
        assert_eq!(
            rejected(vec![reason("BAD_MOOD", "")]),
            at("reasons[0].code", "UNKNOWN_VALUE")
        );
        let twice = vec![reason("NOT_A_CITIZEN", ""), reason("NOT_A_CITIZEN", "")];
        assert_eq!(rejected(twice), at("reasons[1].code", "REPEATED_CODE"));
        assert_eq!(
            rejected(vec![reason("OTHER", "  ")]),
            at("reasons[0].note", "NOTE_NEEDED")
        );
    }

    #[test]
    fn reasons_and_notes_have_their_limits() {
        let eleven = reserve().reasons[..11]
            .iter()
            .map(|known| reason(&known.code, "x"))
            .collect();
        assert_eq!(rejected(eleven), at("reasons", "TOO_MANY"));
        assert_eq!(rejected(vec![reason("OTHER", &"ә".repeat(2000))]), []);
        assert_eq!(
            rejected(vec![reason("OTHER", &"ә".repeat(2001))]),
            at("reasons[0].note", "TOO_LONG")
        );
    }

    #[test]
    fn a_note_is_text_and_nothing_else() {
        assert_eq!(rejected(vec![reason("OTHER", "бір\r\n\tекі")]), []);
        let odd = rejected(vec![reason("OTHER", "a\0b")]);
        assert_eq!(odd, at("reasons[0].note", "INVALID_FORMAT"));
        let odd = corrected(vec![item("personal", "a\u{7f}")]);
        assert_eq!(odd, at("items[0].note", "INVALID_FORMAT"));
    }

    #[test]
    fn a_correction_names_sections_of_the_submission_once_and_says_what_is_wrong() {
        assert_eq!(
            corrected(vec![item("personal", "x"), item("employment", "y")]),
            []
        );
        assert_eq!(corrected(Vec::new()), at("items", "REQUIRED"));
        assert_eq!(
            corrected(vec![item("hobby", "x")]),
            at("items[0].section", "UNKNOWN_VALUE")
        );
        assert_eq!(
            corrected(vec![item("personal", "")]),
            at("items[0].note", "REQUIRED")
        );
        let twice = vec![item("personal", "x"), item("personal", "y")];
        assert_eq!(corrected(twice), at("items[1].section", "REPEATED_SECTION"));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let wrong = rejected(vec![
            reason("BAD_MOOD", &"x".repeat(2001)),
            reason("FALSE_DATA", ""),
        ]);
        let expected = [
            ("reasons[0].code", "UNKNOWN_VALUE"),
            ("reasons[0].note", "TOO_LONG"),
            ("reasons[1].note", "NOTE_NEEDED"),
        ];
        assert_eq!(
            wrong,
            expected.map(|(field, reason)| (field.to_owned(), reason))
        );
    }
}
