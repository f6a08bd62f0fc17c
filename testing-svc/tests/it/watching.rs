//! Watching the seats of a session or a stage: one look for all who listen, the newest number only, and
//! an end.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use proto::testing::v1 as pb;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use tonic::Streaming;

use crate::seats::DAY;
use crate::world::{World, refused, wrong};

async fn watch(world: &World, session: &str, resume_token: &str) -> Streaming<pb::SeatsLeft> {
    let request = pb::WatchSeatsRequest {
        name: session.into(),
        resume_token: resume_token.into(),
    };
    let mut sessions = TestSessionsClient::new(world.as_person(1));
    let stream = sessions.watch_seats(request).await;
    stream.expect("a stream").into_inner()
}

async fn next(stream: &mut Streaming<pb::SeatsLeft>) -> pb::SeatsLeft {
    let message = stream.next().await.expect("a message");
    message.expect("no error")
}

#[tokio::test]
async fn a_listener_hears_the_seats_at_once_and_every_change_after_a_look() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 5).await.name;
    let mut stream = watch(&world, &session, "").await;
    let first = next(&mut stream).await;
    assert_eq!((first.seats_left, &first.session), (5, &session));
    for number in 1..=2 {
        world.accept(number).await;
        world.hold(number, &session).await.expect("a seat");
    }
    world.run("watched_seats").await;
    // Two changes between two looks are one.
    let second = next(&mut stream).await;
    assert_eq!(second.seats_left, 3);
    world.run("watched_seats").await;
    assert!(stream.next().now_or_never().is_none());
    // Time alone frees a seat, too.
    world.pass(9);
    world.run("watched_seats").await;
    world.pass(1);
    drop(stream);
    let mut again = watch(&world, &session, &second.resume_token).await;
    assert_eq!(next(&mut again).await.seats_left, 5);
    // Who comes back with what is true still hears nothing.
    let mut same = watch(&world, &session, &first.resume_token).await;
    assert!(same.next().now_or_never().is_none());
}

#[tokio::test]
async fn a_stream_ends_after_ten_minutes() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 5).await.name;
    let mut stream = watch(&world, &session, "").await;
    next(&mut stream).await;
    world.pass(9);
    world.run("watched_seats").await;
    assert!(stream.next().now_or_never().is_none());
    world.pass(1);
    world.run("watched_seats").await;
    assert!(stream.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_listeners_are_told_by_one_look_each_once() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 5).await.name;
    let mut streams = Vec::new();
    for _ in 0..500 {
        let mut stream = watch(&world, &session, "").await;
        assert_eq!(next(&mut stream).await.seats_left, 5);
        streams.push(stream);
    }
    world.accept(1).await;
    world.hold(1, &session).await.expect("a seat");
    world.run("watched_seats").await;
    for stream in &mut streams {
        assert_eq!(next(stream).await.seats_left, 4);
        assert!(stream.next().now_or_never().is_none());
    }
}

async fn watch_stage(
    world: &World,
    stage: &str,
    resume_token: &str,
) -> Streaming<pb::StageSeatsLeft> {
    let request = pb::WatchStageSeatsRequest {
        name: stage.into(),
        resume_token: resume_token.into(),
    };
    let mut sessions = TestSessionsClient::new(world.as_person(1));
    let stream = sessions.watch_stage_seats(request).await;
    stream.expect("a stream").into_inner()
}

async fn left(stream: &mut Streaming<pb::StageSeatsLeft>) -> (i32, i32) {
    let message = stream.next().await.expect("a message").expect("no error");
    (message.seats_left, message.sessions_left)
}

#[tokio::test]
async fn who_listens_to_a_stage_hears_what_all_its_sessions_to_come_have_left() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let mut early = watch_stage(&world, &stage, "").await;
    assert_eq!(left(&mut early).await, (0, 0));
    let first = world.session(&stage, 3 * DAY, 1).await.name;
    let second = world.session(&stage, 4 * DAY, 5).await.name;
    world.run("watched_seats").await;
    assert_eq!(left(&mut early).await, (6, 2));
    world.accept(1).await;
    world.hold(1, &first).await.expect("a seat");
    world.run("watched_seats").await;
    assert_eq!(left(&mut early).await, (5, 1));
    // What is closed has nothing to give.
    let closure = world.close(&second, 0, 10 * DAY, false).await;
    world.run("watched_seats").await;
    assert_eq!(left(&mut early).await, (0, 0));
    world
        .lift(&closure.expect("a closure").name)
        .await
        .expect("lifted");
    world.run("watched_seats").await;
    assert_eq!(left(&mut early).await, (5, 1));
    // A hold that ran out holds nothing.
    world.pass(9);
    world.run("watched_seats").await;
    assert!(early.next().now_or_never().is_none());
    drop(early);
    world.pass(1);
    world.run("watched_seats").await;
    let mut again = watch_stage(&world, &stage, "s5.1").await;
    assert_eq!(left(&mut again).await, (6, 2));
    let mut same = watch_stage(&world, &stage, "s6.2").await;
    assert!(same.next().now_or_never().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_listeners_of_a_stage_cost_one_look() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 5).await.name;
    let mut streams = Vec::new();
    for _ in 0..500 {
        let mut stream = watch_stage(&world, &stage, "").await;
        assert_eq!(left(&mut stream).await, (5, 1));
        streams.push(stream);
    }
    world.accept(1).await;
    world.hold(1, &session).await.expect("a seat");
    let (_, looks) = chassis::testing::statements(world.run("watched_seats")).await;
    assert_eq!(looks.len(), 1, "{looks:?}");
    for stream in &mut streams {
        assert_eq!(left(stream).await, (4, 1));
        assert!(stream.next().now_or_never().is_none());
    }
}

#[tokio::test]
async fn only_what_is_there_is_watched() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let sessions = TestSessionsClient::new(world.as_person(1));
    let ask = |name: String| {
        let request = pb::WatchSeatsRequest {
            name,
            resume_token: String::new(),
        };
        let mut sessions = sessions.clone();
        async move { sessions.watch_seats(request).await.map(drop) }
    };
    let nowhere = format!("{stage}/sessions/{}", uuid::Uuid::nil());
    refused(ask(nowhere).await, "NOT_FOUND");
    assert_eq!(wrong(ask("sessions/1".into()).await), ["name INVALID_NAME"]);
    let ask = |name: String| {
        let request = pb::WatchStageSeatsRequest {
            name,
            resume_token: String::new(),
        };
        let mut sessions = sessions.clone();
        async move { sessions.watch_stage_seats(request).await.map(drop) }
    };
    let campaign = stage.rsplit_once('/').map_or("", |(before, _)| before);
    let nowhere = format!("{campaign}/{}", uuid::Uuid::nil());
    refused(ask(nowhere).await, "NOT_FOUND");
    let elsewhere = stage.replacen("campaigns/", "campaigns/other-", 1);
    refused(ask(elsewhere).await, "NOT_FOUND");
    assert_eq!(wrong(ask("stages/1".into()).await), ["name INVALID_NAME"]);
}
