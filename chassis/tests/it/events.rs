//! Events: with their cause or not at all, until every subscriber took them, once each.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use chassis::Error;
use chassis::bus::{self, Bus, Subscriber};
use chassis::outbox::{self, Relay};
use chassis::telemetry::carry::Carried;
use chassis::telemetry::log::{LogFormat, lines};
use chassis::telemetry::trace::Span;
use prost_types::Duration;

use crate::world::{Kept, World, effect};

async fn happened(world: &World, about: &str, number: i64) {
    let tx = world.db().begin().await.unwrap();
    let event = Duration {
        seconds: number,
        nanos: 0,
    };
    outbox::publish(&tx, &world.clock, &world.ids, about, &event)
        .await
        .unwrap();
    world.db().commit(tx).await.unwrap();
}

fn relay(world: &World, bus: &Bus) -> Relay {
    Relay {
        db: world.db().clone(),
        bus: bus.clone(),
        clock: world.clock.clone(),
    }
}

/// A bus whose pauses pass when the test says so; the clock of the rules stands still all the time.
fn bus_in_its_own_time() -> (Bus, impl Fn(u64)) {
    let passed = Arc::new(AtomicU64::new(0));
    let seconds = passed.clone();
    let bus = Bus::timed_by(move || std::time::Duration::from_secs(passed.load(Ordering::SeqCst)));
    (bus, move |more| {
        seconds.fetch_add(more, Ordering::SeqCst);
    })
}

type Seen = Arc<Mutex<Vec<(String, i64)>>>;

/// A subscriber that notes what it sees, and fails on the numbers that `fails` names.
fn listener(
    name: &'static str,
    seen: &Seen,
    fails: impl Fn(i64) -> bool + Clone + Send + Sync + 'static,
) -> Subscriber {
    let seen = seen.clone();
    Subscriber::to::<Duration, _>(name, move |event, payload| {
        let (seen, fails) = (seen.clone(), fails.clone());
        Box::pin(async move {
            if fails(payload.seconds) {
                return Err(Error::Unavailable(std::io::Error::other("away").into()));
            }
            seen.lock().unwrap().push((event.about, payload.seconds));
            Ok(())
        })
    })
}

#[tokio::test]
async fn an_event_leaves_with_its_cause_or_not_at_all() {
    let world = World::new().await;
    let (bus, seen) = (Bus::default(), Seen::default());
    bus.subscribe([listener("a", &seen, |_| false)]);
    let tx = world.db().begin().await.unwrap();
    let event = Duration {
        seconds: 1,
        nanos: 0,
    };
    outbox::publish(&tx, &world.clock, &world.ids, "x/1", &event)
        .await
        .unwrap();
    drop(tx);
    happened(&world, "x/2", 2).await;
    assert_eq!(relay(&world, &bus).round().await.unwrap(), 1);
    assert_eq!(*seen.lock().unwrap(), [("x/2".to_owned(), 2)]);
    assert_eq!(outbox::depth(world.db()).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn a_resources_events_wait_for_its_earlier_ones_and_others_go_on() {
    let world = World::new().await;
    let ((bus, pass), seen) = (bus_in_its_own_time(), Seen::default());
    let away = Arc::new(AtomicU32::new(1));
    let is_away = away.clone();
    bus.subscribe([listener("a", &seen, move |number| {
        number == 1 && is_away.load(Ordering::SeqCst) == 1
    })]);
    happened(&world, "x/1", 1).await;
    happened(&world, "x/1", 2).await;
    happened(&world, "x/2", 3).await;
    assert_eq!(relay(&world, &bus).round().await.unwrap(), 1);
    assert_eq!(*seen.lock().unwrap(), [("x/2".to_owned(), 3)]);

    // Not again before its time, then in order.
    away.store(0, Ordering::SeqCst);
    assert_eq!(relay(&world, &bus).round().await.unwrap(), 0);
    pass(1);
    for _ in 0..2 {
        assert_eq!(relay(&world, &bus).round().await.unwrap(), 1);
    }
    let order: Vec<i64> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|(_, number)| *number)
        .collect();
    assert_eq!(order, [3, 1, 2]);
}

#[tokio::test]
async fn however_many_events_can_t_be_taken_those_of_other_resources_go_on() {
    let world = World::new().await;
    let ((bus, pass), seen) = (bus_in_its_own_time(), Seen::default());
    let healed = Arc::new(AtomicU32::new(0));
    let is_healed = healed.clone();
    let poison = move |number| number < 150 && is_healed.load(Ordering::SeqCst) == 0;
    bus.subscribe([listener("a", &seen, poison)]);
    // Each of its own resource, with a good one behind it that has to wait for it.
    for number in 0..150 {
        happened(&world, &format!("x/{number}"), number).await;
        happened(&world, &format!("x/{number}"), 1000 + number).await;
    }
    happened(&world, "y/1", 500).await;
    let relay = relay(&world, &bus);
    for _ in 0..4 {
        relay.round().await.unwrap();
    }
    assert_eq!(*seen.lock().unwrap(), [("y/1".to_owned(), 500)]);
    // Those that come later too, while all the others are put off.
    happened(&world, "y/1", 501).await;
    assert_eq!(relay.round().await.unwrap(), 1);

    // Each of the others has its turn, and the order of each resource has held.
    healed.store(1, Ordering::SeqCst);
    for _ in 0..8 {
        pass(60);
        relay.round().await.unwrap();
    }
    assert_eq!(outbox::depth(world.db()).await.unwrap(), (0, 0));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 302);
    for number in 0..150 {
        let place = |of: i64| seen.iter().position(|(_, it)| *it == of).unwrap();
        assert!(place(number) < place(1000 + number), "{number}");
    }
}

