//! Sitting: pauses that are given back, what ends an attempt, and what the desk notes of it.

use chassis::clock::from_pb;
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use proto::events::v1::AttemptTerminated;
use proto::testing::v1 as pb;
use proto::testing::v1::attempt::State;
use proto::testing::v1::attempts_client::AttemptsClient;
use proto::testing::v1::booking;
use proto::testing::v1::irregularity::Code;
use tonic::Response;

use crate::outcome::scored;
use crate::world::{Answer, World, refused, told_with, wrong};

struct Desk<'a>(&'a World);

impl Desk<'_> {
    async fn pause(&self, name: &str) -> Answer<pb::Attempt> {
        let request = pb::PauseAttemptRequest {
            name: name.into(),
            request_id: self.0.request(),
        };
        let mut attempts = AttemptsClient::new(self.0.as_desk());
        attempts
            .pause_attempt(request)
            .await
            .map(Response::into_inner)
    }

    async fn resume(&self, name: &str) -> Answer<pb::Attempt> {
        let request = pb::ResumeAttemptRequest {
            name: name.into(),
            request_id: self.0.request(),
        };
        let mut attempts = AttemptsClient::new(self.0.as_desk());
        attempts
            .resume_attempt(request)
            .await
            .map(Response::into_inner)
    }

    async fn note(&self, name: &str, code: Code, note: &str) -> Answer<pb::Irregularity> {
        let request = pb::CreateIrregularityRequest {
            parent: name.into(),
            irregularity: Some(pb::Irregularity {
                code: code.into(),
                note: note.into(),
                ..Default::default()
            }),
            request_id: self.0.request(),
        };
        let mut attempts = AttemptsClient::new(self.0.as_desk());
        attempts
            .create_irregularity(request)
            .await
            .map(Response::into_inner)
    }

    async fn irregularities(&self, parent: &str, session: &str) -> Vec<pb::Irregularity> {
        let request = pb::ListIrregularitiesRequest {
            parent: parent.into(),
            session: session.into(),
            ..Default::default()
        };
        let mut attempts = AttemptsClient::new(self.0.as_desk());
        let found = attempts.list_irregularities(request).await;
        found.expect("a list").into_inner().irregularities
    }
}

pub async fn get(world: &World, name: &str) -> pb::Attempt {
    let request = pb::GetAttemptRequest { name: name.into() };
    let found = AttemptsClient::new(world.as_desk())
        .get_attempt(request)
        .await;
    found.expect("the attempt").into_inner()
}

fn end(attempt: &pb::Attempt) -> Option<Timestamp> {
    attempt.end_time.as_ref().and_then(from_pb)
}

/// A person who sits a session of 90 minutes.
async fn sitting() -> (World, pb::Attempt) {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1], "A").await;
    let attempt = world.begin(&stage, &[1]).await.pop().expect("one");
    (world, attempt)
}

#[tokio::test]
async fn what_was_paused_is_given_back_and_nobody_starts_meanwhile() {
    let (world, attempt) = sitting().await;
    let desk = Desk(&world);
    let first = end(&attempt).expect("an end");
    world.pass(20);
    let paused = desk.pause(&attempt.name).await.expect("paused");
    assert_eq!((paused.state(), end(&paused)), (State::Paused, None));
    assert!(paused.pause_time.is_some());
    refused(world.start(1, &attempt.booking).await, "START_TOO_LATE");
    world.pass(15);
    assert_eq!(desk.pause(&attempt.name).await.expect("no change"), paused);
    let resumed = desk.resume(&attempt.name).await.expect("resumed");
    assert_eq!(resumed.state(), State::Active);
    assert_eq!(end(&resumed), Some(first + SignedDuration::from_mins(15)));
    assert_eq!(resumed.paused_duration.map(|it| it.seconds), Some(900));
    assert_eq!(
        desk.resume(&attempt.name).await.expect("no change"),
        resumed
    );
}

#[tokio::test]
async fn a_paused_attempt_is_not_started_in_a_second_window() {
    let (world, attempt) = sitting().await;
    let desk = Desk(&world);
    desk.pause(&attempt.name).await.expect("paused");
    refused(world.start(1, &attempt.booking).await, "ATTEMPT_PAUSED");
    desk.resume(&attempt.name).await.expect("resumed");
    let again = world.start(1, &attempt.booking).await.expect("started");
    assert_eq!(
        (again.name, again.launch_token.is_empty()),
        (attempt.name, false)
    );
}

