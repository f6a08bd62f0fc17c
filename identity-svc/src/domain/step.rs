//! What a person is told of the later steps: terms, seats, results, the Reserve.

use chassis::text::{Language, Texts};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clocks::Clocks;
use super::notice::{Appointment, Facts, in_language, label, local};

/// A later step. Names, codes and times only: nothing of a person, and no score but what a sentence says of
/// why somebody got a place or did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Step {
    ReviewTermChanged {
        paused: bool,
        due: Option<Timestamp>,
    },
    CorrectionDeclined,
    ReviewEscalated {
        due: Timestamp,
    },
    ReviewTaskAssigned {
        due: Option<Timestamp>,
    },
    ApplicationExpiring {
        /// The first instant at which nothing is taken any more.
        closes: Timestamp,
    },
    ApplicationExpired,
    ApplicationDisqualified {
        reason: String,
        /// What the reason is called in Kazakh, Russian and English; empty in what was told before events
        /// said it.
        #[serde(default)]
        title: [String; 3],
    },
    ApplicationMarkedErroneous {
        reason: String,
        #[serde(default)]
        title: [String; 3],
    },
    StageAdvanced {
        /// What the stage is called in Kazakh, Russian and English.
        stage: [String; 3],
    },
    StageNotAdvanced {
        stage: [String; 3],
    },
    /// In a stage that measures by marks.
    Qualified {
        stage: [String; 3],
    },
    NotQualified {
        stage: [String; 3],
    },
    Chosen {
        stage: [String; 3],
    },
    NotChosen {
        stage: [String; 3],
    },
    BookingDisplaced(Appointment),
    SeatOffered {
        at: Appointment,
        expires: Timestamp,
        /// Whether it replaces a seat that the person lost.
        displaced: bool,
    },
    SeatOfferLapsed,
    WaitingEnded {
        stage: [String; 3],
    },
    BookingReminder(Appointment),
    BookingMissed(Appointment),
    TestTerminated {
        reason: String,
    },
    AppealFiled,
    AppealDecided {
        granted: bool,
        advanced: bool,
    },
    MembershipStarted {
        first: Date,
        last: Date,
    },
    MembershipEnded {
        at: Timestamp,
        reason: String,
    },
    CertificateIssued {
        /// What it is about in Kazakh, Russian and English.
        title: [String; 3],
        occasion: Occasion,
    },
    CertificateRevoked {
        title: [String; 3],
        reason: String,
    },
    EnquiryAnswered,
    PlaceOffered {
        wish: Wish,
        expires: Timestamp,
    },
    PlaceOfferLapsed {
        specialty: [String; 3],
        college: [String; 3],
    },
    PlaceMissed {
        /// The dearest first.
        wishes: Vec<Wish>,
    },
}

/// What came of a wish for a specialty, in Kazakh, Russian and English each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub specialty: [String; 3],
    pub college: [String; 3],
    /// A whole sentence.
    pub why: [String; 3],
}

/// What a certificate is issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Occasion {
    /// The results are out.
    Publication,
    /// An appeal changed the result: the one before is superseded.
    Appeal,
    /// The one before was revoked.
    Reissue,
}

