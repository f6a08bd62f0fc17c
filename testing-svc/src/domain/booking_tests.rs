//! The rules of bookings, tried: each policy by example, and any order of calls by property.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

pub fn at(minute: i64) -> Timestamp {
    "2026-06-10T05:00:00Z"
        .parse::<Timestamp>()
        .expect("an instant")
        + SignedDuration::from_mins(minute)
}

/// A session that starts at this minute.
pub fn session(number: u128, start: i64) -> Session {
    Session {
        id: Uuid::from_u128(number),
        campaign: "reserve-2026".into(),
        stage: Uuid::from_u128(50),
        center: Uuid::from_u128(60),
        start: at(start),
        end: at(start + 90),
        capacity: 10,
        taken: 0,
        language: None,
        check_in: CheckIn::NotNeeded,
        room: None,
        extra_time_percent: 0,
        closed: false,
        version: 1,
    }
}

const DAY: i64 = 24 * 60;

fn hold(at: At<'_>) -> Result<Booking, Refusal> {
    let (id, account) = (Uuid::from_u128(9), Uuid::from_u128(8));
    Booking::hold(id, account, Needs::default(), at)
}

struct Case {
    session: Session,
    terms: Terms,
}

impl Case {
    fn new() -> Self {
        Self {
            session: session(1, 3 * DAY),
            terms: Terms::default(),
        }
    }

    fn at(&self, minute: i64) -> At<'_> {
        At {
            session: &self.session,
            terms: &self.terms,
            now: at(minute),
        }
    }

    fn held(&self) -> Booking {
        hold(self.at(0)).expect("open")
    }

    fn booked(&self) -> Booking {
        let mut booking = self.held();
        assert_eq!(booking.confirm(self.at(1)), Ok(Change::Made));
        booking
    }
}

#[test]
fn a_hold_lasts_ten_minutes_and_never_longer_than_the_session_waits() {
    let case = Case::new();
    let mut booking = case.held();
    let late = booking.clone().confirm(case.at(10));
    assert_eq!(late, Err(Refusal::HoldExpired { until: at(10) }));
    assert_eq!(booking.phase_at(case.at(10)), Phase::HoldExpired);
    assert_eq!(booking.confirm(case.at(9)), Ok(Change::Made));
    assert_eq!(booking.confirm(case.at(11)), Ok(Change::Nothing));

    let soon = Case {
        session: session(1, 5),
        ..Case::new()
    };
    assert_eq!(soon.held().state, State::Held { until: at(5) });
    assert_eq!(
        hold(soon.at(5)),
        Err(Refusal::SessionStarted { start: at(5) })
    );
}

#[test]
fn a_booking_is_changed_until_a_day_before_and_twice_at_most() {
    let case = Case::new();
    let (second, third) = (session(2, 4 * DAY), session(3, 5 * DAY));
    let limit = 2 * DAY;
    let mut booking = case.booked();
    assert_eq!(
        booking
            .clone()
            .move_to(&second, Needs::default(), case.at(limit)),
        Err(Refusal::ChangeTooLate { until: at(limit) })
    );
    assert_eq!(
        booking.clone().cancel(case.at(limit)),
        Err(Refusal::ChangeTooLate { until: at(limit) })
    );
    assert_eq!(booking.clone().cancel(case.at(limit - 1)), Ok(Change::Made));
    assert_eq!(
        booking.move_to(&second, Needs::default(), case.at(limit - 1)),
        Ok(())
    );
    assert_eq!(
        booking.move_to(&third, Needs::default(), case.at(limit - 1)),
        Ok(())
    );
    assert_eq!((booking.session, booking.sequence), (third.id, 2));
    assert_eq!(booking.changes_left(&case.terms), 0);
    assert_eq!(
        booking.move_to(&second, Needs::default(), case.at(limit - 1)),
        Err(Refusal::ChangesSpent { most: 2 })
    );
    // Cancelling is no move.
    assert_eq!(booking.cancel(case.at(limit - 1)), Ok(Change::Made));
    assert_eq!(booking.cancel(case.at(limit - 1)), Ok(Change::Nothing));
}

#[test]
fn a_move_leads_to_another_session_of_the_stage_that_has_not_begun() {
    let case = Case::new();
    let mut booking = case.booked();
    assert_eq!(
        booking.target_violation(&case.session),
        Some("SAME_SESSION")
    );
    let other = Session {
        stage: Uuid::from_u128(51),
        ..session(2, DAY)
    };
    assert_eq!(booking.target_violation(&other), Some("OTHER_STAGE"));
    assert_eq!(booking.target_violation(&session(2, DAY)), None);
    assert_eq!(
        booking.move_to(&session(2, 100), Needs::default(), case.at(100)),
        Err(Refusal::SessionStarted { start: at(100) })
    );
    assert_eq!(booking.moves, 0);
    assert_eq!(
        case.held()
            .move_to(&session(2, DAY), Needs::default(), case.at(1)),
        Err(Refusal::BookingNotConfirmed)
    );
}

