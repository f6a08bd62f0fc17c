//! Every "no" of this service: to people ([`Refusal`]) and to partners ([`PartnerRefusal`]).
//!
//! Two lists, because a partner must learn less: which of code, person and system was wrong is
//! nobody's business but the person's.

use chassis::clock::astana;
use chassis::error::Kind;
use jiff::Timestamp;

use super::admission::offer;
use super::booking::Phase;
use super::redemption::Step;
use super::signed_file::Whose;
use super::start_window::StartWindow;
use super::test_system::TestSystem;
use super::{attempt, certificate, membership, waitlist};

/// What people hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    PromoCodeAlreadyIssued {
        promo_code: String,
        test_system: TestSystem,
    },
    IinNeeded,
    NotEligible,
    StageExists {
        stage: String,
    },
    SessionFull {
        session: String,
        next_free: Option<NextFree>,
    },
    SessionStarted {
        start: Timestamp,
    },
    SessionClosed {
        start: Timestamp,
    },
    SessionNotStarted {
        start: Timestamp,
    },
    SessionHasBookings {
        taken: i32,
    },
    SeatsTaken {
        taken: i32,
        quota: Option<String>,
    },
    QuotaFull {
        session: String,
        quota: String,
    },
    RoomTaken {
        session: String,
        start: Timestamp,
        end: Timestamp,
    },
    RoomInUse {
        session: String,
    },
    PlaceClosed {
        closure: String,
    },
    AlreadyWaiting {
        entry: String,
    },
    WaitlistEntryOver {
        state: waitlist::State,
    },
    NoOffer,
    OfferLapsed {
        until: Timestamp,
    },
    OfferLinkInvalid,
    OfferAnswered,
    UndoTooLate {
        until: Timestamp,
    },
    StageAlreadyBooked {
        booking: String,
    },
    HoldExpired {
        until: Timestamp,
    },
    BookingNotConfirmed,
    /// In which fields is told to the person alone: of an accessible workstation nobody else hears.
    SeatUnfit,
    BookingOver {
        phase: Phase,
    },
    ChangeTooLate {
        until: Timestamp,
    },
    ChangesSpent {
        most: i32,
    },
    StartTooEarly {
        open: Timestamp,
    },
    StartTooLate {
        close: Timestamp,
    },
    CheckInNeeded,
    // The outcome of stages.
    StagePublished {
        time: Timestamp,
    },
    SessionPublished {
        time: Timestamp,
    },
    ResultsCompete,
    RuleMissing {
        field: &'static str,
    },
    ScaleInUse {
        count: i64,
    },
    AttemptOver {
        state: attempt::State,
    },
    AttemptPaused,
    AttemptsUnfinished(Waiting),
    SittingsAhead(Waiting),
    ResultsMissing(Waiting),
    TiesUndecided {
        direction: String,
        tied: usize,
        places: usize,
    },
    InputChanged {
        input_hash: String,
    },
    EarlierStageOpen {
        stage: String,
    },
    ResultsNotPublished,
    AppealsUndecided {
        count: i64,
        stage: String,
    },
    AppealTermOver {
        until: Option<Timestamp>,
    },
    AppealExists {
        appeal: String,
    },
    AppealPublished,
    ResultNotScored,
    MembershipOver {
        state: membership::State,
    },
    CertificateOver {
        state: certificate::State,
    },
    ReissueImpossible {
        state: certificate::State,
    },
    // College admission.
    RankingMissing,
    RankingsOpen {
        count: usize,
        specialty: String,
    },
    RankingIncomplete {
        specialty: String,
        known: i64,
        expected: i64,
    },
    OffersOpen {
        count: i64,
    },
    RunPending,
    RunWithheld,
    RunOutdated,
    RoundPublished {
        run: String,
        round: i32,
    },
    RunsDiffer,
    /// The seed of the campaign is another one.
    SeedSettled {
        seed: String,
    },
    PlaceOfferOver {
        state: offer::State,
    },
    PlaceOfferLapsed {
        until: Timestamp,
    },
}

/// How many stand in the way, and the number of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub count: usize,
    pub candidate_number: String,
}

impl Waiting {
    /// None where nobody does.
    pub fn of(numbers: &[String]) -> Option<Self> {
        Some(Self {
            count: numbers.len(),
            candidate_number: numbers.first()?.clone(),
        })
    }

    /// There is nobody at all.
    pub fn for_anybody() -> Self {
        Self {
            count: 0,
            candidate_number: String::new(),
        }
    }

    fn told(&self) -> Vec<(&'static str, String)> {
        vec![
            ("count", self.count.to_string()),
            ("candidate_number", self.candidate_number.clone()),
        ]
    }
}

