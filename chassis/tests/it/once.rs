//! A request id has one effect and one answer.

use chassis::Error;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::testing::{person, request_id};
use prost_types::Duration;

use crate::world::{World, effect};

/// Any message serves as request and answer.
fn number(seconds: i64) -> Duration {
    Duration { seconds, nanos: 0 }
}

/// A handler: its effect, and an answer that tells which run of it gave the answer.
async fn write(
    world: &World,
    caller: &Caller,
    id: &str,
    request: i64,
    answer: i64,
) -> chassis::Result<Duration> {
    let begun = once::begin(
        world.db(),
        &world.clock,
        caller,
        "CreateEffect",
        id,
        &number(request),
    )
    .await?;
    let write = match begun {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    effect(write.tx(), "x").await?;
    write.commit(number(answer)).await
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_has_no_effect() {
    let world = World::new().await;
    let caller = person(1, &[]);
    let id = request_id(1);
    assert_eq!(
        write(&world, &caller, &id, 7, 100).await.unwrap(),
        number(100)
    );
    assert_eq!(
        write(&world, &caller, &id, 7, 200).await.unwrap(),
        number(100)
    );
    assert_eq!(world.effects().await, 1);
}

#[tokio::test]
async fn another_request_under_the_same_id_is_refused() {
    let world = World::new().await;
    let caller = person(1, &[]);
    let id = request_id(1);
    write(&world, &caller, &id, 7, 100).await.unwrap();
    let Err(Error::Invalid(violations)) = write(&world, &caller, &id, 8, 100).await else {
        panic!("taken")
    };
    assert_eq!(
        violations.iter().next().unwrap().reason,
        "REQUEST_ID_REUSED"
    );
    assert_eq!(world.effects().await, 1);
}

#[tokio::test]
async fn the_same_id_of_another_caller_is_another_request() {
    let world = World::new().await;
    let id = request_id(1);
    write(&world, &person(1, &[]), &id, 7, 100).await.unwrap();
    assert_eq!(
        write(&world, &person(2, &[]), &id, 8, 200).await.unwrap(),
        number(200)
    );
    assert_eq!(world.effects().await, 2);
}

#[tokio::test]
async fn an_id_that_is_missing_or_no_uuid_is_a_violation() {
    let world = World::new().await;
    for (id, reason) in [("", "REQUIRED"), ("7", "INVALID_REQUEST_ID")] {
        let Err(Error::Invalid(violations)) = write(&world, &person(1, &[]), id, 7, 1).await else {
            panic!("taken")
        };
        assert_eq!(violations.iter().next().unwrap().reason, reason);
    }
    assert_eq!(world.effects().await, 0);
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_and_its_id_is_free() {
    let world = World::new().await;
    let (caller, id) = (person(1, &[]), request_id(1));
    let begun = once::begin::<_, Duration>(
        world.db(),
        &world.clock,
        &caller,
        "CreateEffect",
        &id,
        &number(7),
    )
    .await;
    let Once::Begun(begun) = begun.unwrap() else {
        panic!("answered")
    };
    effect(begun.tx(), "x").await.unwrap();
    drop(begun);
    assert_eq!(
        write(&world, &caller, &id, 7, 100).await.unwrap(),
        number(100)
    );
    assert_eq!(world.effects().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_repeats_at_once_have_one_effect() {
    let world = std::sync::Arc::new(World::new().await);
    let calls: Vec<_> = (0..200)
        .map(|run| {
            let world = world.clone();
            tokio::spawn(
                async move { write(&world, &person(1, &[]), &request_id(1), 7, run).await },
            )
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        match call.await.unwrap() {
            Ok(answer) => answers.push(answer),
            Err(Error::InFlight) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(world.effects().await, 1);
}

#[tokio::test]
async fn answers_are_forgotten_when_they_are_old() {
    let world = World::new().await;
    let (caller, id) = (person(1, &[]), request_id(1));
    write(&world, &caller, &id, 7, 100).await.unwrap();
    assert_eq!(
        once::forget(world.db(), world.clock.now()).await.unwrap(),
        0
    );
    world.clock.advance(jiff::SignedDuration::from_hours(1));
    assert_eq!(
        once::forget(world.db(), world.clock.now()).await.unwrap(),
        1
    );
}
