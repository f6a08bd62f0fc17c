//! Events that nobody took: seen, tried again, dropped, and each change in the audit.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::Error;
use chassis::bus::{self, Bus, Subscriber};
use chassis::clock::Clock;
use chassis::database::{Database, query_all};
use chassis::dead::{self, Dead, Side};
use chassis::ids::Ids;
use chassis::outbox::{self, Relay};
use chassis::stream::feed::Feed;
use chassis::stream::reader::{Patience, Reader};
use chassis::testing::redis::Redis;
use prost_types::Duration as Payload;
use tokio_util::sync::CancellationToken;

use crate::world::{World, effect};

/// A subscriber that refuses until it is told to take.
#[derive(Default)]
struct Moody {
    takes: AtomicBool,
    times: Mutex<Vec<jiff::Timestamp>>,
}

fn subscriber(world: &Arc<World>, moody: &Arc<Moody>) -> Subscriber {
    let (world, moody) = (world.clone(), moody.clone());
    Subscriber::to::<Payload, _>("moody", move |event, payload| {
        let (world, moody) = (world.clone(), moody.clone());
        Box::pin(async move {
            if !moody.takes.load(Ordering::SeqCst) {
                return Err(Error::Unavailable(std::io::Error::other("away").into()));
            }
            let tx = world.db().begin().await?;
            if bus::first_time(&tx, &world.clock, "moody", &event).await? {
                effect(&tx, &payload.seconds.to_string()).await?;
                world.db().commit(tx).await?;
                moody.times.lock().unwrap().push(event.time);
            }
            Ok(())
        })
    })
}

async fn happens(world: &World, number: i64) {
    let event = Payload {
        seconds: number,
        nanos: 0,
    };
    let tx = world.db().begin().await.unwrap();
    outbox::publish(&tx, &world.clock, &world.ids, "x/1", &event)
        .await
        .unwrap();
    world.db().commit(tx).await.unwrap();
}

async fn audited(db: &Database) -> Vec<String> {
    let sql = "SELECT action, resource, detail, caller FROM audit ORDER BY seq";
    let rows = query_all(db.read(), sql, []).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name| row.try_get::<String>("", name).unwrap();
    rows.iter()
        .map(|row| {
            let names = ["action", "resource", "detail", "caller"];
            names.map(|name| text(row, name)).join(" ")
        })
        .collect()
}

/// Waits until what is dead is as it should be.
async fn until(db: &Database, is_so: impl Fn(&[Dead]) -> bool) -> Vec<Dead> {
    let looking = async {
        loop {
            let found = dead::list(db).await.unwrap();
            if is_so(&found) {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), looking)
        .await
        .expect("soon")
}

#[tokio::test]
async fn what_the_stream_left_is_tried_again_by_the_service_that_runs_or_dropped() {
    let (world, moody) = (Arc::new(World::new().await), Arc::new(Moody::default()));
    let redis = Redis::start();
    let ids = Ids::random(Clock::machine());
    let happened = world.clock.now();
    happens(&world, 1).await;
    happens(&world, 2).await;
    let feed = Feed {
        db: world.db().clone(),
        stream: redis.stream(),
        service: "producer",
    };
    while feed.round().await.unwrap() > 0 {}
    let bus = Bus::default();
    bus.subscribe([subscriber(&world, &moody)]);
    let reader = Reader {
        db: world.db().clone(),
        stream: redis.stream(),
        bus,
        clock: world.clock.clone(),
        service: "consumer",
        holder: ids.uuid(),
        patience: Patience {
            most_attempts: 2,
            first_pause: Duration::from_millis(1),
        },
    };
    let stop = CancellationToken::new();
    let reading = tokio::spawn(reader.run(stop.clone()));

    let db = world.db();
    let found = until(db, |it| it.len() == 2).await;
    let first = &found[0];
    assert_eq!((first.side, first.attempts), (Side::Stream, 2));
    assert_eq!(
        (first.about.as_str(), first.reason.as_str()),
        ("x/1", "UNAVAILABLE")
    );
    assert_eq!(first.time, happened);
    assert_eq!(chassis::stream::dead(db).await.unwrap(), 2);

    // In vain, so it stays; then with success; the other one is dropped.
    let (one, other) = (found[0].id, found[1].id);
    let retry = async |because| dead::retry(db, &world.clock, one, because).await.unwrap();
    let drop = async |because| {
        let dropped = dead::drop_event(db, &world.clock, other, because);
        dropped.await.unwrap()
    };
    assert!(retry("TICKET-1").await);
    let in_vain = |it: &Dead| it.id == one && it.attempts == 3 && !it.is_wanted;
    until(db, |it| it.iter().any(in_vain)).await;
    moody.takes.store(true, Ordering::SeqCst);
    assert!(retry("TICKET-2").await);
    until(db, |it| it.iter().all(|it| it.id == other)).await;
    assert!(drop("TICKET-3").await);
    assert!(dead::list(db).await.unwrap().is_empty());
    assert!(!drop("again").await);
    assert_eq!(world.effects().await, 1);
    assert_eq!(*moody.times.lock().unwrap(), [happened]);
    assert_eq!(
        audited(db).await,
        [
            format!("RetryDeadEvent events/{one} TICKET-1 services/operator"),
            format!("RetryDeadEvent events/{one} TICKET-2 services/operator"),
            format!("DropDeadEvent events/{other} TICKET-3 services/operator"),
        ]
    );
    stop.cancel();
    reading.await.unwrap();
}

#[tokio::test]
async fn what_the_outbox_kept_goes_out_again() {
    let (world, moody) = (Arc::new(World::new().await), Arc::new(Moody::default()));
    happens(&world, 1).await;
    let hours = AtomicI64::new(0);
    // Every look at the time is an hour later: no pause is waited for.
    let bus = Bus::timed_by(move || {
        Duration::from_secs(3600 * hours.fetch_add(1, Ordering::SeqCst).unsigned_abs())
    });
    bus.subscribe([subscriber(&world, &moody)]);
    let relay = Relay {
        db: world.db().clone(),
        bus,
        clock: world.clock.clone(),
    };
    let db = world.db();
    while dead::list(db).await.unwrap().is_empty() {
        relay.round().await.unwrap();
    }
    let found = dead::list(db).await.unwrap();
    assert_eq!((found[0].side, found[0].attempts), (Side::Outbox, 50));
    moody.takes.store(true, Ordering::SeqCst);
    relay.round().await.unwrap();
    assert_eq!(
        world.effects().await,
        0,
        "it is dead until somebody says so"
    );
    let wanted = dead::retry(db, &world.clock, found[0].id, "TICKET-1");
    assert!(wanted.await.unwrap());
    relay.round().await.unwrap();
    assert_eq!(world.effects().await, 1);
    assert!(dead::list(db).await.unwrap().is_empty());
}