#[tokio::test]
async fn its_person_or_the_desk_finishes_an_attempt_and_its_booking_is_completed() {
    let (world, attempt) = sitting().await;
    world.pass(5);
    refused(world.finish(2, &attempt.name).await, "NOT_FOUND");
    let finished = world.finish(1, &attempt.name).await.expect("finished");
    assert_eq!(finished.state(), State::Finished);
    assert_eq!(finished.finish_time, world.in_minutes(0));
    assert_eq!(
        world.finish(1, &attempt.name).await.expect("again"),
        finished
    );
    let booking = world.get_booking(1, &attempt.booking).await;
    assert_eq!(
        booking.expect("the booking").state(),
        booking::State::Completed
    );
    refused(world.start(1, &attempt.booking).await, "BOOKING_OVER");
    let refusal = refused(Desk(&world).pause(&attempt.name).await, "ATTEMPT_OVER");
    assert_eq!(told_with(&refusal, "state"), "FINISHED");
    world.seats_add_up().await;
}

#[tokio::test]
async fn what_nobody_finishes_ends_with_its_time_and_not_before() {
    let (world, attempt) = sitting().await;
    let desk = Desk(&world);
    desk.pause(&attempt.name).await.expect("paused");
    world.pass(30);
    desk.resume(&attempt.name).await.expect("resumed");
    // The session is over; half an hour is owed.
    world.pass(89);
    world.run("finished_attempts").await;
    assert_eq!(get(&world, &attempt.name).await.state(), State::Active);
    world.pass(40);
    let shown = get(&world, &attempt.name).await;
    assert_eq!(shown.state(), State::Finished);
    assert_eq!(shown.finish_time, shown.end_time);
    world.run("finished_attempts").await;
    let written = get(&world, &attempt.name).await;
    assert_eq!(written.finish_time, shown.finish_time);
    assert_eq!(world.count("bookings WHERE state = 'COMPLETED'").await, 1);
    assert_eq!(world.count("attempts WHERE state = 'FINISHED'").await, 1);
}

#[tokio::test]
async fn an_irregularity_ends_an_attempt_and_is_told_by_its_code_only() {
    let (world, attempt) = sitting().await;
    let ended = world.terminate(&attempt.name).await.expect("terminated");
    assert_eq!(ended.state(), State::Terminated);
    assert_eq!(ended.termination_code(), Code::ForbiddenItem);
    refused(world.terminate(&attempt.name).await, "ATTEMPT_OVER");
    refused(world.finish(1, &attempt.name).await, "ATTEMPT_OVER");
    let told = world.told().await;
    let (kind, payload) = told.last().expect("an event");
    assert_eq!(kind, "AttemptTerminated");
    let event = AttemptTerminated::decode(payload.as_slice()).expect("an event");
    assert_eq!(
        (event.attempt, event.reason_code.as_str()),
        (attempt.name.clone(), "FORBIDDEN_ITEM")
    );
    assert!(!String::from_utf8_lossy(payload).contains("telephone"));
    assert_eq!(
        world.count("audit WHERE detail LIKE '%telephone%'").await,
        0
    );
}

#[tokio::test]
async fn irregularities_are_listed_by_attempt_and_by_session() {
    let world = World::new().await;
    let desk = Desk(&world);
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2], "A").await;
    let begun = world.begin(&stage, &[1, 2]).await;
    let (one, two) = (&begun[0].name, &begun[1].name);
    let noted = desk.note(one, Code::Disturbance, "").await.expect("noted");
    world.terminate(two).await.expect("terminated");
    assert_eq!(
        desk.irregularities(one, "").await,
        std::slice::from_ref(&noted)
    );
    let all = "campaigns/reserve-2026/bookings/-/attempts/-";
    let session = desk.irregularities(all, &noted.session).await;
    let told: Vec<_> = session
        .iter()
        .map(|it| (it.code(), it.terminated))
        .collect();
    assert_eq!(
        told,
        [(Code::Disturbance, false), (Code::ForbiddenItem, true)]
    );
    assert_eq!(session[1].candidate_number, world.number(2).await);
    assert_eq!(
        wrong(desk.note(one, Code::Other, " ").await),
        ["irregularity.note REQUIRED"]
    );
    let mut person = world.attempts(1);
    let request = pb::ListIrregularitiesRequest {
        parent: one.clone(),
        ..Default::default()
    };
    refused(person.list_irregularities(request).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn a_test_is_not_begun_after_its_session_even_inside_its_window() {
    let world = World::new().await;
    let wide = pb::Stage {
        late_start: Some(prost_types::Duration {
            seconds: 12 * 3600,
            nanos: 0,
        }),
        ..scored(1)
    };
    let stage = world.make(wide).await.name;
    world.admit(&[1], "A").await;
    let session = world.session(&stage, 60, 2).await;
    let booking = world.book(1, &session.name).await;
    let end = session.end_time.as_ref().and_then(from_pb).expect("an end");
    world.clock.set(end);
    let late = refused(world.start(1, &booking.name).await, "START_TOO_LATE");
    let told: Timestamp = told_with(&late, "start_close_time")
        .parse()
        .expect("an instant");
    assert_eq!(told, end);
    world.clock.set(end - SignedDuration::from_micros(1));
    world.start(1, &booking.name).await.expect("started");
}
