//! Bookings: hold, confirm, move, cancel, check in.

use chassis::testing::request_id;
use jiff::SignedDuration;
use prost::Message;
use proto::events::v1::{BookingCancelled, BookingConfirmed, BookingMoved};
use proto::testing::v1 as pb;
use proto::testing::v1::booking::{Action, State};

use crate::world::{CAMPAIGN, World, hold_request, refused, told_with, wrong};

const DAY: i64 = 24 * 60;

/// A stage with one session in three days, and person 1 accepted.
async fn with_session(capacity: i32) -> (World, String, String) {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, capacity).await.name;
    world.accept(1).await;
    (world, stage, session)
}

#[tokio::test]
async fn a_seat_is_held_confirmed_moved_and_cancelled_and_each_step_is_told() {
    let (world, stage, session) = with_session(1).await;
    let other = world.session(&stage, 4 * DAY, 1).await.name;
    let held = world.hold(1, &session).await.expect("a seat");
    assert_eq!(held.state(), State::Held);
    assert_eq!(held.session, session);
    assert!(held.hold_expire_time.is_some());
    let actions: Vec<Action> = held.allowed_actions().collect();
    assert_eq!(actions, [Action::Confirm, Action::Cancel]);
    assert_eq!(world.seats_left(&session).await, 0);

    let booked = world.confirm(1, &held.name).await.expect("booked");
    assert_eq!(booked.state(), State::Booked);
    assert!(booked.hold_expire_time.is_none() && booked.confirm_time.is_some());
    assert_eq!(booked.changes_left, 2);
    assert_ne!(booked.etag, held.etag);

    let moved = world.move_to(1, &held.name, &other).await.expect("moved");
    assert_eq!(
        (moved.session.as_str(), moved.changes_left),
        (other.as_str(), 1)
    );
    assert_eq!(world.seats_left(&session).await, 1);
    assert_eq!(world.seats_left(&other).await, 0);

    let cancelled = world.cancel(1, &held.name).await.expect("cancelled");
    assert_eq!(cancelled.state(), State::Cancelled);
    let again = world.cancel(1, &held.name).await.expect("no change");
    assert_eq!(again, cancelled);
    assert_eq!(world.seats_left(&other).await, 1);
    world.seats_add_up().await;

    let told = world.told().await;
    let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["BookingConfirmed", "BookingMoved", "BookingCancelled"]
    );
    let first = BookingConfirmed::decode(told[0].1.as_slice()).expect("an event");
    let second = BookingMoved::decode(told[1].1.as_slice()).expect("an event");
    let third = BookingCancelled::decode(told[2].1.as_slice()).expect("an event");
    assert_eq!((first.sequence, second.sequence, third.sequence), (0, 1, 2));
    assert_eq!((second.previous_session, second.session), (session, other));
    assert_eq!(
        first.center_title.map(|it| it.kk).as_deref(),
        Some("Centre kk")
    );
    assert_eq!(
        world
            .count("audit WHERE resource LIKE '%/bookings/%'")
            .await,
        4
    );
}

#[tokio::test]
async fn a_person_has_one_live_booking_in_a_stage() {
    let (world, stage, session) = with_session(5).await;
    let other = world.session(&stage, 4 * DAY, 5).await.name;
    let held = world.hold(1, &session).await.expect("a seat");
    for wanted in [&session, &other] {
        let second = refused(world.hold(1, wanted).await, "STAGE_ALREADY_BOOKED");
        assert_eq!(told_with(&second, "booking"), held.name);
    }
    world.cancel(1, &held.name).await.expect("cancelled");
    assert!(world.hold(1, &other).await.is_ok());
    world.seats_add_up().await;
}

#[tokio::test]
async fn a_full_session_refuses_another_booking_and_tells_the_next_free_one() {
    let (world, stage, session) = with_session(1).await;
    world.accept(2).await;
    world.book(1, &session).await;
    let full = refused(world.hold(2, &session).await, "SESSION_FULL");
    assert_eq!(told_with(&full, "session"), session);
    assert_eq!(told_with(&full, "next_free_session"), "");
    let free = world.session(&stage, 5 * DAY, 1).await.name;
    world.session(&stage, 6 * DAY, 1).await;
    let full = refused(world.hold(2, &session).await, "SESSION_FULL");
    assert_eq!(told_with(&full, "next_free_session"), free);
    let booking = world.book(2, &free).await.name;
    refused(world.move_to(2, &booking, &session).await, "SESSION_FULL");
    // Who finds no seat keeps the old one.
    let kept = world.get_booking(2, &booking).await.expect("the booking");
    assert_eq!((kept.session, kept.changes_left), (free, 2));
    world.seats_add_up().await;
}