#[test]
fn the_desk_checks_in_what_is_booked() {
    let case = Case::new();
    let mut booking = case.booked();
    assert_eq!(
        case.held().check_in(case.at(1)),
        Err(Refusal::BookingNotConfirmed)
    );
    assert_eq!(booking.check_in(case.at(3 * DAY)), Ok(Change::Made));
    assert_eq!(booking.check_in(case.at(3 * DAY)), Ok(Change::Nothing));
    let too_late = Err(Refusal::ChangeTooLate { until: at(2 * DAY) });
    assert_eq!(booking.cancel(case.at(3 * DAY)).map(drop), too_late);
    assert_eq!(
        booking.move_to(&session(2, 9 * DAY), Needs::default(), case.at(3 * DAY)),
        too_late
    );
    let missed = case.booked().check_in(case.at(3 * DAY + 15));
    assert_eq!(
        missed,
        Err(Refusal::BookingOver {
            phase: Phase::NoShow
        })
    );
}

#[test]
fn a_test_is_started_once_inside_its_window_and_checked_in_where_needed() {
    let mut case = Case::new();
    let start = 3 * DAY;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut booking = case.booked();
    assert_eq!(
        case.held().start(one, case.at(1)),
        Err(Refusal::BookingNotConfirmed)
    );
    assert_eq!(
        booking.clone().start(one, case.at(start - 11)),
        Err(Refusal::StartTooEarly {
            open: at(start - 10)
        })
    );
    let too_late = Err(Refusal::StartTooLate {
        close: at(start + 15),
    });
    assert_eq!(booking.clone().start(one, case.at(start + 15)), too_late);
    case.session.check_in = CheckIn::Required;
    assert_eq!(
        booking.start(one, case.at(start)),
        Err(Refusal::CheckInNeeded)
    );
    assert_eq!(booking.check_in(case.at(start)), Ok(Change::Made));
    assert_eq!(booking.start(one, case.at(start)), Ok(Change::Made));
    assert_eq!(booking.start(two, case.at(start + 14)), Ok(Change::Nothing));
    assert_eq!(booking.attempt, Some(one));
    assert_eq!(booking.start(two, case.at(start + 15)), too_late);
}

#[test]
fn what_is_over_stays_over() {
    let case = Case::new();
    for state in [
        State::Completed,
        State::NoShow,
        State::Cancelled,
        State::Displaced,
        State::HoldExpired { until: at(10) },
    ] {
        let mut booking = Booking {
            state,
            ..case.booked()
        };
        let over = Refusal::BookingOver {
            phase: state.phase(),
        };
        let now = case.at(20);
        assert_eq!(booking.check_in(now), Err(over.clone()));
        assert_eq!(
            booking.move_to(&session(2, DAY), Needs::default(), now),
            Err(over.clone())
        );
        assert!(booking.confirm(now).is_err());
        assert!(booking.start(Uuid::nil(), now).is_err());
        assert_eq!(booking.withdraw(), Change::Nothing);
        let everybody = Asks {
            owner: true,
            exam_desk: true,
        };
        // Only the desk can have been wrong about who came.
        let mistake = (state == State::NoShow).then_some(Action::UndoNoShow);
        let actions = booking.allowed_actions(everybody, now);
        assert_eq!(actions, mistake.into_iter().collect::<Vec<_>>());
        assert_eq!(booking.state, state);
    }
}

#[test]
fn each_caller_is_shown_what_they_could_do_now() {
    let case = Case::new();
    let owner = Asks {
        owner: true,
        exam_desk: false,
    };
    let desk = Asks {
        owner: false,
        exam_desk: true,
    };
    let (held, booked) = (case.held(), case.booked());
    assert_eq!(
        held.allowed_actions(owner, case.at(1)),
        [Action::Confirm, Action::Cancel]
    );
    assert_eq!(
        booked.allowed_actions(owner, case.at(1)),
        [Action::Move, Action::Cancel]
    );
    assert_eq!(
        booked.allowed_actions(owner, case.at(3 * DAY)),
        [Action::Start]
    );
    assert_eq!(
        booked.allowed_actions(desk, case.at(3 * DAY - 1)),
        [Action::CheckIn]
    );
    assert_eq!(
        booked.allowed_actions(desk, case.at(3 * DAY)),
        [Action::CheckIn, Action::MarkNoShow]
    );
    // Nobody came and the window closed: until the end the desk can have been wrong.
    assert_eq!(
        booked.allowed_actions(desk, case.at(3 * DAY + 15)),
        [Action::MarkNoShow, Action::UndoNoShow]
    );
    assert_eq!(
        booked.allowed_actions(desk, case.at(3 * DAY + 90)),
        [Action::MarkNoShow]
    );
}