impl Step {
    /// The name of its kind in the contract.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::ReviewTermChanged { .. } => "REVIEW_TERM_CHANGED",
            Step::CorrectionDeclined => "CORRECTION_DECLINED",
            Step::ReviewEscalated { .. } => "REVIEW_ESCALATED",
            Step::ReviewTaskAssigned { .. } => "REVIEW_TASK_ASSIGNED",
            Step::ApplicationExpiring { .. } => "APPLICATION_EXPIRING",
            Step::ApplicationExpired => "APPLICATION_EXPIRED",
            Step::ApplicationDisqualified { .. } => "APPLICATION_DISQUALIFIED",
            Step::ApplicationMarkedErroneous { .. } => "APPLICATION_MARKED_ERRONEOUS",
            Step::StageAdvanced { .. } => "STAGE_ADVANCED",
            Step::StageNotAdvanced { .. } => "STAGE_NOT_ADVANCED",
            Step::Qualified { .. } => "QUALIFIED",
            Step::NotQualified { .. } => "NOT_QUALIFIED",
            Step::Chosen { .. } => "CHOSEN",
            Step::NotChosen { .. } => "NOT_CHOSEN",
            Step::BookingDisplaced(_) => "BOOKING_DISPLACED",
            Step::SeatOffered { .. } => "SEAT_OFFERED",
            Step::SeatOfferLapsed => "SEAT_OFFER_LAPSED",
            Step::WaitingEnded { .. } => "WAITING_ENDED",
            Step::BookingReminder(_) => "BOOKING_REMINDER",
            Step::BookingMissed(_) => "BOOKING_MISSED",
            Step::TestTerminated { .. } => "TEST_TERMINATED",
            Step::AppealFiled => "APPEAL_FILED",
            Step::AppealDecided { .. } => "APPEAL_DECIDED",
            Step::MembershipStarted { .. } => "MEMBERSHIP_STARTED",
            Step::MembershipEnded { .. } => "MEMBERSHIP_ENDED",
            Step::CertificateIssued { .. } => "CERTIFICATE_ISSUED",
            Step::CertificateRevoked { .. } => "CERTIFICATE_REVOKED",
            Step::EnquiryAnswered => "ENQUIRY_ANSWERED",
            Step::PlaceOffered { .. } => "PLACE_OFFERED",
            Step::PlaceOfferLapsed { .. } => "PLACE_OFFER_LAPSED",
            Step::PlaceMissed { .. } => "PLACE_MISSED",
        }
    }

    /// The texts to take, where a kind has several: the outcome decides what is said, not a word in it.
    pub fn texts(&self) -> &'static str {
        match self {
            Step::ReviewTermChanged { paused: true, .. } => "REVIEW_TERM_PAUSED",
            Step::ReviewTermChanged { due: None, .. } => "REVIEW_TERM_OPEN",
            Step::ReviewTaskAssigned { due: None } => "REVIEW_TASK_ASSIGNED_OPEN",
            Step::SeatOffered {
                displaced: true, ..
            } => "SEAT_OFFERED_AGAIN",
            Step::AppealDecided { advanced: true, .. } => "APPEAL_ADVANCED",
            Step::AppealDecided { granted: true, .. } => "APPEAL_GRANTED",
            Step::CertificateIssued { occasion, .. } => match occasion {
                Occasion::Publication => self.kind(),
                Occasion::Appeal => "CERTIFICATE_SUPERSEDED",
                Occasion::Reissue => "CERTIFICATE_REISSUED",
            },
            _ => self.kind(),
        }
    }

    /// What the words are filled in with.
    pub(super) fn facts(&self, texts: &Texts, language: Language) -> Facts {
        match self {
            Step::ReviewTermChanged { due, .. } | Step::ReviewTaskAssigned { due } => {
                due.iter().map(|due| ("due", local(*due))).collect()
            }
            Step::ReviewEscalated { due } => vec![("due", local(*due))],
            // The window is over at this instant: the day before says it as people do, 23:59.
            Step::ApplicationExpiring { closes } => {
                vec![("closes", local(*closes - SignedDuration::from_micros(1)))]
            }
            Step::ApplicationDisqualified { reason, title } => {
                vec![(
                    "reason",
                    called(texts, language, "rejection", reason, title),
                )]
            }
            Step::ApplicationMarkedErroneous { reason, title } => {
                vec![(
                    "reason",
                    called(texts, language, "erroneous", reason, title),
                )]
            }
            Step::TestTerminated { reason } => {
                vec![("reason", label(texts, language, "irregularity", reason))]
            }
            Step::StageAdvanced { stage }
            | Step::StageNotAdvanced { stage }
            | Step::Qualified { stage }
            | Step::NotQualified { stage }
            | Step::Chosen { stage }
            | Step::NotChosen { stage }
            | Step::WaitingEnded { stage } => {
                vec![("stage", in_language(stage, language).to_owned())]
            }
            Step::BookingDisplaced(at) | Step::BookingReminder(at) | Step::BookingMissed(at) => {
                at.facts(texts, language)
            }
            Step::SeatOffered { at, expires, .. } => {
                let mut facts = at.facts(texts, language);
                let there = Clocks::of(&at.zone);
                facts.push(("expires", there.time(*expires)));
                facts.push(("until_clocks", there.words(*expires, texts, language)));
                facts
            }
            Step::MembershipStarted { first, last } => {
                vec![("first", day(*first)), ("last", day(*last))]
            }
            Step::MembershipEnded { at, reason } => vec![
                ("time", local(*at)),
                ("reason", label(texts, language, "membership-end", reason)),
            ],
            Step::CertificateIssued { title, .. } => {
                vec![("title", in_language(title, language).to_owned())]
            }
            Step::CertificateRevoked { title, reason } => vec![
                ("title", in_language(title, language).to_owned()),
                ("reason", label(texts, language, "revocation", reason)),
            ],
            Step::PlaceOffered { wish, expires } => vec![
                (
                    "specialty",
                    in_language(&wish.specialty, language).to_owned(),
                ),
                ("college", in_language(&wish.college, language).to_owned()),
                ("why", in_language(&wish.why, language).to_owned()),
                ("expires", local(*expires)),
            ],
            Step::PlaceOfferLapsed { specialty, college } => vec![
                ("specialty", in_language(specialty, language).to_owned()),
                ("college", in_language(college, language).to_owned()),
            ],
            Step::PlaceMissed { wishes } => {
                let line = |(at, it): (usize, &Wish)| {
                    let [specialty, college, why] =
                        [&it.specialty, &it.college, &it.why].map(|it| in_language(it, language));
                    format!("{at}. {specialty} ({college}): {why}")
                };
                let lines: Vec<String> = (1..).zip(wishes).map(line).collect();
                vec![("wishes", lines.join("\n"))]
            }
            Step::CorrectionDeclined
            | Step::ApplicationExpired
            | Step::SeatOfferLapsed
            | Step::AppealFiled
            | Step::AppealDecided { .. }
            | Step::EnquiryAnswered => Vec::new(),
        }
    }
}

/// `30.06.2026`.
fn day(date: Date) -> String {
    date.strftime("%d.%m.%Y").to_string()
}

/// What a reason is called: as its dictionary did when it was told, or in our own words.
fn called(
    texts: &Texts,
    language: Language,
    group: &str,
    code: &str,
    title: &[String; 3],
) -> String {
    match in_language(title, language) {
        "" => label(texts, language, group, code),
        title => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::notice::Notice;

    use super::*;

    #[test]
    fn a_step_is_kept_as_any_other_notice_under_the_name_of_its_kind() {
        let notice = Notice::Step(Step::AppealDecided {
            granted: true,
            advanced: false,
        });
        let kept = serde_json::to_value(&notice).expect("json");
        assert_eq!(kept["kind"], "APPEAL_DECIDED");
        let read = serde_json::from_value::<Notice>(kept).expect("a notice");
        assert_eq!(read, notice);
    }
}
