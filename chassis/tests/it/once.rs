//! A request id has one effect and one answer.

use chassis::Error;
use chassis::caller::Caller;
use chassis::database::Together;
use chassis::once::{self, Once};
use chassis::testing::{person, request_id};
use prost_types::Duration;

use crate::world::{World, effect};

/// Any message serves as request and answer.
fn number(seconds: i64) -> Duration {
    Duration { seconds, nanos: 0 }
}

/// How a handler makes its effect: step by step, or all in one exchange with the database.
#[derive(Debug, Clone, Copy)]
enum Way {
    Steps,
    Whole,
}

const WAYS: [Way; 2] = [Way::Steps, Way::Whole];

/// A handler: its effect, and an answer that tells which run of it gave the answer.
async fn write(
    way: Way,
    world: &World,
    caller: &Caller,
    id: &str,
    request: i64,
    answer: i64,
) -> chassis::Result<Duration> {
    let (db, clock, request, answer) = (world.db(), &world.clock, number(request), number(answer));
    match way {
        Way::Steps => match once::begin(db, clock, caller, "CreateEffect", id, &request).await? {
            Once::Answered(answer) => Ok(answer),
            Once::Begun(write) => {
                effect(write.tx(), "x").await?;
                write.commit(answer).await
            }
        },
        Way::Whole => {
            let mut all = Together::default();
            all.add("INSERT INTO effect (what) VALUES ($1)", ["x".into()]);
            let rpc = "CreateEffect";
            match once::whole(db, clock, caller, rpc, id, &request, &answer, all).await? {
                Once::Answered(answer) => Ok(answer),
                Once::Begun(write) => {
                    write.commit().await?;
                    Ok(answer)
                }
            }
        }
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_has_no_effect() {
    for way in WAYS {
        let world = World::new().await;
        let (caller, id) = (person(1, &[]), request_id(1));
        for answer in [100, 200] {
            let answered = write(way, &world, &caller, &id, 7, answer).await;
            assert_eq!(answered.unwrap(), number(100), "{way:?}");
        }
        assert_eq!(world.effects().await, 1, "{way:?}");
    }
}

#[tokio::test]
async fn another_request_under_the_same_id_is_refused() {
    for way in WAYS {
        let world = World::new().await;
        let (caller, id) = (person(1, &[]), request_id(1));
        write(way, &world, &caller, &id, 7, 100).await.unwrap();
        let refused = write(way, &world, &caller, &id, 8, 100).await;
        let Err(Error::Invalid(violations)) = refused else {
            panic!("taken {way:?}")
        };
        let reason = violations.iter().next().unwrap().reason;
        assert_eq!(reason, "REQUEST_ID_REUSED", "{way:?}");
        assert_eq!(world.effects().await, 1, "{way:?}");
    }
}

#[tokio::test]
async fn the_same_id_of_another_caller_is_another_request() {
    for way in WAYS {
        let world = World::new().await;
        let id = request_id(1);
        for (caller, answer) in [(1, 100), (2, 200)] {
            let answered = write(way, &world, &person(caller, &[]), &id, 7, answer).await;
            assert_eq!(answered.unwrap(), number(answer), "{way:?}");
        }
        assert_eq!(world.effects().await, 2, "{way:?}");
    }
}

#[tokio::test]
async fn an_id_that_is_missing_or_no_uuid_is_a_violation() {
    let world = World::new().await;
    for way in WAYS {
        for (id, reason) in [("", "REQUIRED"), ("7", "INVALID_REQUEST_ID")] {
            let refused = write(way, &world, &person(1, &[]), id, 7, 1).await;
            let Err(Error::Invalid(violations)) = refused else {
                panic!("taken {way:?}")
            };
            assert_eq!(violations.iter().next().unwrap().reason, reason);
        }
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
    let answered = write(Way::Steps, &world, &caller, &id, 7, 100).await;
    assert_eq!(answered.unwrap(), number(100));
    assert_eq!(world.effects().await, 1);
}

#[tokio::test]
async fn statements_that_go_together_tell_how_many_rows_each_met_and_are_undone_together() {
    let world = World::new().await;
    let (caller, id) = (person(1, &[]), request_id(1));
    let tx = world.db().begin().await.unwrap();
    effect(&tx, "old").await.unwrap();
    effect(&tx, "old").await.unwrap();
    world.db().commit(tx).await.unwrap();

    let mut all = Together::default();
    let locked = all.lock("effect WHERE what = $1", ["old".into()]);
    let nothing = all.lock("effect WHERE what = $1", ["none".into()]);
    let insert = "INSERT INTO effect (what) VALUES ($1), ($2), ($1)";
    let inserted = all.add(insert, ["a".into(), "b".into()]);
    let gone = all.add("DELETE FROM effect WHERE what = $1", ["old".into()]);
    let (db, clock) = (world.db(), &world.clock);
    let (request, answer) = (number(7), number(100));
    let whole = once::whole(db, clock, &caller, "Change", &id, &request, &answer, all);
    let Once::Begun(write) = whole.await.unwrap() else {
        panic!("answered")
    };
    let met = [locked, nothing, inserted, gone].map(|it| write.met.of(it));
    assert_eq!(met, [2, 0, 3, 2]);
    // What was met speaks against it.
    drop(write);
    assert_eq!(world.effects().await, 2);

    let mut all = Together::default();
    all.add("DELETE FROM effect WHERE what = $1", ["old".into()]);
    let whole = once::whole(db, clock, &caller, "Change", &id, &request, &answer, all);
    let Once::Begun(write) = whole.await.unwrap() else {
        panic!("the id was not free again")
    };
    write.commit().await.unwrap();
    assert_eq!(world.effects().await, 0);
    let nothing = Together::default();
    let tx = world.db().begin().await.unwrap();
    nothing.run(&tx).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_repeats_at_once_have_one_effect() {
    for way in WAYS {
        let world = std::sync::Arc::new(World::new().await);
        let calls: Vec<_> = (0..200)
            .map(|run| {
                let world = world.clone();
                let call = async move {
                    write(way, &world, &person(1, &[]), &request_id(1), 7, run).await
                };
                tokio::spawn(call)
            })
            .collect();
        let mut answers = Vec::new();
        for call in calls {
            match call.await.unwrap() {
                Ok(answer) => answers.push(answer),
                Err(Error::InFlight) => {}
                Err(error) => panic!("{way:?} {error:?}"),
            }
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(world.effects().await, 1, "{way:?}");
    }
}

#[tokio::test]
async fn answers_are_forgotten_when_they_are_old() {
    let world = World::new().await;
    let (caller, id) = (person(1, &[]), request_id(1));
    let written = write(Way::Steps, &world, &caller, &id, 7, 100).await;
    written.unwrap();
    for forgotten in [0, 1] {
        let now = world.clock.now();
        assert_eq!(once::forget(world.db(), now).await.unwrap(), forgotten);
        world.clock.advance(jiff::SignedDuration::from_hours(1));
    }
}
