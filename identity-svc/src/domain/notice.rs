//! What a person is told: the fact is kept, the words are found when it is read.

use std::borrow::Cow;

use chassis::caller::Role;
use chassis::clock::astana;
use chassis::text::{Language, Texts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::admission::Admission;
use super::calendar_file::{CalendarFile, Method};
use super::clocks::Clocks;
use super::step::Step;

/// A fact that a person is told. Names and times only; the tag is kept in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Notice {
    Welcome,
    RegistrationRepeated,
    ApplicationSubmitted,
    ApplicationResubmitted,
    ApplicationWithdrawn,
    CorrectionAsked {
        items: Vec<Correction>,
        due: Timestamp,
    },
    ApplicationAccepted,
    ApplicationAcceptedOnSubmission,
    ApplicationRejected {
        reasons: Vec<String>,
    },
    PromoCodeIssued {
        test_system: String,
        expires: Timestamp,
    },
    PromoCodeRedeemed {
        test_system: String,
    },
    LanguageTestPassed,
    LanguageTestFailed,
    CertificateVerified,
    BookingConfirmed(Appointment),
    BookingMoved(Appointment),
    BookingCancelled(Appointment),
    TestStarted {
        start: Timestamp,
        /// As in an [`Appointment`].
        #[serde(default)]
        zone: String,
    },
    PasswordChanged {
        time: Timestamp,
    },
    PasswordRecovered {
        time: Timestamp,
    },
    AccountReleased {
        time: Timestamp,
    },
    EmailChanged {
        time: Timestamp,
    },
    EmailChangeStarted {
        time: Timestamp,
    },
    RolesChanged {
        /// All that are held now.
        roles: Vec<String>,
    },
    /// One of the later steps, or of college admission; they bring their own tags. Serde wants them last.
    #[serde(untagged)]
    Step(Step),
    #[serde(untagged)]
    Admission(Admission),
}

/// Names in the texts, and what stands for them.
pub(super) type Facts = Vec<(&'static str, String)>;

/// A section and what is wrong with it: `education`, `INCOMPLETE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub section: String,
    pub fault: String,
}

/// Where and when somebody is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The id of the booking.
    pub booking: String,
    pub start: Timestamp,
    pub end: Timestamp,
    /// What the place is called in Kazakh, Russian and English.
    pub place: [String; 3],
    /// The zone of the clocks there, an IANA name; empty in what was told before places had one.
    #[serde(default)]
    pub zone: String,
    pub sequence: i32,
}

/// A notice in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub title: String,
    pub body: String,
}

/// A file that goes with a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    pub file_name: String,
    pub media_type: String,
    pub content: String,
}

impl Notice {
    pub fn roles_changed(roles: &[Role]) -> Self {
        let roles = roles.iter().map(|role| role.as_str().to_owned());
        Self::RolesChanged {
            roles: roles.collect(),
        }
    }

