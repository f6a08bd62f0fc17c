//! What a board signs about choices in its folders: which ones, as it saw them, and what it read off the
//! papers of those that it accepts.

use chassis::violation::Violations;
use serde::{Deserialize, Serialize};

use super::choice::{Hundredths, Seen};
use super::dictionary::Dictionaries;
use super::specialty::check_code;

/// Choices in one act at most: what somebody can look through before signing.
pub const MOST_SEEN: usize = 200;
pub const MOST_ACCEPTED: usize = 100;
/// More than a certificate has subjects, and than there are merits or benefits.
pub const MOST_MARKS: usize = 40;
pub const MOST_CODES: usize = 10;

const REFUSALS: &str = "choice-refusal-reasons";
const ERRONEOUS: &str = "erroneous-reasons";

/// A choice as somebody of the board saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenChoice {
    /// The name of a choice.
    pub choice: String,
    pub current_etag: String,
}

/// A choice that is accepted, with what the college saw proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    #[serde(flatten)]
    pub of: SeenChoice,
    #[serde(flatten)]
    pub seen: Seen,
}

/// An accepted choice of which something was read wrongly. Both are signed: what stood there and what
/// stands in the papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    #[serde(flatten)]
    pub of: SeenChoice,
    /// As it was when the act was prepared.
    pub was: Seen,
    #[serde(flatten)]
    pub seen: Seen,
}

/// A mark of a certificate: from 3 to 5.
pub fn mark(text: &str) -> Option<Hundredths> {
    let range = Hundredths::whole(3)..=Hundredths::whole(5);
    Hundredths::parse(text).filter(|it| range.contains(it))
}

/// What is wrong with the codes of what a college saw, by the paths of the message.
pub fn check_seen(wrong: &mut Violations, path: &str, seen: &Seen, dictionaries: &Dictionaries) {
    let subjects: Vec<_> = seen.marks.iter().map(|it| it.subject.as_str()).collect();
    let field = |at: usize| format!("{path}.marks[{at}].subject");
    check_each(
        wrong,
        field,
        "certificate-subjects",
        &subjects,
        dictionaries,
    );
    for (name, dictionary, codes) in [
        ("merits", "merits", &seen.merits),
        (
            "quota_categories",
            "quota-categories",
            &seen.quota_categories,
        ),
    ] {
        let codes: Vec<_> = codes.iter().map(String::as_str).collect();
        let field = |at: usize| format!("{path}.{name}[{at}]");
        check_each(wrong, field, dictionary, &codes, dictionaries);
    }
}

/// What is wrong with the reasons of a refusal.
pub fn check_refusal(codes: &[String], dictionaries: &Dictionaries) -> Violations {
    let mut wrong = Violations::new();
    let codes: Vec<_> = codes.iter().map(String::as_str).collect();
    let field = |at: usize| format!("reject_choices.reason_codes[{at}]");
    check_each(&mut wrong, field, REFUSALS, &codes, dictionaries);
    wrong
}

/// What is wrong with the reason for which choices are set aside.
pub fn check_erroneous(code: &str, dictionaries: &Dictionaries) -> Violations {
    let mut wrong = Violations::new();
    let field = "set_choices_aside.reason_code".to_owned();
    check_code(&mut wrong, field, dictionaries, ERRONEOUS, code);
    wrong
}

/// The dictionary in which the reasons of a choice that was refused or set aside stand.
pub fn reasons_of(refused: bool) -> &'static str {
    if refused { REFUSALS } else { ERRONEOUS }
}

/// Each code stands in its dictionary, and there once.
pub(super) fn check_each(
    wrong: &mut Violations,
    field: impl Fn(usize) -> String,
    dictionary: &str,
    codes: &[&str],
    dictionaries: &Dictionaries,
) {
    for (at, code) in codes.iter().enumerate() {
        if codes[..at].contains(code) {
            wrong.add(field(at), "VALUE_TWICE");
        } else {
            check_code(wrong, field(at), dictionaries, dictionary, code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::choice::Mark;
    use super::*;

    fn told(wrong: Violations) -> Vec<(String, &'static str)> {
        wrong.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    #[test]
    fn marks_are_from_3_to_5_in_hundredths() {
        for (text, kept) in [("3", "3"), ("4.50", "4.5"), ("5", "5")] {
            let mark = mark(text).map(|it| it.to_string());
            assert_eq!(mark.as_deref(), Some(kept));
        }
        for text in ["2.99", "5.01", "4.125", "A", ""] {
            assert_eq!(mark(text), None, "{text}");
        }
    }

    #[test]
    fn codes_are_known_and_stand_there_once() {
        let mark = |subject: &str| Mark {
            subject: subject.into(),
            mark: Hundredths::whole(4),
        };
        let seen = Seen {
            marks: vec![mark("KAZAKH"), mark("ALCHEMY"), mark("KAZAKH"), mark("")],
            merits: vec!["OLYMPIAD_PRIZE".into(), "OLYMPIAD_PRIZE".into()],
            quota_categories: vec!["RURAL".into(), "NOBLE".into()],
        };
        let mut wrong = Violations::new();
        check_seen(&mut wrong, "a", &seen, Dictionaries::shipped());
        let expected = [
            ("a.marks[1].subject", "UNKNOWN_VALUE"),
            ("a.marks[2].subject", "VALUE_TWICE"),
            ("a.marks[3].subject", "REQUIRED"),
            ("a.merits[1]", "VALUE_TWICE"),
            ("a.quota_categories[1]", "UNKNOWN_VALUE"),
        ];
        assert_eq!(told(wrong), expected.map(|(a, b)| (a.to_owned(), b)));
    }

    #[test]
    fn reasons_stand_in_their_dictionaries() {
        let dictionaries = Dictionaries::shipped();
        let codes = ["DOCUMENTS_INCOMPLETE".to_owned(), "TEST_ENTRY".to_owned()];
        let expected = ("reject_choices.reason_codes[1]".to_owned(), "UNKNOWN_VALUE");
        assert_eq!(told(check_refusal(&codes, dictionaries)), [expected]);
        assert_eq!(told(check_erroneous("TEST_ENTRY", dictionaries)), []);
        let unknown = told(check_erroneous("BORED", dictionaries));
        assert_eq!(unknown.len(), 1);
    }
}
