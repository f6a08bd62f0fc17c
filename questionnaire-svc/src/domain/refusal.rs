//! Every "no" of questionnaire-svc, one to one with `questionnaire/v1/error_reason.proto`.

use chassis::error::Kind;
use chassis::violation::Violations;
use jiff::Timestamp;
use jiff::civil::Date;

use super::document;

/// Why questionnaire-svc says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    CampaignExists,
    CampaignNotOpenYet {
        campaign: String,
        open_time: Timestamp,
    },
    CampaignClosed {
        campaign: String,
        close_time: Timestamp,
    },
    OverAgeLimit {
        age_years: i32,
        max_age_years: i32,
        reference_date: Date,
    },
    ApplicationExists {
        application: String,
    },
    ApplicationNeeded,
    ApplicationFrozen {
        state: &'static str,
    },
    /// The problems are told field by field.
    ApplicationIncomplete {
        problems: Violations,
    },
    ApplicationDecided {
        state: &'static str,
    },
    CorrectionTermOver {
        correction_due_time: Timestamp,
    },
    SectionNotUnderCorrection {
        section: String,
    },
    SectionVerified,
    DocumentLimitReached {
        limit: usize,
    },
    DocumentAlreadyUploaded,
    DocumentNotReady {
        state: &'static str,
    },
    UploadBrokenOff,
    UploadTooLarge {
        limit: u64,
    },
    UploadSizeMismatch {
        expected: u64,
        received: u64,
    },
    UploadHashMismatch,
    ContentTypeMismatch {
        announced: String,
        found: &'static str,
    },
    CertificateAlreadyDeclared,
    ContentUnreadable {
        announced: String,
    },
    PhotoShapeWrong {
        width: u32,
        height: u32,
    },
    DocumentInfected,
    ApplicationNotSubmitted {
        state: &'static str,
    },
    CorrectionOpen {
        correction_due_time: Timestamp,
    },
    CorrectionAskedAlready {
        ask_time: Timestamp,
    },
    ApplicationEnded {
        state: &'static str,
    },
    CampaignRulesFrozen {
        /// Their names, with commas between them.
        fields: String,
    },
    CampaignWindowShortened {
        close_time: Timestamp,
    },
    CampaignNotScheduled {
        state: &'static str,
    },
    MemberAlready {
        end_date: Date,
    },
    FormRevisionPublished {
        form_revision: String,
    },
    DictionaryExists,
    NewsRetired,
    EditTermOver {
        edit_until_time: Timestamp,
    },
    AttemptsUsedUp {
        free: i32,
        paid: i32,
        year: i16,
    },
    TestStarted {
        start_time: Timestamp,
    },
    BoardActionDone {
        sign_time: Timestamp,
    },
    BoardActionExpired {
        expire_time: Timestamp,
    },
    SpecialtyExists {
        specialty: String,
    },
    SpecialtyClosed {
        specialty: String,
    },
    SpecialtyRankingStarted {
        specialty: String,
    },
    CollegeUnknown {
        bin: String,
    },
    ChoiceDecided {
        state: &'static str,
    },
    FormulaMissing {
        specialty: String,
    },
    ChoicesOpen {
        specialty: String,
        count: i64,
    },
    ExamsOpen {
        specialty: String,
        count: i64,
    },
    ExamGraded {
        exam_sitting: String,
    },
    ArchiveNotTaken {
        why: &'static str,
    },
    PersonUnknown,
    ServiceRequestExists {
        service_request: String,
    },
    ServiceRequestsUsedUp {
        limit: i32,
    },
    ServiceRequestDecided {
        state: &'static str,
    },
    DormitoryPlacesTaken {
        taken: i32,
    },
    MarksMissing {
        specialty: String,
        count: usize,
        /// The choices by their names, as far as they are told.
        choices: Violations,
    },
    BoardOpeningsUsedUp {
        most: i32,
    },
    ServiceRequestsTooMany {
        limit: usize,
    },
    FormulaUnfit {
        /// `specialties/{specialty}/scoreFormulas/{version}`.
        score_formula: String,
        /// What speaks against it, by its paths.
        why: Violations,
    },
}