    /// `BOOKING_CONFIRMED`: the name of its kind in the contract.
    pub fn kind(&self) -> &'static str {
        match self {
            Notice::Welcome => "WELCOME",
            Notice::RegistrationRepeated => "REGISTRATION_REPEATED",
            Notice::ApplicationSubmitted => "APPLICATION_SUBMITTED",
            Notice::ApplicationResubmitted => "APPLICATION_RESUBMITTED",
            Notice::ApplicationWithdrawn => "APPLICATION_WITHDRAWN",
            Notice::CorrectionAsked { .. } => "CORRECTION_ASKED",
            Notice::ApplicationAccepted => "APPLICATION_ACCEPTED",
            Notice::ApplicationAcceptedOnSubmission => "APPLICATION_ACCEPTED_ON_SUBMISSION",
            Notice::ApplicationRejected { .. } => "APPLICATION_REJECTED",
            Notice::PromoCodeIssued { .. } => "PROMO_CODE_ISSUED",
            Notice::PromoCodeRedeemed { .. } => "PROMO_CODE_REDEEMED",
            Notice::LanguageTestPassed => "LANGUAGE_TEST_PASSED",
            Notice::LanguageTestFailed => "LANGUAGE_TEST_FAILED",
            Notice::CertificateVerified => "CERTIFICATE_VERIFIED",
            Notice::BookingConfirmed(_) => "BOOKING_CONFIRMED",
            Notice::BookingMoved(_) => "BOOKING_MOVED",
            Notice::BookingCancelled(_) => "BOOKING_CANCELLED",
            Notice::TestStarted { .. } => "TEST_STARTED",
            Notice::PasswordChanged { .. } => "PASSWORD_CHANGED",
            Notice::PasswordRecovered { .. } => "PASSWORD_RECOVERED",
            Notice::AccountReleased { .. } => "ACCOUNT_RELEASED",
            Notice::EmailChanged { .. } => "EMAIL_CHANGED",
            Notice::EmailChangeStarted { .. } => "EMAIL_CHANGE_STARTED",
            Notice::RolesChanged { .. } => "ROLES_CHANGED",
            Notice::Step(step) => step.kind(),
            Notice::Admission(step) => step.kind(),
        }
    }

    /// The texts of its words: those of its kind, or of its outcome.
    fn texts(&self) -> &'static str {
        match self {
            Notice::Step(step) => step.texts(),
            _ => self.kind(),
        }
    }

    pub fn words(&self, texts: &Texts, language: Language) -> Words {
        let args = self.facts(texts, language);
        let text = |part: &str| {
            let id = format!("{}-{part}", kebab(self.texts()));
            let args = args
                .iter()
                .map(|(name, value)| (*name, Cow::Borrowed(value.as_str())));
            texts.message(language, &id, args).unwrap_or(id)
        };
        Words {
            title: text("title"),
            body: text("body"),
        }
    }

    /// What the words are filled in with.
    fn facts(&self, texts: &Texts, language: Language) -> Facts {
        let label = |group: &str, code: &str| label(texts, language, group, code);
        match self {
            Notice::CorrectionAsked { items, due } => {
                let lines = items.iter().map(|item| {
                    format!(
                        "{} – {}",
                        label("section", &item.section),
                        label("fault", &item.fault)
                    )
                });
                vec![("items", listed(lines)), ("due", local(*due))]
            }
            Notice::ApplicationRejected { reasons } => {
                vec![(
                    "reasons",
                    listed(reasons.iter().map(|code| label("rejection", code))),
                )]
            }
            Notice::PromoCodeIssued {
                test_system,
                expires,
            } => vec![
                ("system", label("test-system", test_system)),
                ("how", label("how-to", test_system)),
                ("expires", local(*expires)),
            ],
            Notice::PromoCodeRedeemed { test_system } => {
                vec![("system", label("test-system", test_system))]
            }
            Notice::BookingConfirmed(at)
            | Notice::BookingMoved(at)
            | Notice::BookingCancelled(at) => at.facts(texts, language),
            Notice::TestStarted { start, zone } => {
                let there = Clocks::of(zone);
                vec![
                    ("start", there.time(*start)),
                    ("clocks", there.words(*start, texts, language)),
                ]
            }
            Notice::PasswordChanged { time }
            | Notice::PasswordRecovered { time }
            | Notice::AccountReleased { time }
            | Notice::EmailChanged { time }
            | Notice::EmailChangeStarted { time } => {
                vec![("time", local(*time))]
            }
            Notice::RolesChanged { roles } if roles.is_empty() => {
                vec![("roles", label("role", "NONE"))]
            }
            Notice::RolesChanged { roles } => {
                vec![(
                    "roles",
                    listed(roles.iter().map(|role| label("role", role))),
                )]
            }
            Notice::Step(step) => step.facts(texts, language),
            Notice::Admission(step) => step.facts(texts, language),
            _ => Vec::new(),
        }
    }

    /// The calendar file of a booking, in the reader's language.
    pub fn enclosures(
        &self,
        texts: &Texts,
        language: Language,
        stamp: Timestamp,
        organizer: &str,
    ) -> Vec<Enclosure> {
        let (at, method) = match self {
            Notice::BookingConfirmed(at) | Notice::BookingMoved(at) => (at, Method::Publish),
            Notice::BookingCancelled(at) | Notice::Step(Step::BookingDisplaced(at)) => {
                (at, Method::Cancel)
            }
            _ => return Vec::new(),
        };
        let words = self.words(texts, language);
        let summary = texts
            .message(language, "calendar-summary", [])
            .unwrap_or_default();
        let file = CalendarFile {
            method,
            uid: &format!("{}@irikteu.kz", at.booking),
            sequence: at.sequence,
            stamp,
            start: at.start,
            end: at.end,
            summary: &summary,
            description: &words.body,
            location: in_language(&at.place, language),
            organizer,
        };
        vec![Enclosure {
            file_name: "booking.ics".into(),
            media_type: method.media_type(),
            content: file.render(),
        }]
    }
}

impl Appointment {
    pub(super) fn facts(&self, texts: &Texts, language: Language) -> Facts {
        let there = Clocks::of(&self.zone);
        vec![
            ("start", there.time(self.start)),
            ("end", there.time(self.end)),
            ("clocks", there.words(self.start, texts, language)),
            ("place", in_language(&self.place, language).to_owned()),
        ]
    }
}

/// One of three titles; the Kazakh one where the language has none.
pub(super) fn in_language([kk, ru, en]: &[String; 3], language: Language) -> &str {
    let wanted = match language {
        Language::Kk => kk,
        Language::Ru => ru,
        Language::En => en,
    };
    if wanted.is_empty() { kk } else { wanted }
}

/// The words for a code; a code that has none here is shown as it is.
pub(super) fn label(texts: &Texts, language: Language, group: &str, code: &str) -> String {
    let id = format!("{group}-{}", kebab(code));
    texts
        .message(language, &id, [])
        .unwrap_or_else(|| code.to_owned())
}

/// `OVER_AGE_LIMIT` → `over-age-limit`.
fn kebab(code: &str) -> String {
    code.to_ascii_lowercase().replace('_', "-")
}

/// One thing a line.
pub(super) fn listed(things: impl Iterator<Item = String>) -> String {
    things
        .map(|thing| format!("• {thing}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// `30.06.2026 23:59`, Astana time.
pub(super) fn local(time: Timestamp) -> String {
    Clocks(astana()).time(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_tag_is_the_name_of_the_kind() {
        let notice = Notice::PromoCodeRedeemed {
            test_system: "QRT".into(),
        };
        let kept = serde_json::to_value(&notice).expect("json");
        assert_eq!(kept["kind"], notice.kind());
        assert_eq!(
            serde_json::from_value::<Notice>(kept).expect("a notice"),
            notice
        );
    }

    #[test]
    fn times_are_astanas_before_and_after_the_change_of_2024() {
        assert_eq!(
            local("2026-06-30T18:59:59Z".parse().expect("an instant")),
            "30.06.2026 23:59"
        );
        assert_eq!(
            local("2023-09-30T17:59:59Z".parse().expect("an instant")),
            "30.09.2023 23:59"
        );
    }
}