#[tokio::test]
async fn an_event_nobody_can_take_is_set_aside_and_the_rest_goes_on() {
    let world = World::new().await;
    let ((bus, pass), seen) = (bus_in_its_own_time(), Seen::default());
    bus.subscribe([listener("a", &seen, |number| number == 1)]);
    happened(&world, "x/1", 1).await;
    happened(&world, "x/1", 2).await;
    for _ in 0..60 {
        relay(&world, &bus).round().await.unwrap();
        pass(120);
    }
    assert_eq!(outbox::depth(world.db()).await.unwrap(), (0, 1));
    assert_eq!(*seen.lock().unwrap(), [("x/1".to_owned(), 2)]);
}

#[tokio::test]
async fn an_event_delivered_twice_has_one_effect() {
    let world = Arc::new(World::new().await);
    let (bus, pass) = bus_in_its_own_time();
    let inside = world.clone();
    let taker = Subscriber::to::<Duration, _>("a", move |event, _| {
        let world = inside.clone();
        Box::pin(async move {
            let tx = world.db().begin().await?;
            if bus::first_time(&tx, &world.clock, "a", &event).await? {
                effect(&tx, "x").await?;
            }
            Ok(world.db().commit(tx).await?)
        })
    });
    // The second subscriber fails the first time, so the first sees the event again.
    let (seen, failed) = (Seen::default(), Arc::new(AtomicU32::new(0)));
    let fails = move |_| failed.fetch_add(1, Ordering::SeqCst) == 0;
    bus.subscribe([taker, listener("b", &seen, fails)]);
    happened(&world, "x/1", 1).await;
    relay(&world, &bus).round().await.unwrap();
    pass(1);
    relay(&world, &bus).round().await.unwrap();
    assert_eq!(world.effects().await, 1);
    assert_eq!(seen.lock().unwrap().len(), 1);
    assert_eq!(outbox::depth(world.db()).await.unwrap(), (0, 0));
}

#[test]
fn a_line_of_the_log_names_its_trace() {
    let carried = Carried {
        parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
        state: String::new(),
    };
    let span = Span::passing(carried.place().unwrap());
    for format in [LogFormat::Json, LogFormat::Text] {
        let kept = Kept::default();
        let to = kept.clone();
        let subscriber = lines("info", format, false, move || to.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(number = 1, "outside");
            let outside = kept.said();
            assert!(!outside.contains("trace_id"), "{outside}");
            span.within(|| tracing::info!(number = 1, "inside"));
            let inside = kept.said();
            let begins = "{\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\",\"span_id\":\"b7ad6b7169203331\",";
            match format {
                LogFormat::Json => assert!(inside.starts_with(begins), "{inside}"),
                LogFormat::Text => assert!(
                    inside.ends_with("inside number=1 trace_id=0af7651916cd43dd8448eb211c80319c\n"),
                    "{inside}"
                ),
            }
            assert_eq!(inside.lines().count(), 1);
        });
    }
}