#[test]
fn the_desk_takes_its_mistakes_back_while_the_session_lasts() {
    let case = Case::new();
    let start = 3 * DAY;
    let mut booking = case.booked();
    assert_eq!(booking.check_in(case.at(start)), Ok(Change::Made));
    assert_eq!(booking.undo_check_in(case.at(start)), Ok(Change::Made));
    assert_eq!(booking.undo_check_in(case.at(start)), Ok(Change::Nothing));
    assert_eq!(booking.state, State::Booked);

    assert_eq!(
        booking.mark_no_show(case.at(start - 1)),
        Err(Refusal::SessionNotStarted { start: at(start) })
    );
    assert_eq!(booking.mark_no_show(case.at(start)), Ok(Change::Made));
    assert_eq!(booking.mark_no_show(case.at(start)), Ok(Change::Nothing));
    assert_eq!(
        booking.clone().undo_no_show(case.at(start + 90)),
        Err(Refusal::UndoTooLate {
            until: at(start + 90)
        })
    );
    assert_eq!(booking.undo_no_show(case.at(start + 80)), Ok(Change::Made));
    assert_eq!(booking.state, State::CheckedIn);
    // As long to start as anybody has after the booked time, and not a microsecond more.
    let attempt = Uuid::from_u128(1);
    let late = Err(Refusal::StartTooLate {
        close: at(start + 95),
    });
    assert_eq!(booking.clone().start(attempt, case.at(start + 95)), late);
    assert_eq!(
        booking.start(attempt, case.at(start + 94)),
        Ok(Change::Made)
    );
    assert_eq!(
        booking.undo_no_show(case.at(start + 94)),
        Err(Refusal::BookingOver {
            phase: Phase::Started
        })
    );
}

#[test]
fn a_closed_place_takes_the_seat_but_neither_what_was_sat_nor_the_moves() {
    let case = Case::new();
    let mut booked = case.booked();
    booked.moves = 1;
    assert_eq!(booked.displace(case.at(2)), Change::Made);
    assert_eq!((booked.state, booked.moves), (State::Displaced, 1));
    assert_eq!(booked.sequence, 1);
    assert_eq!(booked.displace(case.at(2)), Change::Nothing);
    let mut held = case.held();
    assert_eq!(held.displace(case.at(2)), Change::Made);
    assert_eq!((held.state, held.sequence), (State::Cancelled, 0));
    let mut missed = case.booked();
    assert_eq!(missed.displace(case.at(4 * DAY)), Change::Nothing);

    let mut closed = session(2, 4 * DAY);
    closed.closed = true;
    assert_eq!(
        case.booked().move_to(&closed, Needs::default(), case.at(1)),
        Err(Refusal::SessionClosed {
            start: closed.start
        })
    );
}

/// The edges of the life-cycle picture.
fn may_follow(before: Phase, after: Phase) -> bool {
    use Phase::*;
    before == after
        || matches!(
            (before, after),
            (Held, Booked | Cancelled)
                | (Booked, CheckedIn | Started | Cancelled | NoShow | Displaced)
                | (CheckedIn, Booked | Started | Cancelled | NoShow | Displaced)
                | (NoShow, CheckedIn)
        )
}

proptest! {
    #[test]
    fn any_order_of_calls_keeps_to_the_picture(
        needs_check_in in any::<bool>(),
        calls in prop::collection::vec((0_u8..10, 0_i64..400), 1..40),
    ) {
        let mut case = Case::new();
        if needs_check_in {
            case.session.check_in = CheckIn::Required;
        }
        let targets = [session(2, 3 * DAY), session(3, 3 * DAY)];
        let mut booking = case.held();
        let mut minute = 0;
        for (call, wait) in calls {
            minute += wait;
            let before = booking.clone();
            let now = case.at(minute);
            let refused = match call {
                0 => booking.confirm(now).err(),
                1 => {
                    let target = &targets[usize::from(booking.session == targets[0].id)];
                    booking.move_to(target, Needs::default(), now).err()
                }
                2 => booking.cancel(now).err(),
                3 => booking.check_in(now).err(),
                4 => booking.start(Uuid::from_u128(u128::from(call)), now).err(),
                5 => booking.undo_check_in(now).err(),
                6 => booking.mark_no_show(now).err(),
                7 => booking.undo_no_show(now).err(),
                8 => {
                    let _ = booking.displace(now);
                    None
                }
                _ => None,
            };
            if refused.is_some() {
                prop_assert_eq!(&booking, &before);
            }
            prop_assert!(may_follow(before.state.phase(), booking.state.phase()));
            prop_assert!(booking.moves <= case.terms.max_changes);
            prop_assert!(booking.sequence >= before.sequence);
            let started = matches!(booking.state, State::Started);
            prop_assert_eq!(started, booking.attempt.is_some());
        }
    }
}