#[tokio::test]
async fn an_expired_hold_is_refused_its_confirmation_and_never_blocks_others() {
    let (world, stage, session) = with_session(1).await;
    let other = world.session(&stage, 4 * DAY, 1).await.name;
    world.accept(2).await;
    let held = world.hold(1, &session).await.expect("a seat");
    world
        .clock
        .advance(SignedDuration::from_mins(10) - SignedDuration::from_micros(1));
    refused(world.hold(2, &session).await, "SESSION_FULL");
    world.clock.advance(SignedDuration::from_micros(1));
    refused(world.confirm(1, &held.name).await, "HOLD_EXPIRED");
    let shown = world.get_booking(1, &held.name).await.expect("the booking");
    assert_eq!(shown.state(), State::HoldExpired);
    assert!(shown.allowed_actions.is_empty());
    // Without any job, by the call of whoever needs the seat.
    world
        .hold(2, &session)
        .await
        .expect("the seat of the expired hold");
    world.seats_add_up().await;
    // And the person may hold again, elsewhere.
    world.hold(1, &other).await.expect("another seat");
    world.seats_add_up().await;
    let unchanged = world.cancel(1, &held.name).await.expect("no change");
    assert_eq!(unchanged.state(), State::HoldExpired);
    refused(world.confirm(1, &held.name).await, "HOLD_EXPIRED");
}

#[tokio::test]
async fn ones_own_expired_hold_in_another_session_gives_its_seat_back_once() {
    let (world, stage, session) = with_session(1).await;
    let other = world.session(&stage, 4 * DAY, 1).await.name;
    world.hold(1, &session).await.expect("a seat");
    world.pass(10);
    world.hold(1, &other).await.expect("another seat");
    assert_eq!(world.seats_left(&session).await, 1);
    world.seats_add_up().await;
    world.run("expired_holds").await;
    world.seats_add_up().await;
    assert_eq!(world.count("audit WHERE action = 'ExpireHold'").await, 1);
}

#[tokio::test]
async fn the_job_sweeps_expired_holds_once() {
    let (world, _, session) = with_session(3).await;
    for number in [1, 2, 3] {
        world.accept(number).await;
        world.hold(number, &session).await.expect("a seat");
    }
    world.run("expired_holds").await;
    assert_eq!(world.seats_left(&session).await, 0);
    world.pass(10);
    for _ in 0..2 {
        world.run("expired_holds").await;
    }
    assert_eq!(
        world.count("bookings WHERE state = 'HOLD_EXPIRED'").await,
        3
    );
    assert_eq!(world.count("test_sessions WHERE taken = 0").await, 1);
    assert_eq!(world.count("audit WHERE action = 'ExpireHold'").await, 3);
    assert!(world.told_kinds().await.is_empty());
}

#[tokio::test]
async fn changes_follow_the_policy_to_the_microsecond() {
    let tick = SignedDuration::from_micros(1);
    for (before_limit, allowed) in [(tick, true), (SignedDuration::ZERO, false)] {
        let (world, stage, session) = with_session(2).await;
        let other = world.session(&stage, 4 * DAY, 2).await.name;
        world.accept(2).await;
        let (one, two) = (world.book(1, &session).await, world.book(2, &session).await);
        let limit = one
            .change_expire_time
            .as_ref()
            .and_then(chassis::clock::from_pb);
        world.clock.set(limit.expect("a limit") - before_limit);
        let moved = world.move_to(1, &one.name, &other).await;
        let cancelled = world.cancel(2, &two.name).await;
        if allowed {
            assert!(moved.is_ok() && cancelled.is_ok());
        } else {
            refused(moved, "CHANGE_TOO_LATE");
            refused(cancelled, "CHANGE_TOO_LATE");
        }
        world.seats_add_up().await;
    }
}

