//! "Start test": its window, its check-in, its token.

use chassis::clock::from_pb;
use chassis::testing::request_id;
use chassis::token::Verifier;
use jiff::{SignedDuration, Timestamp};
use proto::testing::v1 as pb;
use proto::testing::v1::attempt::State;
use proto::testing::v1::booking;

use crate::neighbours::iin;
use crate::world::{World, person_name, refused, told_with};

const DAY: i64 = 24 * 60;

/// A booked seat of person 1, and when its session starts.
async fn booked(check_in: bool) -> (World, String, Timestamp) {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let center = world.center().await.name;
    let mut request = world.session_request(&stage, &center, 3 * DAY, 2);
    if let Some(session) = &mut request.session {
        session.check_in_required = check_in;
    }
    let session = world.create_session(request).await.expect("a session");
    world.accept(1).await;
    let booking = world.book(1, &session.name).await.name;
    let start = session
        .start_time
        .as_ref()
        .and_then(from_pb)
        .expect("a start");
    (world, booking, start)
}

#[tokio::test]
async fn a_test_is_started_inside_its_window_and_not_a_millisecond_outside() {
    let (world, booking, start) = booked(false).await;
    let millisecond = SignedDuration::from_millis(1);
    let open = start - SignedDuration::from_mins(10);
    let close = start + SignedDuration::from_mins(15);
    world.clock.set(open - millisecond);
    let early = refused(world.start(1, &booking).await, "START_TOO_EARLY");
    let told: Timestamp = told_with(&early, "start_open_time")
        .parse()
        .expect("an instant");
    assert_eq!(told, open);
    world.clock.set(close);
    let late = refused(world.start(1, &booking).await, "START_TOO_LATE");
    let told: Timestamp = told_with(&late, "start_close_time")
        .parse()
        .expect("an instant");
    assert_eq!(told, close);
    world.clock.set(close - millisecond);
    assert!(world.start(1, &booking).await.is_ok());
    assert_eq!(world.count("attempts").await, 1);
}

#[tokio::test]
async fn the_window_opens_ten_minutes_before() {
    let (world, booking, start) = booked(false).await;
    world.clock.set(start - SignedDuration::from_mins(10));
    let attempt = world.start(1, &booking).await.expect("started");
    assert_eq!(attempt.state(), State::Authorized);
    let shown = world.get_booking(1, &booking).await.expect("the booking");
    assert_eq!(shown.state(), booking::State::Started);
    assert_eq!(shown.attempt, attempt.name);
}

#[tokio::test]
async fn the_launch_token_is_signed_for_the_test_system_and_names_nobody() {
    let (world, booking, start) = booked(false).await;
    world.clock.set(start);
    let attempt = world.start(1, &booking).await.expect("started");
    let url = &attempt.launch_url;
    let fragment = url.strip_prefix("https://test.example.kz/start#token=");
    assert_eq!(fragment, Some(attempt.launch_token.as_str()));
    let verify = |audience: &str, at: Timestamp| {
        let verifier = Verifier::new(audience, std::slice::from_ref(&world.key));
        verifier
            .expect("a verifier")
            .verify::<serde_json::Value>(&attempt.launch_token, at)
    };
    let claims = verify("https://test.example.kz", start).expect("a good token");
    assert_eq!(claims.iss, "testing-svc");
    assert_eq!(claims.body["attempt"], attempt.name.as_str());
    assert_eq!(claims.body["booking"], booking.as_str());
    let number = claims.body["candidate_number"].as_str().expect("a number");
    assert_eq!(number.len(), 10);
    let all = claims.body.to_string();
    assert!(!all.contains(&iin(1)) && !all.contains(&person_name(1)));
    assert!(verify("https://elsewhere.example.kz", start).is_none());
    let expires = attempt
        .token_expire_time
        .as_ref()
        .and_then(from_pb)
        .expect("a time");
    assert_eq!(expires, start + SignedDuration::from_mins(2));
    assert!(verify("https://test.example.kz", expires).is_none());
}

#[tokio::test]
async fn starting_again_is_the_same_attempt_with_a_new_token_and_a_repeat_the_same_answer() {
    let (world, booking, start) = booked(false).await;
    world.clock.set(start);
    let request = |number| pb::StartAttemptRequest {
        booking: booking.clone(),
        request_id: request_id(number),
    };
    let mut attempts = world.attempts(1);
    let first = attempts
        .start_attempt(request(901))
        .await
        .expect("started")
        .into_inner();
    world.pass(5);
    let repeat = attempts
        .start_attempt(request(901))
        .await
        .expect("the same")
        .into_inner();
    assert_eq!(repeat, first);
    let again = attempts
        .start_attempt(request(902))
        .await
        .expect("again")
        .into_inner();
    assert_eq!(
        (&again.name, again.start_time),
        (&first.name, first.start_time)
    );
    assert_ne!(again.launch_token, first.launch_token);
    world.pass(10);
    refused(world.start(1, &booking).await, "START_TOO_LATE");
    assert_eq!(world.count("attempts").await, 1);
    assert_eq!(
        world.told_kinds().await,
        ["BookingConfirmed", "AttemptStarted"]
    );
    // The token is kept nowhere.
    let rows = chassis::database::query_all(world.data.db.read(), "SELECT answer FROM once", [])
        .await
        .expect("rows");
    assert!(rows.len() > 3);
    for row in rows {
        let answer: Option<Vec<u8>> = row.try_get("", "answer").expect("an answer");
        let answer = String::from_utf8_lossy(&answer.unwrap_or_default()).into_owned();
        assert!(!answer.contains(&first.launch_token));
    }
}

#[tokio::test]
async fn where_a_check_in_is_needed_it_comes_first() {
    let (world, booking, start) = booked(true).await;
    world.clock.set(start);
    refused(world.start(1, &booking).await, "CHECK_IN_NEEDED");
    world.check_in(&booking).await.expect("checked in");
    assert!(world.start(1, &booking).await.is_ok());
}

#[tokio::test]
async fn a_hold_is_not_started() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 5, 1).await.name;
    world.accept(1).await;
    let held = world.hold(1, &session).await.expect("a seat").name;
    refused(world.start(1, &held).await, "BOOKING_NOT_CONFIRMED");
    world.pass(5);
    refused(world.start(1, &held).await, "BOOKING_OVER");
}

#[tokio::test]
async fn an_attempt_is_shown_without_a_way_in() {
    let (world, booking, start) = booked(false).await;
    world.clock.set(start);
    let name = world.start(1, &booking).await.expect("started").name;
    let ask = || pb::GetAttemptRequest { name: name.clone() };
    let shown = world
        .attempts(1)
        .get_attempt(ask())
        .await
        .expect("shown")
        .into_inner();
    assert_eq!((&shown.name, &shown.booking), (&name, &booking));
    assert!(shown.launch_token.is_empty() && shown.launch_url.is_empty());
    refused(world.attempts(2).get_attempt(ask()).await, "NOT_FOUND");
    let mut desk = pb::attempts_client::AttemptsClient::new(world.as_desk());
    assert!(desk.get_attempt(ask()).await.is_ok());
}