/// Where there is a seat, for a person who found none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextFree {
    pub session: String,
    pub start: Timestamp,
}

impl chassis::error::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::PromoCodeAlreadyIssued { .. } => "PROMO_CODE_ALREADY_ISSUED",
            Self::IinNeeded => "IIN_NEEDED",
            Self::NotEligible => "NOT_ELIGIBLE",
            Self::StageExists { .. } => "STAGE_EXISTS",
            Self::SessionFull { .. } => "SESSION_FULL",
            Self::SessionStarted { .. } => "SESSION_STARTED",
            Self::SessionClosed { .. } => "SESSION_CLOSED",
            Self::SessionNotStarted { .. } => "SESSION_NOT_STARTED",
            Self::SessionHasBookings { .. } => "SESSION_HAS_BOOKINGS",
            Self::SeatsTaken { .. } => "SEATS_TAKEN",
            Self::QuotaFull { .. } => "QUOTA_FULL",
            Self::RoomTaken { .. } => "ROOM_TAKEN",
            Self::RoomInUse { .. } => "ROOM_IN_USE",
            Self::PlaceClosed { .. } => "PLACE_CLOSED",
            Self::AlreadyWaiting { .. } => "ALREADY_WAITING",
            Self::WaitlistEntryOver { .. } => "WAITLIST_ENTRY_OVER",
            Self::NoOffer => "NO_OFFER",
            Self::OfferLapsed { .. } => "OFFER_LAPSED",
            Self::OfferLinkInvalid => "OFFER_LINK_INVALID",
            Self::OfferAnswered => "OFFER_ANSWERED",
            Self::UndoTooLate { .. } => "UNDO_TOO_LATE",
            Self::StageAlreadyBooked { .. } => "STAGE_ALREADY_BOOKED",
            Self::HoldExpired { .. } => "HOLD_EXPIRED",
            Self::BookingNotConfirmed => "BOOKING_NOT_CONFIRMED",
            Self::SeatUnfit => "SEAT_UNFIT",
            Self::BookingOver { .. } => "BOOKING_OVER",
            Self::ChangeTooLate { .. } => "CHANGE_TOO_LATE",
            Self::ChangesSpent { .. } => "CHANGES_SPENT",
            Self::StartTooEarly { .. } => "START_TOO_EARLY",
            Self::StartTooLate { .. } => "START_TOO_LATE",
            Self::CheckInNeeded => "CHECK_IN_NEEDED",
            Self::StagePublished { .. } => "STAGE_PUBLISHED",
            Self::SessionPublished { .. } => "SESSION_PUBLISHED",
            Self::ResultsCompete => "RESULTS_COMPETE",
            Self::RuleMissing { .. } => "RULE_MISSING",
            Self::ScaleInUse { .. } => "SCALE_IN_USE",
            Self::AttemptOver { .. } => "ATTEMPT_OVER",
            Self::AttemptPaused => "ATTEMPT_PAUSED",
            Self::AttemptsUnfinished(_) => "ATTEMPTS_UNFINISHED",
            Self::SittingsAhead(_) => "SITTINGS_AHEAD",
            Self::ResultsMissing(_) => "RESULTS_MISSING",
            Self::TiesUndecided { .. } => "TIES_UNDECIDED",
            Self::InputChanged { .. } => "INPUT_CHANGED",
            Self::EarlierStageOpen { .. } => "EARLIER_STAGE_OPEN",
            Self::ResultsNotPublished => "RESULTS_NOT_PUBLISHED",
            Self::AppealsUndecided { .. } => "APPEALS_UNDECIDED",
            Self::AppealTermOver { .. } => "APPEAL_TERM_OVER",
            Self::AppealExists { .. } => "APPEAL_EXISTS",
            Self::AppealPublished => "APPEAL_PUBLISHED",
            Self::ResultNotScored => "RESULT_NOT_SCORED",
            Self::MembershipOver { .. } => "MEMBERSHIP_OVER",
            Self::CertificateOver { .. } => "CERTIFICATE_OVER",
            Self::ReissueImpossible { .. } => "REISSUE_IMPOSSIBLE",
            Self::RankingMissing => "RANKING_MISSING",
            Self::RankingsOpen { .. } => "RANKINGS_OPEN",
            Self::RankingIncomplete { .. } => "RANKING_INCOMPLETE",
            Self::OffersOpen { .. } => "OFFERS_OPEN",
            Self::RunPending => "RUN_PENDING",
            Self::RunWithheld => "RUN_WITHHELD",
            Self::RunOutdated => "RUN_OUTDATED",
            Self::RoundPublished { .. } => "ROUND_PUBLISHED",
            Self::RunsDiffer => "RUNS_DIFFER",
            Self::SeedSettled { .. } => "SEED_SETTLED",
            Self::PlaceOfferOver { .. } => "PLACE_OFFER_OVER",
            Self::PlaceOfferLapsed { .. } => "PLACE_OFFER_LAPSED",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::PromoCodeAlreadyIssued { .. }
            | Self::StageExists { .. }
            | Self::RoomTaken { .. }
            | Self::AlreadyWaiting { .. }
            | Self::StageAlreadyBooked { .. }
            | Self::AppealExists { .. } => Kind::AlreadyExists,
            Self::InputChanged { .. } | Self::RunOutdated => Kind::Aborted,
            _ => Kind::FailedPrecondition,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PromoCodeAlreadyIssued {
                promo_code,
                test_system,
            } => vec![
                ("promo_code", promo_code.clone()),
                ("test_system", test_system.as_str().into()),
            ],
            Self::StageExists { stage } => vec![("stage", stage.clone())],
            Self::SessionFull { session, next_free } => {
                let mut pairs = vec![("session", session.clone())];
                if let Some(next) = next_free {
                    pairs.push(("next_free_session", next.session.clone()));
                    pairs.push(("next_free_start_time", written(next.start)));
                }
                pairs
            }
            Self::SessionStarted { start } => vec![("start_time", written(*start))],
            Self::SessionClosed { start } | Self::SessionNotStarted { start } => {
                vec![("start_time", written(*start))]
            }
            Self::SessionHasBookings { taken } => vec![("taken", taken.to_string())],
            Self::SeatsTaken { taken, quota } => {
                let mut pairs = vec![("taken", taken.to_string())];
                pairs.extend(quota.as_ref().map(|quota| ("quota", quota.clone())));
                pairs
            }
            Self::QuotaFull { session, quota } => {
                vec![("session", session.clone()), ("quota", quota.clone())]
            }
            Self::RoomTaken {
                session,
                start,
                end,
            } => vec![
                ("session", session.clone()),
                ("start_time", written(*start)),
                ("end_time", written(*end)),
            ],
            Self::RoomInUse { session } => vec![("session", session.clone())],
            Self::PlaceClosed { closure } => vec![("closure", closure.clone())],
            Self::AlreadyWaiting { entry } => vec![("waitlist_entry", entry.clone())],
            Self::WaitlistEntryOver { state } => vec![("state", state.as_str().into())],
            Self::OfferLapsed { until } => vec![("offer_expire_time", written(*until))],
            Self::UndoTooLate { until } => vec![("undo_expire_time", written(*until))],
            Self::NoOffer | Self::OfferLinkInvalid | Self::OfferAnswered => Vec::new(),
            Self::StageAlreadyBooked { booking } => vec![("booking", booking.clone())],
            Self::HoldExpired { until } => vec![("hold_expire_time", written(*until))],
            Self::BookingOver { phase } => vec![("state", phase.as_str().into())],
            Self::ChangeTooLate { until } => vec![("change_expire_time", written(*until))],
            Self::ChangesSpent { most } => vec![("max_changes", most.to_string())],
            Self::StartTooEarly { open } => vec![("start_open_time", written(*open))],
            Self::StartTooLate { close } => vec![("start_close_time", written(*close))],
            Self::StagePublished { time } | Self::SessionPublished { time } => {
                vec![("publish_time", written(*time))]
            }
            Self::RuleMissing { field } => vec![("field", (*field).to_owned())],
            Self::ScaleInUse { count } => vec![("count", count.to_string())],
            Self::AttemptOver { state } => vec![("state", state.as_str().into())],
            Self::AttemptsUnfinished(some)
            | Self::SittingsAhead(some)
            | Self::ResultsMissing(some) => some.told(),
            Self::TiesUndecided {
                direction,
                tied,
                places,
            } => vec![
                ("direction", direction.clone()),
                ("tied", tied.to_string()),
                ("places", places.to_string()),
            ],
            Self::InputChanged { input_hash } => vec![("input_hash", input_hash.clone())],
            Self::EarlierStageOpen { stage } => vec![("stage", stage.clone())],
            Self::AppealsUndecided { count, stage } => {
                vec![("count", count.to_string()), ("stage", stage.clone())]
            }
            Self::AppealTermOver { until } => {
                let until = until.map(written).unwrap_or_default();
                vec![("appeal_expire_time", until)]
            }
            Self::AppealExists { appeal } => vec![("appeal", appeal.clone())],
            Self::MembershipOver { state } => vec![("state", state.as_str().into())],
            Self::CertificateOver { state } | Self::ReissueImpossible { state } => {
                vec![("state", state.as_str().into())]
            }
            Self::RankingsOpen { count, specialty } => vec![
                ("count", count.to_string()),
                ("specialty", specialty.clone()),
            ],
            Self::RankingIncomplete {
                specialty,
                known,
                expected,
            } => vec![
                ("specialty", specialty.clone()),
                ("known", known.to_string()),
                ("expected", expected.to_string()),
            ],
            Self::OffersOpen { count } => vec![("count", count.to_string())],
            Self::RoundPublished { run, round } => {
                vec![
                    ("allocation_run", run.clone()),
                    ("round", round.to_string()),
                ]
            }
            Self::SeedSettled { seed } => vec![("seed", seed.clone())],
            Self::PlaceOfferOver { state } => vec![("state", state.as_str().into())],
            Self::PlaceOfferLapsed { until } => {
                vec![("reply_expire_time", written(*until))]
            }
            Self::RankingMissing
            | Self::RunPending
            | Self::RunWithheld
            | Self::RunOutdated
            | Self::RunsDiffer
            | Self::IinNeeded
            | Self::NotEligible
            | Self::BookingNotConfirmed
            | Self::SeatUnfit
            | Self::CheckInNeeded
            | Self::ResultsCompete
            | Self::AttemptPaused
            | Self::ResultsNotPublished
            | Self::AppealPublished
            | Self::ResultNotScored => Vec::new(),
        }
    }
}

