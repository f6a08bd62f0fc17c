//! Every "no" of review-svc, one to one with `review/v1/error_reason.proto`.

use chassis::error::Kind;
use jiff::Timestamp;

/// Why review-svc says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    TaskAlreadyClaimed { lease_expire_time: Timestamp },
    ClaimNeeded,
    LeaseExpired { lease_expire_time: Timestamp },
    TaskDecided { outcome: &'static str },
    TaskWithdrawn,
    OwnApplication,
    CalendarMissing { year: i16 },
    TaskPaused { pause_time: Timestamp },
    TaskNotPaused,
    TaskPending,
    TaskDisputed,
    TaskNotDisputed,
    TaskNotPending,
    TaskDisqualified,
    TaskErroneous,
    ConflictOfInterest,
    FirstOpinionGiven,
    TooManyClaims { max: u32 },
    NoTaskToClaim,
    SectionsNotOk { sections: Vec<String> },
    NoCorrectionWanted,
    TooManySavedFilters { max: u32 },
    EnquiryClosed,
    EnquiryFull { max: u32 },
    EnquiryNotAnswered,
    EnquiryNotPublic,
    TooManyEnquiries { max: u32 },
}

impl chassis::error::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::TaskAlreadyClaimed { .. } => "TASK_ALREADY_CLAIMED",
            Self::ClaimNeeded => "CLAIM_NEEDED",
            Self::LeaseExpired { .. } => "LEASE_EXPIRED",
            Self::TaskDecided { .. } => "TASK_DECIDED",
            Self::TaskWithdrawn => "TASK_WITHDRAWN",
            Self::OwnApplication => "OWN_APPLICATION",
            Self::CalendarMissing { .. } => "CALENDAR_MISSING",
            Self::TaskPaused { .. } => "TASK_PAUSED",
            Self::TaskNotPaused => "TASK_NOT_PAUSED",
            Self::TaskPending => "TASK_PENDING",
            Self::TaskDisputed => "TASK_DISPUTED",
            Self::TaskNotDisputed => "TASK_NOT_DISPUTED",
            Self::TaskNotPending => "TASK_NOT_PENDING",
            Self::TaskDisqualified => "TASK_DISQUALIFIED",
            Self::TaskErroneous => "TASK_ERRONEOUS",
            Self::ConflictOfInterest => "CONFLICT_OF_INTEREST",
            Self::FirstOpinionGiven => "FIRST_OPINION_GIVEN",
            Self::TooManyClaims { .. } => "TOO_MANY_CLAIMS",
            Self::NoTaskToClaim => "NO_TASK_TO_CLAIM",
            Self::SectionsNotOk { .. } => "SECTIONS_NOT_OK",
            Self::NoCorrectionWanted => "NO_CORRECTION_WANTED",
            Self::TooManySavedFilters { .. } => "TOO_MANY_SAVED_FILTERS",
            Self::EnquiryClosed => "ENQUIRY_CLOSED",
            Self::EnquiryFull { .. } => "ENQUIRY_FULL",
            Self::EnquiryNotAnswered => "ENQUIRY_NOT_ANSWERED",
            Self::EnquiryNotPublic => "ENQUIRY_NOT_PUBLIC",
            Self::TooManyEnquiries { .. } => "TOO_MANY_ENQUIRIES",
        }
    }

    fn kind(&self) -> Kind {
        Kind::FailedPrecondition
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TaskAlreadyClaimed { lease_expire_time }
            | Self::LeaseExpired { lease_expire_time } => {
                vec![("lease_expire_time", lease_expire_time.to_string())]
            }
            Self::TaskDecided { outcome } => vec![("outcome", (*outcome).to_owned())],
            Self::CalendarMissing { year } => vec![("year", year.to_string())],
            Self::TaskPaused { pause_time } => vec![("pause_time", pause_time.to_string())],
            Self::TooManyClaims { max }
            | Self::TooManySavedFilters { max }
            | Self::EnquiryFull { max }
            | Self::TooManyEnquiries { max } => {
                vec![("max", max.to_string())]
            }
            Self::SectionsNotOk { sections } => vec![
                ("count", sections.len().to_string()),
                ("sections", listed(sections)),
            ],
            _ => Vec::new(),
        }
    }
}

