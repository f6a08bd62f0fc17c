//! An attempt's life, and its clock.

use proptest::prelude::*;

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn attempt() -> Attempt {
    Attempt::begin(Uuid::nil(), "c", Uuid::nil(), "0123456789".into(), at(0))
}

const END: i64 = 90;

#[test]
fn what_was_paused_is_given_back() {
    let (mut attempt, end) = (attempt(), at(END));
    assert_eq!(attempt.pause(end, at(30)), Ok(Change::Made));
    assert_eq!(attempt.pause(end, at(31)), Ok(Change::Nothing));
    assert_eq!(
        attempt.may_continue(end, at(31)),
        Err(Refusal::AttemptPaused)
    );
    assert_eq!(
        (attempt.end(end), attempt.state_at(end, at(500))),
        (None, State::Paused)
    );
    assert_eq!(attempt.resume(end, at(50)), Ok(Change::Made));
    assert_eq!(attempt.resume(end, at(51)), Ok(Change::Nothing));
    assert_eq!(attempt.end(end), Some(at(110)));
    assert_eq!(attempt.state_at(end, at(109)), State::Active);
    assert_eq!(attempt.state_at(end, at(110)), State::Finished);
}

#[test]
fn what_its_time_ended_was_finished_at_that_time() {
    let (mut attempt, end) = (attempt(), at(END));
    assert_eq!(
        attempt.pause(end, at(90)),
        Err(Refusal::AttemptOver {
            state: State::Finished
        })
    );
    assert_eq!(attempt.finish(end, at(400)), Ok(Change::Made));
    assert_eq!(attempt.finished, Some(at(90)));
    assert_eq!(attempt.finish(end, at(401)), Ok(Change::Nothing));
}

#[test]
fn a_terminated_attempt_stays_so() {
    let (mut attempt, end) = (attempt(), at(END));
    assert_eq!(attempt.terminate(Code::ForbiddenItem, at(5)), Ok(()));
    let over = Refusal::AttemptOver {
        state: State::Terminated,
    };
    assert_eq!(attempt.finish(end, at(6)), Err(over.clone()));
    assert_eq!(attempt.resume(end, at(6)), Err(over.clone()));
    assert_eq!(attempt.terminate(Code::Other, at(6)), Err(over));
    assert_eq!(attempt.termination, Some(Code::ForbiddenItem));
}

proptest! {
    /// Whatever the desk does: time that passed is either paused or used, and what is over stays.
    #[test]
    fn no_time_is_lost_or_made(calls in prop::collection::vec((0_u8..4, 0_i64..40), 1..40)) {
        let (mut attempt, end) = (attempt(), at(END));
        let (mut minute, mut stopped) = (0, 0);
        for (call, wait) in calls {
            if attempt.state == State::Paused { stopped += wait; }
            minute += wait;
            let (now, before) = (at(minute), attempt.clone());
            let outcome = match call {
                0 => attempt.pause(end, now),
                1 => attempt.resume(end, now),
                2 => attempt.finish(end, now),
                _ => attempt.terminate(Code::Other, now).map(|()| Change::Made),
            };
            if outcome != Ok(Change::Made) { prop_assert_eq!(&before, &attempt); }
            let pause = attempt.pause.map_or(SignedDuration::ZERO, |since| now.duration_since(since));
            prop_assert_eq!(attempt.paused + pause, SignedDuration::from_mins(stopped));
            prop_assert_eq!(attempt.state == State::Paused, attempt.pause.is_some());
            if let Some(finished) = before.finished { prop_assert_eq!(attempt.finished, Some(finished)); }
        }
    }
}
