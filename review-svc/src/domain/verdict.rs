//! What an expert holds of each section of a submission, and what follows from it for a decision.

use chassis::violation::Violations;

use super::decision::{CorrectionItem, CorrectionKind};
use super::policy::SectionMarks;
use super::refusal::Refusal;

/// The most verdicts that are saved at once.
pub const MOST_AT_ONCE: usize = 50;

/// A verdict on a section, with what the applicant is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionVerdict {
    pub section: String,
    pub verdict: Verdict,
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    Wrong(CorrectionKind),
}

impl Verdict {
    /// As in the contract, without prefix.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Wrong(kind) => kind.code(),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let kinds = CorrectionKind::ALL.into_iter();
        let all = std::iter::once(Self::Ok).chain(kinds.map(Self::Wrong));
        all.into_iter().find(|verdict| verdict.code() == code)
    }
}

/// Everything wrong with verdicts that are to be saved, by the paths of SaveSectionVerdicts.
pub fn check(verdicts: &[SectionVerdict], sections: &[String], wrong: &mut Violations) {
    for (at, one) in verdicts.iter().enumerate().take(MOST_AT_ONCE) {
        let field = format!("verdicts[{at}].section");
        if one.section.is_empty() {
            wrong.add(field, "REQUIRED");
        } else if !sections.contains(&one.section) {
            wrong.add(field, "UNKNOWN_VALUE");
        } else if verdicts[..at].iter().any(|it| it.section == one.section) {
            wrong.add(field, "REPEATED_SECTION");
        }
        let note = format!("verdicts[{at}].note");
        if one.verdict != Verdict::Ok && one.note.trim().is_empty() {
            wrong.add(note.as_str(), "NOTE_NEEDED");
        }
        super::decision::check_note(&note, &one.note, wrong);
    }
}

/// Whether an expert with these verdicts may accept. The sections are known once somebody has read
/// the submission; before that nothing can have been marked.
///
/// # Errors
/// `SECTIONS_NOT_OK`, with the sections that stand in the way as far as they are known.
pub fn may_accept(
    verdicts: &[SectionVerdict],
    sections: Option<&[String]>,
    marks: SectionMarks,
) -> Result<(), Refusal> {
    let is_wrong = |section: &&String| {
        let found = verdicts.iter().find(|one| one.section == **section);
        match found {
            Some(one) => one.verdict != Verdict::Ok,
            None => marks == SectionMarks::Required,
        }
    };
    let in_the_way: Vec<String> = match sections {
        Some(sections) => sections.iter().filter(is_wrong).cloned().collect(),
        None if marks == SectionMarks::Optional => Vec::new(),
        None => {
            return Err(Refusal::SectionsNotOk {
                sections: Vec::new(),
            });
        }
    };
    match in_the_way.is_empty() {
        true => Ok(()),
        false => Err(Refusal::SectionsNotOk {
            sections: in_the_way,
        }),
    }
}

/// What is to be corrected by these verdicts.
pub fn items(verdicts: &[SectionVerdict]) -> Vec<CorrectionItem> {
    let item = |one: &SectionVerdict| match one.verdict {
        Verdict::Ok => None,
        Verdict::Wrong(kind) => Some(CorrectionItem {
            section: one.section.clone(),
            kind,
            note: one.note.clone(),
        }),
    };
    verdicts.iter().filter_map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(section: &str) -> SectionVerdict {
        SectionVerdict {
            section: section.into(),
            verdict: Verdict::Ok,
            note: String::new(),
        }
    }

    fn wrong(section: &str) -> SectionVerdict {
        SectionVerdict {
            verdict: Verdict::Wrong(CorrectionKind::Outdated),
            note: "ескірген".into(),
            ..ok(section)
        }
    }

    fn sections() -> Vec<String> {
        ["personal", "education"].map(str::to_owned).into()
    }

    fn stands_in_the_way(verdicts: &[SectionVerdict], marks: SectionMarks) -> Vec<String> {
        match may_accept(verdicts, Some(&sections()), marks) {
            Err(Refusal::SectionsNotOk { sections }) => sections,
            _ => Vec::new(),
        }
    }

    #[test]
    fn what_is_accepted_is_ok_in_every_section() {
        let all = [ok("personal"), ok("education")];
        assert!(stands_in_the_way(&all, SectionMarks::Required).is_empty());
        let one = [ok("personal")];
        assert_eq!(
            stands_in_the_way(&one, SectionMarks::Required),
            ["education"]
        );
        assert!(stands_in_the_way(&one, SectionMarks::Optional).is_empty());
        let bad = [ok("personal"), wrong("education")];
        for marks in [SectionMarks::Required, SectionMarks::Optional] {
            assert_eq!(stands_in_the_way(&bad, marks), ["education"]);
        }
        assert!(may_accept(&[], None, SectionMarks::Required).is_err());
        assert!(may_accept(&[], None, SectionMarks::Optional).is_ok());
    }

    #[test]
    fn what_is_not_ok_is_what_is_to_be_corrected() {
        let items = items(&[ok("personal"), wrong("education")]);
        assert_eq!(items.len(), 1);
        assert_eq!(
            (items[0].section.as_str(), items[0].kind),
            ("education", CorrectionKind::Outdated)
        );
    }

    #[test]
    fn everything_wrong_with_verdicts_is_told_at_once() {
        let mut told = Violations::new();
        let bare = SectionVerdict {
            note: " ".into(),
            ..wrong("education")
        };
        check(
            &[ok("hobby"), ok(""), bare.clone(), bare],
            &sections(),
            &mut told,
        );
        let told: Vec<_> = told.into_iter().map(|it| (it.field, it.reason)).collect();
        let expected = [
            ("verdicts[0].section", "UNKNOWN_VALUE"),
            ("verdicts[1].section", "REQUIRED"),
            ("verdicts[2].note", "NOTE_NEEDED"),
            ("verdicts[3].section", "REPEATED_SECTION"),
            ("verdicts[3].note", "NOTE_NEEDED"),
        ];
        assert_eq!(
            told,
            expected.map(|(field, reason)| (field.to_owned(), reason))
        );
    }

    #[test]
    fn every_verdict_is_read_back_by_its_code() {
        for code in ["OK", "INCORRECT", "INCOMPLETE", "OUTDATED"] {
            assert_eq!(Verdict::from_code(code).map(Verdict::code), Some(code));
        }
        assert_eq!(Verdict::from_code("FINE"), None);
    }
}