/// What partners hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartnerRefusal {
    /// No such code, another person's, or another system's: one answer for all three.
    CodeNotAccepted,
    CodeAlreadyReserved {
        until: Timestamp,
    },
    CodeAlreadyRedeemed,
    CodeNoLongerValid,
    ReservationEnded {
        step: Step,
    },
    NotRedeemed {
        step: Step,
    },
    ResultAlreadyReported,
    // Examinations.
    BookingNotOpen {
        phase: Phase,
    },
    BookedElsewhere,
    /// The application was changed and asks for another sort of seat.
    SeatUnfit,
    OutsideWindow {
        window: StartWindow,
    },
    NotStarted,
    StageClosed {
        time: Timestamp,
    },
    EntryReused,
    KeyMissing {
        whose: Whose,
    },
    FileAltered,
}

impl chassis::error::Refusal for PartnerRefusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::CodeNotAccepted => "CODE_NOT_ACCEPTED",
            Self::CodeAlreadyReserved { .. } => "CODE_ALREADY_RESERVED",
            Self::CodeAlreadyRedeemed => "CODE_ALREADY_REDEEMED",
            Self::CodeNoLongerValid => "CODE_NO_LONGER_VALID",
            Self::ReservationEnded { .. } => "RESERVATION_ENDED",
            Self::NotRedeemed { .. } => "NOT_REDEEMED",
            Self::ResultAlreadyReported => "RESULT_ALREADY_REPORTED",
            Self::BookingNotOpen { .. } => "BOOKING_NOT_OPEN",
            Self::BookedElsewhere => "BOOKED_ELSEWHERE",
            Self::SeatUnfit => "SEAT_UNFIT",
            Self::OutsideWindow { .. } => "OUTSIDE_WINDOW",
            Self::NotStarted => "NOT_STARTED",
            Self::StageClosed { .. } => "STAGE_CLOSED",
            Self::EntryReused => "ENTRY_REUSED",
            Self::KeyMissing { .. } => "KEY_MISSING",
            Self::FileAltered => "FILE_ALTERED",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::FileAltered => Kind::InvalidArgument,
            _ => Kind::FailedPrecondition,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CodeAlreadyReserved { until } => {
                vec![("reservation_expire_time", written(*until))]
            }
            Self::ReservationEnded { step } | Self::NotRedeemed { step } => {
                vec![("state", step.as_str().into())]
            }
            Self::BookingNotOpen { phase } => vec![("state", phase.as_str().into())],
            Self::OutsideWindow { window } => vec![
                ("start_open_time", written(window.open)),
                ("start_close_time", written(window.close)),
            ],
            Self::StageClosed { time } => vec![("publish_time", written(*time))],
            Self::KeyMissing { whose } => vec![("whose", whose.as_str().into())],
            _ => Vec::new(),
        }
    }
}

/// RFC 3339 with the offset of Astana: exact for a program, and the time on a person's wall.
fn written(time: Timestamp) -> String {
    time.to_zoned(astana())
        .strftime("%Y-%m-%dT%H:%M:%S%.f%:z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_the_clocks_in_astana_show_them_and_stay_exact() {
        let time: Timestamp = "2026-06-10T04:50:00.000001Z".parse().expect("an instant");
        assert_eq!(written(time), "2026-06-10T09:50:00.000001+05:00");
        assert_eq!(written(time).parse::<Timestamp>().expect("RFC 3339"), time);
    }
}
