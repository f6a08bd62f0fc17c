//! What a person is told: the fact is kept, the words are found when it is read.

use std::borrow::Cow;

use chassis::caller::Role;
use chassis::clock::astana;
use chassis::text::{Language, Texts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar_file::{CalendarFile, Method};

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
    },
    PasswordChanged {
        time: Timestamp,
    },
    PasswordRecovered {
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
}

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
            Notice::EmailChanged { .. } => "EMAIL_CHANGED",
            Notice::EmailChangeStarted { .. } => "EMAIL_CHANGE_STARTED",
            Notice::RolesChanged { .. } => "ROLES_CHANGED",
        }
    }

    pub fn words(&self, texts: &Texts, language: Language) -> Words {
        let args = self.facts(texts, language);
        let text = |part: &str| {
            let id = format!("{}-{part}", kebab(self.kind()));
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
    fn facts(&self, texts: &Texts, language: Language) -> Vec<(&'static str, String)> {
        let label = |group: &str, code: &str| {
            let id = format!("{group}-{}", kebab(code));
            texts
                .message(language, &id, [])
                .unwrap_or_else(|| code.to_owned())
        };
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
            | Notice::BookingCancelled(at) => {
                vec![
                    ("start", local(at.start)),
                    ("end", local(at.end)),
                    ("place", at.place_in(language).to_owned()),
                ]
            }
            Notice::TestStarted { start } => vec![("start", local(*start))],
            Notice::PasswordChanged { time }
            | Notice::PasswordRecovered { time }
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
            Notice::BookingCancelled(at) => (at, Method::Cancel),
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
            location: at.place_in(language),
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
    fn place_in(&self, language: Language) -> &str {
        let [kk, ru, en] = &self.place;
        match language {
            Language::Kk => kk,
            Language::Ru => ru,
            Language::En => en,
        }
    }
}

/// `OVER_AGE_LIMIT` → `over-age-limit`.
fn kebab(code: &str) -> String {
    code.to_ascii_lowercase().replace('_', "-")
}

/// One thing a line.
fn listed(things: impl Iterator<Item = String>) -> String {
    things
        .map(|thing| format!("• {thing}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// `30.06.2026 23:59`, Astana time.
fn local(time: Timestamp) -> String {
    time.to_zoned(astana())
        .strftime("%d.%m.%Y %H:%M")
        .to_string()
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