#[tokio::test]
async fn a_booking_is_moved_twice_at_most_within_its_stage() {
    let (world, stage, first) = with_session(1).await;
    let second = world.session(&stage, 4 * DAY, 1).await.name;
    let booking = world.hold(1, &first).await.expect("a seat").name;
    refused(
        world.move_to(1, &booking, &second).await,
        "BOOKING_NOT_CONFIRMED",
    );
    world.confirm(1, &booking).await.expect("booked");
    let same = world.move_to(1, &booking, &first).await;
    assert_eq!(wrong(same), ["session SAME_SESSION"]);
    let other_stage = world.stage(2).await.name;
    let elsewhere = world.session(&other_stage, 4 * DAY, 1).await.name;
    let other = world.move_to(1, &booking, &elsewhere).await;
    assert_eq!(wrong(other), ["session OTHER_STAGE"]);
    for target in [&second, &first] {
        world.move_to(1, &booking, target).await.expect("moved");
    }
    let spent = refused(world.move_to(1, &booking, &second).await, "CHANGES_SPENT");
    assert_eq!(told_with(&spent, "max_changes"), "2");
    world.seats_add_up().await;
}

#[tokio::test]
async fn a_session_that_has_begun_gives_no_seats() {
    let (world, stage, session) = with_session(2).await;
    let soon = world.session(&stage, 30, 2).await;
    let booking = world.book(1, &session).await.name;
    world.accept(2).await;
    world.pass(30);
    let started = refused(world.hold(2, &soon.name).await, "SESSION_STARTED");
    let told: jiff::Timestamp = told_with(&started, "start_time")
        .parse()
        .expect("an instant");
    assert_eq!(told, world.now());
    refused(
        world.move_to(1, &booking, &soon.name).await,
        "SESSION_STARTED",
    );
}

#[tokio::test]
async fn the_desk_checks_in_what_is_booked() {
    let (world, _, session) = with_session(2).await;
    let booking = world.hold(1, &session).await.expect("a seat").name;
    refused(world.check_in(&booking).await, "BOOKING_NOT_CONFIRMED");
    world.confirm(1, &booking).await.expect("booked");
    let there = world.check_in(&booking).await.expect("checked in");
    assert_eq!(there.state(), State::CheckedIn);
    assert_eq!(
        world.check_in(&booking).await.expect("no change").etag,
        there.etag
    );
    refused(world.cancel(1, &booking).await, "CHANGE_TOO_LATE");
    let request = pb::CheckInBookingRequest {
        name: booking,
        request_id: world.request(),
        ..Default::default()
    };
    refused(
        world.bookings(1).check_in_booking(request).await,
        "NOT_ALLOWED",
    );
    let desk = "audit WHERE action = 'CheckInBooking' AND detail = 'CHECKED_IN'";
    assert_eq!(world.count(desk).await, 1);
}

#[tokio::test]
async fn what_is_cancelled_is_over() {
    let (world, stage, session) = with_session(2).await;
    let other = world.session(&stage, 4 * DAY, 2).await.name;
    let booking = world.book(1, &session).await.name;
    world.cancel(1, &booking).await.expect("cancelled");
    for answer in [
        world.confirm(1, &booking).await,
        world.move_to(1, &booking, &other).await,
        world.check_in(&booking).await,
    ] {
        let over = refused(answer, "BOOKING_OVER");
        assert_eq!(told_with(&over, "state"), "CANCELLED");
    }
    refused(world.start(1, &booking).await, "BOOKING_OVER");
}

#[tokio::test]
async fn a_stale_etag_is_refused_and_a_strange_one_too() {
    let (world, _, session) = with_session(2).await;
    let held = world.hold(1, &session).await.expect("a seat");
    world.confirm(1, &held.name).await.expect("booked");
    let cancel = |etag: &str| pb::CancelBookingRequest {
        name: held.name.clone(),
        etag: etag.into(),
        request_id: world.request(),
    };
    let mut bookings = world.bookings(1);
    let stale = refused(
        bookings.cancel_booking(cancel(&held.etag)).await,
        "STALE_ETAG",
    );
    let current = told_with(&stale, "current_etag");
    assert_eq!(
        wrong(bookings.cancel_booking(cancel("*")).await),
        ["etag INVALID_ETAG"]
    );
    assert!(bookings.cancel_booking(cancel(&current)).await.is_ok());
}