/// Which sections, where they are known.
fn listed(sections: &[String]) -> String {
    match sections {
        [] => "–".to_owned(),
        some => some.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::error::Refusal as _;
    use chassis::text::{Language, Texts};

    const CONTRACT: &str = include_str!("../../../proto/irikteu/review/v1/error_reason.proto");

    fn one_of_each() -> [Refusal; 27] {
        let lease_expire_time: Timestamp = "2025-06-05T06:30:00Z".parse().expect("an instant");
        [
            Refusal::TaskAlreadyClaimed { lease_expire_time },
            Refusal::ClaimNeeded,
            Refusal::LeaseExpired { lease_expire_time },
            Refusal::TaskDecided {
                outcome: "ACCEPTED",
            },
            Refusal::TaskWithdrawn,
            Refusal::OwnApplication,
            Refusal::CalendarMissing { year: 2028 },
            Refusal::TaskPaused {
                pause_time: lease_expire_time,
            },
            Refusal::TaskNotPaused,
            Refusal::TaskPending,
            Refusal::TaskDisputed,
            Refusal::TaskNotDisputed,
            Refusal::TaskNotPending,
            Refusal::TaskDisqualified,
            Refusal::ConflictOfInterest,
            Refusal::FirstOpinionGiven,
            Refusal::TooManyClaims { max: 10 },
            Refusal::NoTaskToClaim,
            Refusal::SectionsNotOk {
                sections: vec!["employment".into()],
            },
            Refusal::NoCorrectionWanted,
            Refusal::TooManySavedFilters { max: 20 },
            Refusal::TaskErroneous,
            Refusal::EnquiryClosed,
            Refusal::EnquiryFull { max: 50 },
            Refusal::EnquiryNotAnswered,
            Refusal::EnquiryNotPublic,
            Refusal::TooManyEnquiries { max: 10 },
        ]
    }

    /// The values of an enum of the contract, without prefix, as far as they can be sent.
    fn declared(prefix: &str) -> Vec<&'static str> {
        let line =
            |line: &'static str| Some(line.trim().strip_prefix(prefix)?.split_once(" = ")?.0);
        CONTRACT
            .lines()
            .filter_map(line)
            .filter(|reason| *reason != "UNSPECIFIED")
            .collect()
    }

    fn texts() -> Texts {
        Texts::new(
            include_str!("../../texts/kk.ftl"),
            include_str!("../../texts/ru.ftl"),
            include_str!("../../texts/en.ftl"),
        )
    }

    #[test]
    fn every_refusal_is_declared_and_every_reason_declared_is_refused_with() {
        let reasons = one_of_each().map(|refusal| refusal.reason());
        assert_eq!(reasons.as_slice(), declared("ERROR_REASON_"));
    }

    #[test]
    fn every_refusal_has_its_sentence_in_each_language() {
        let texts = texts();
        for (refusal, language) in one_of_each()
            .iter()
            .flat_map(|r| Language::ALL.map(|l| (r, l)))
        {
            let sentence = texts.sentence(language, refusal.reason(), &refusal.metadata());
            assert!(
                sentence.is_some_and(|s| !s.contains('{')),
                "{} {language:?}",
                refusal.reason()
            );
        }
    }

    #[test]
    fn every_violation_reason_has_its_sentence_in_each_language() {
        let texts = texts();
        for reason in declared("VIOLATION_REASON_") {
            for language in Language::ALL {
                assert!(
                    texts.sentence(language, reason, &[]).is_some(),
                    "{reason} {language:?}"
                );
            }
        }
    }
}