impl chassis::error::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::CampaignExists => "CAMPAIGN_EXISTS",
            Self::CampaignNotOpenYet { .. } => "CAMPAIGN_NOT_OPEN_YET",
            Self::CampaignClosed { .. } => "CAMPAIGN_CLOSED",
            Self::OverAgeLimit { .. } => "OVER_AGE_LIMIT",
            Self::ApplicationExists { .. } => "APPLICATION_EXISTS",
            Self::ApplicationNeeded => "APPLICATION_NEEDED",
            Self::ApplicationFrozen { .. } => "APPLICATION_FROZEN",
            Self::ApplicationIncomplete { .. } => "APPLICATION_INCOMPLETE",
            Self::ApplicationDecided { .. } => "APPLICATION_DECIDED",
            Self::CorrectionTermOver { .. } => "CORRECTION_TERM_OVER",
            Self::SectionNotUnderCorrection { .. } => "SECTION_NOT_UNDER_CORRECTION",
            Self::SectionVerified => "SECTION_VERIFIED",
            Self::DocumentLimitReached { .. } => "DOCUMENT_LIMIT_REACHED",
            Self::DocumentAlreadyUploaded => "DOCUMENT_ALREADY_UPLOADED",
            Self::DocumentNotReady { .. } => "DOCUMENT_NOT_READY",
            Self::UploadBrokenOff => "UPLOAD_BROKEN_OFF",
            Self::UploadTooLarge { .. } => "UPLOAD_TOO_LARGE",
            Self::UploadSizeMismatch { .. } => "UPLOAD_SIZE_MISMATCH",
            Self::UploadHashMismatch => "UPLOAD_HASH_MISMATCH",
            Self::ContentTypeMismatch { .. } => "CONTENT_TYPE_MISMATCH",
            Self::CertificateAlreadyDeclared => "CERTIFICATE_ALREADY_DECLARED",
            Self::ContentUnreadable { .. } => "CONTENT_UNREADABLE",
            Self::PhotoShapeWrong { .. } => "PHOTO_SHAPE_WRONG",
            Self::DocumentInfected => "DOCUMENT_INFECTED",
            Self::ApplicationNotSubmitted { .. } => "APPLICATION_NOT_SUBMITTED",
            Self::CorrectionOpen { .. } => "CORRECTION_OPEN",
            Self::CorrectionAskedAlready { .. } => "CORRECTION_ASKED_ALREADY",
            Self::ApplicationEnded { .. } => "APPLICATION_ENDED",
            Self::CampaignRulesFrozen { .. } => "CAMPAIGN_RULES_FROZEN",
            Self::CampaignWindowShortened { .. } => "CAMPAIGN_WINDOW_SHORTENED",
            Self::CampaignNotScheduled { .. } => "CAMPAIGN_NOT_SCHEDULED",
            Self::MemberAlready { .. } => "MEMBER_ALREADY",
            Self::FormRevisionPublished { .. } => "FORM_REVISION_PUBLISHED",
            Self::DictionaryExists => "DICTIONARY_EXISTS",
            Self::NewsRetired => "NEWS_RETIRED",
            Self::EditTermOver { .. } => "EDIT_TERM_OVER",
            Self::AttemptsUsedUp { .. } => "ATTEMPTS_USED_UP",
            Self::TestStarted { .. } => "TEST_STARTED",
            Self::BoardActionDone { .. } => "BOARD_ACTION_DONE",
            Self::BoardActionExpired { .. } => "BOARD_ACTION_EXPIRED",
            Self::SpecialtyExists { .. } => "SPECIALTY_EXISTS",
            Self::SpecialtyClosed { .. } => "SPECIALTY_CLOSED",
            Self::SpecialtyRankingStarted { .. } => "SPECIALTY_RANKING_STARTED",
            Self::CollegeUnknown { .. } => "COLLEGE_UNKNOWN",
            Self::ChoiceDecided { .. } => "CHOICE_DECIDED",
            Self::FormulaMissing { .. } => "FORMULA_MISSING",
            Self::ChoicesOpen { .. } => "CHOICES_OPEN",
            Self::ExamsOpen { .. } => "EXAMS_OPEN",
            Self::ExamGraded { .. } => "EXAM_GRADED",
            Self::ArchiveNotTaken { .. } => "ARCHIVE_NOT_TAKEN",
            Self::PersonUnknown => "PERSON_UNKNOWN",
            Self::ServiceRequestExists { .. } => "SERVICE_REQUEST_EXISTS",
            Self::ServiceRequestsUsedUp { .. } => "SERVICE_REQUESTS_USED_UP",
            Self::ServiceRequestDecided { .. } => "SERVICE_REQUEST_DECIDED",
            Self::DormitoryPlacesTaken { .. } => "DORMITORY_PLACES_TAKEN",
            Self::MarksMissing { .. } => "MARKS_MISSING",
            Self::BoardOpeningsUsedUp { .. } => "BOARD_OPENINGS_USED_UP",
            Self::ServiceRequestsTooMany { .. } => "SERVICE_REQUESTS_TOO_MANY",
            Self::FormulaUnfit { .. } => "FORMULA_UNFIT",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::CampaignExists
            | Self::ApplicationExists { .. }
            | Self::DictionaryExists
            | Self::SpecialtyExists { .. }
            | Self::ServiceRequestExists { .. } => Kind::AlreadyExists,
            Self::UploadBrokenOff => Kind::Aborted,
            Self::UploadTooLarge { .. } => Kind::ResourceExhausted,
            Self::UploadSizeMismatch { .. }
            | Self::UploadHashMismatch
            | Self::ContentTypeMismatch { .. }
            | Self::ContentUnreadable { .. }
            | Self::PhotoShapeWrong { .. }
            | Self::ArchiveNotTaken { .. }
            | Self::DocumentInfected => Kind::InvalidArgument,
            _ => Kind::FailedPrecondition,
        }
    }

    fn violations(&self) -> Option<&Violations> {
        match self {
            Self::ApplicationIncomplete { problems } => Some(problems),
            Self::MarksMissing { choices, .. } => Some(choices),
            Self::FormulaUnfit { why, .. } => Some(why),
            _ => None,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CampaignNotOpenYet {
                campaign,
                open_time,
            } => {
                vec![
                    ("campaign", campaign.clone()),
                    ("open_time", open_time.to_string()),
                ]
            }
            Self::CampaignClosed {
                campaign,
                close_time,
            } => {
                vec![
                    ("campaign", campaign.clone()),
                    ("close_time", close_time.to_string()),
                ]
            }
            Self::OverAgeLimit {
                age_years,
                max_age_years,
                reference_date,
            } => vec![
                ("age_years", age_years.to_string()),
                ("max_age_years", max_age_years.to_string()),
                ("reference_date", reference_date.to_string()),
            ],
            Self::ApplicationExists { application } => vec![("application", application.clone())],
            Self::ApplicationFrozen { state }
            | Self::ApplicationDecided { state }
            | Self::ApplicationNotSubmitted { state }
            | Self::ApplicationEnded { state }
            | Self::CampaignNotScheduled { state }
            | Self::ChoiceDecided { state }
            | Self::ServiceRequestDecided { state }
            | Self::DocumentNotReady { state } => {
                vec![("state", (*state).to_owned())]
            }
            Self::ApplicationIncomplete { problems } => {
                vec![("problems", problems.iter().count().to_string())]
            }
            Self::CorrectionTermOver {
                correction_due_time,
            }
            | Self::CorrectionOpen {
                correction_due_time,
            } => {
                vec![("correction_due_time", correction_due_time.to_string())]
            }
            Self::EditTermOver { edit_until_time } => {
                vec![("edit_until_time", edit_until_time.to_string())]
            }
            Self::TestStarted { start_time } => vec![("start_time", start_time.to_string())],
            Self::BoardActionDone { sign_time } => vec![("sign_time", sign_time.to_string())],
            Self::BoardActionExpired { expire_time } => {
                vec![("expire_time", expire_time.to_string())]
            }
            Self::CollegeUnknown { bin } => vec![("bin", bin.clone())],
            Self::SpecialtyExists { specialty }
            | Self::SpecialtyClosed { specialty }
            | Self::FormulaMissing { specialty }
            | Self::SpecialtyRankingStarted { specialty } => {
                vec![("specialty", specialty.clone())]
            }
            Self::ChoicesOpen { specialty, count } | Self::ExamsOpen { specialty, count } => {
                vec![
                    ("specialty", specialty.clone()),
                    ("count", count.to_string()),
                ]
            }
            Self::ServiceRequestExists { service_request } => {
                vec![("service_request", service_request.clone())]
            }
            Self::ServiceRequestsUsedUp { limit } => vec![("limit", limit.to_string())],
            Self::BoardOpeningsUsedUp { most } => vec![("most", most.to_string())],
            Self::ServiceRequestsTooMany { limit } => vec![("limit", limit.to_string())],
            Self::DormitoryPlacesTaken { taken } => vec![("taken", taken.to_string())],
            Self::MarksMissing {
                specialty, count, ..
            } => {
                vec![
                    ("specialty", specialty.clone()),
                    ("count", count.to_string()),
                ]
            }
            Self::ExamGraded { exam_sitting } => vec![("exam_sitting", exam_sitting.clone())],
            Self::FormulaUnfit { score_formula, .. } => {
                vec![("score_formula", score_formula.clone())]
            }
            Self::AttemptsUsedUp { free, paid, year } => vec![
                ("free_attempts", free.to_string()),
                ("paid_attempts", paid.to_string()),
                ("year", year.to_string()),
            ],
            Self::SectionNotUnderCorrection { section } => vec![("section", section.clone())],
            Self::DocumentLimitReached { limit } => vec![("limit", limit.to_string())],
            Self::UploadTooLarge { limit } => vec![("limit", limit.to_string())],
            Self::UploadSizeMismatch { expected, received } => {
                vec![
                    ("expected", expected.to_string()),
                    ("received", received.to_string()),
                ]
            }
            Self::ContentTypeMismatch { announced, found } => {
                vec![
                    ("announced", announced.clone()),
                    ("found", (*found).to_owned()),
                ]
            }
            Self::ArchiveNotTaken { why } => vec![("why", (*why).to_owned())],
            Self::ContentUnreadable { announced } => vec![("announced", announced.clone())],
            Self::PhotoShapeWrong { width, height } => vec![
                ("width", width.to_string()),
                ("height", height.to_string()),
                ("min_width", document::PHOTO_MIN_WIDTH.to_string()),
                ("min_height", document::PHOTO_MIN_HEIGHT.to_string()),
            ],
            Self::CorrectionAskedAlready { ask_time } => vec![("ask_time", ask_time.to_string())],
            Self::CampaignRulesFrozen { fields } => vec![("fields", fields.clone())],
            Self::CampaignWindowShortened { close_time } => {
                vec![("close_time", close_time.to_string())]
            }
            Self::MemberAlready { end_date } => vec![("end_date", end_date.to_string())],
            Self::FormRevisionPublished { form_revision } => {
                vec![("form_revision", form_revision.clone())]
            }
            Self::CampaignExists
            | Self::DictionaryExists
            | Self::DocumentInfected
            | Self::NewsRetired
            | Self::ApplicationNeeded
            | Self::SectionVerified
            | Self::DocumentAlreadyUploaded
            | Self::UploadBrokenOff
            | Self::UploadHashMismatch
            | Self::PersonUnknown
            | Self::CertificateAlreadyDeclared => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::error::Refusal as _;
    use chassis::text::{Language, Texts};

    const CONTRACT: &str =
        include_str!("../../../proto/irikteu/questionnaire/v1/error_reason.proto");

    fn one_of_each() -> Vec<Refusal> {
        let time: Timestamp = "2025-06-30T19:00:00Z".parse().expect("an instant");
        let text = || "x".to_owned();
        vec![
            Refusal::CampaignExists,
            Refusal::CampaignNotOpenYet {
                campaign: text(),
                open_time: time,
            },
            Refusal::CampaignClosed {
                campaign: text(),
                close_time: time,
            },
            Refusal::OverAgeLimit {
                age_years: 36,
                max_age_years: 35,
                reference_date: Date::constant(2025, 6, 30),
            },
            Refusal::ApplicationExists {
                application: text(),
            },
            Refusal::ApplicationNeeded,
            Refusal::ApplicationFrozen { state: "SUBMITTED" },
            Refusal::ApplicationIncomplete {
                problems: Violations::one("rows", "REQUIRED"),
            },
            Refusal::ApplicationDecided { state: "ACCEPTED" },
            Refusal::CorrectionTermOver {
                correction_due_time: time,
            },
            Refusal::SectionNotUnderCorrection { section: text() },
            Refusal::SectionVerified,
            Refusal::DocumentLimitReached { limit: 100 },
            Refusal::DocumentAlreadyUploaded,
            Refusal::DocumentNotReady { state: "SCANNING" },
            Refusal::UploadBrokenOff,
            Refusal::UploadTooLarge { limit: 1 },
            Refusal::UploadSizeMismatch {
                expected: 2,
                received: 1,
            },
            Refusal::UploadHashMismatch,
            Refusal::ContentTypeMismatch {
                announced: text(),
                found: "UNKNOWN",
            },
            Refusal::CertificateAlreadyDeclared,
            Refusal::ContentUnreadable { announced: text() },
            Refusal::PhotoShapeWrong {
                width: 400,
                height: 300,
            },
            Refusal::ApplicationNotSubmitted { state: "DRAFT" },
            Refusal::CorrectionOpen {
                correction_due_time: time,
            },
            Refusal::CorrectionAskedAlready { ask_time: time },
            Refusal::ApplicationEnded { state: "REJECTED" },
            Refusal::CampaignRulesFrozen { fields: text() },
            Refusal::CampaignWindowShortened { close_time: time },
            Refusal::CampaignNotScheduled { state: "OPEN" },
            Refusal::MemberAlready {
                end_date: Date::constant(2028, 6, 30),
            },
            Refusal::FormRevisionPublished {
                form_revision: text(),
            },
            Refusal::DictionaryExists,
            Refusal::NewsRetired,
            Refusal::DocumentInfected,
            Refusal::EditTermOver {
                edit_until_time: time,
            },
            Refusal::AttemptsUsedUp {
                free: 1,
                paid: 1,
                year: 2025,
            },
            Refusal::TestStarted { start_time: time },
            Refusal::BoardActionDone { sign_time: time },
            Refusal::BoardActionExpired { expire_time: time },
            Refusal::SpecialtyExists { specialty: text() },
            Refusal::SpecialtyClosed { specialty: text() },
            Refusal::SpecialtyRankingStarted { specialty: text() },
            Refusal::CollegeUnknown { bin: text() },
            Refusal::ChoiceDecided { state: "ACCEPTED" },
            Refusal::FormulaMissing { specialty: text() },
            Refusal::ChoicesOpen {
                specialty: text(),
                count: 3,
            },
            Refusal::ExamsOpen {
                specialty: text(),
                count: 3,
            },
            Refusal::ExamGraded {
                exam_sitting: text(),
            },
            Refusal::ArchiveNotTaken { why: "ENCRYPTED" },
            Refusal::PersonUnknown,
            Refusal::ServiceRequestExists {
                service_request: text(),
            },
            Refusal::ServiceRequestsUsedUp { limit: 5 },
            Refusal::ServiceRequestDecided { state: "GRANTED" },
            Refusal::DormitoryPlacesTaken { taken: 43 },
            Refusal::MarksMissing {
                specialty: text(),
                count: 3,
                choices: Violations::one("campaigns/c/applications/a/choices/1", "MARK_MISSING"),
            },
            Refusal::BoardOpeningsUsedUp { most: 3 },
            Refusal::ServiceRequestsTooMany { limit: 20_000 },
            Refusal::FormulaUnfit {
                score_formula: text(),
                why: Violations::one("specialties/s/scoreFormulas/1.added", "EXAM_NEEDED"),
            },
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
        let reasons: Vec<_> = one_of_each()
            .iter()
            .map(|refusal| refusal.reason())
            .collect();
        assert_eq!(reasons, declared("ERROR_REASON_"));
    }

    #[test]
    fn every_refusal_has_its_sentence_in_each_language() {
        let texts = texts();
        for (refusal, language) in one_of_each()
            .iter()
            .flat_map(|r| Language::ALL.map(|l| (r, l)))
        {
            let sentence = texts.sentence(language, refusal.reason(), &refusal.metadata());
            let sentence = sentence.unwrap_or_else(|| panic!("{} {language:?}", refusal.reason()));
            assert!(!sentence.contains('{'), "{sentence}");
        }
    }

    #[test]
    fn every_reason_of_a_violation_or_a_warning_has_its_sentence_in_each_language() {
        let args = [
            "code",
            "latest",
            "earliest",
            "max",
            "media_types",
            "count",
            "state",
            "subjects",
            "free",
            "category",
            "percent",
            "basis",
        ]
        .map(|name| (name, "1".to_owned()));
        let texts = texts();
        let warnings = declared("WARNING_REASON_");
        for reason in declared("VIOLATION_REASON_").into_iter().chain(warnings) {
            for language in Language::ALL {
                let sentence = texts.sentence(language, reason, &args);
                assert!(
                    sentence.is_some_and(|s| !s.contains('{')),
                    "{reason} {language:?}"
                );
            }
        }
    }
}