#[tokio::test]
async fn repeats_get_the_first_answer_and_take_no_second_seat() {
    let (world, stage, session) = with_session(5).await;
    let request = hold_request(&session, request_id(900));
    let mut bookings = world.bookings(1);
    let first = bookings
        .create_booking(request.clone())
        .await
        .expect("a seat");
    world
        .cancel(1, &first.get_ref().name)
        .await
        .expect("cancelled");
    let again = bookings
        .create_booking(request.clone())
        .await
        .expect("the same");
    assert_eq!(first.get_ref(), again.get_ref());
    assert_eq!(world.count("bookings").await, 1);
    let other = world.session(&stage, 4 * DAY, 5).await.name;
    let altered = hold_request(&other, request.request_id);
    let altered = bookings.create_booking(altered).await;
    assert_eq!(wrong(altered), ["request_id REQUEST_ID_REUSED"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_booking_is_told_at_once() {
    let (world, _, session) = with_session(1).await;
    let request = pb::CreateBookingRequest {
        parent: "campaigns/other-2026".into(),
        booking: Some(pb::Booking {
            session,
            ..Default::default()
        }),
        request_id: "x".into(),
    };
    let answer = world.bookings(1).create_booking(request).await;
    assert_eq!(
        wrong(answer),
        [
            "request_id INVALID_REQUEST_ID",
            "booking.session OTHER_CAMPAIGN"
        ]
    );
    let nothing = format!("{CAMPAIGN}/stages/{0}/sessions/{0}", uuid::Uuid::nil());
    refused(world.hold(1, &nothing).await, "NOT_FOUND");
}

#[tokio::test]
async fn bookings_are_shown_to_their_owner_and_the_desk() {
    let (world, _, session) = with_session(5).await;
    for number in [2, 3] {
        world.accept(number).await;
    }
    let mine = world.book(1, &session).await.name;
    world.pass(1);
    let theirs = world.hold(2, &session).await.expect("a seat").name;
    refused(world.get_booking(2, &mine).await, "NOT_FOUND");
    refused(world.cancel(2, &mine).await, "NOT_FOUND");
    refused(world.confirm(2, &mine).await, "NOT_FOUND");
    refused(world.start(2, &mine).await, "NOT_FOUND");
    let list = |state: State| pb::ListBookingsRequest {
        parent: "campaigns/-".into(),
        state: state.into(),
        ..Default::default()
    };
    let names = |page: tonic::Response<pb::ListBookingsResponse>| -> Vec<String> {
        page.into_inner()
            .bookings
            .into_iter()
            .map(|it| it.name)
            .collect()
    };
    let own = world
        .bookings(1)
        .list_bookings(list(State::Unspecified))
        .await;
    assert_eq!(names(own.expect("a page")), std::slice::from_ref(&mine));
    let mut desk = world.desk_bookings();
    let all = desk
        .list_bookings(list(State::Unspecified))
        .await
        .expect("a page");
    assert_eq!(names(all), [theirs.clone(), mine.clone()]);
    let held = desk.list_bookings(list(State::Held)).await.expect("a page");
    assert_eq!(names(held), std::slice::from_ref(&theirs));
    world.pass(10);
    let held = desk.list_bookings(list(State::Held)).await.expect("a page");
    assert_eq!(names(held), Vec::<String>::new());
    let expired = desk
        .list_bookings(list(State::HoldExpired))
        .await
        .expect("a page");
    assert_eq!(names(expired), [theirs]);
    let of_session = pb::ListBookingsRequest {
        parent: CAMPAIGN.into(),
        session,
        page_size: 1,
        ..Default::default()
    };
    let page = desk
        .list_bookings(of_session)
        .await
        .expect("a page")
        .into_inner();
    assert_eq!(page.bookings.len(), 1);
    assert!(!page.next_page_token.is_empty());
}

#[tokio::test]
async fn who_missed_a_session_may_book_another() {
    let (world, stage, session) = with_session(1).await;
    let later = world.session(&stage, 6 * DAY, 1).await.name;
    world.accept(2).await;
    let later_still = world.session(&stage, 7 * DAY, 1).await.name;
    let missed = world.book(1, &session).await.name;
    world.pass(3 * DAY + 15);
    let shown = world.get_booking(1, &missed).await.expect("the booking");
    assert_eq!(shown.state(), State::NoShow);
    // Before any job has written it down.
    world.book(1, &later).await;
    world.run("missed_bookings").await;
    assert_eq!(world.count("audit WHERE action = 'MissBooking'").await, 1);
    let second = world.book(2, &later_still).await.name;
    world.pass(5 * DAY);
    for _ in 0..2 {
        world.run("missed_bookings").await;
    }
    let shown = world.get_booking(2, &second).await.expect("the booking");
    assert_eq!(shown.state(), State::NoShow);
    assert_eq!(world.count("bookings WHERE state = 'NO_SHOW'").await, 3);
    world.seats_add_up().await;
}
