//! Events over Redis: every one is taken, once, in order, whatever happens to Redis or to a reader.

use std::sync::{Arc, Mutex};
use std::time::Duration as Pause;

use chassis::Error;
use chassis::bus::{self, Bus, Subscriber};
use chassis::clock::Clock;
use chassis::database::{Database, execute, query_one};
use chassis::ids::Ids;
use chassis::outbox;
use chassis::stream::feed::Feed;
use chassis::stream::lease;
use chassis::stream::reader::{Patience, Reader};
use chassis::telemetry::carry::Carried;
use chassis::telemetry::trace::{self, Span};
use chassis::testing::redis::Redis;
use prost_types::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::world::{World, effect};

/// A producer and a consumer, each with a database of its own.
struct Suite {
    producer: World,
    consumer: Arc<World>,
    redis: Redis,
    ids: Ids,
    taken: (UnboundedSender<i64>, UnboundedReceiver<i64>),
    fails: Arc<Mutex<Vec<i64>>>,
}

/// A reader at work, and how to end it.
struct Reading {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Reading {
    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// As after kill -9: nothing is given back.
    async fn dies(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

impl Suite {
    async fn new() -> Self {
        Self {
            producer: World::new().await,
            consumer: Arc::new(World::new().await),
            redis: Redis::start(),
            ids: Ids::random(Clock::machine()),
            taken: unbounded_channel(),
            fails: Arc::default(),
        }
    }

    async fn happened(&self, about: &str, number: i64) {
        let (world, event) = (
            &self.producer,
            Duration {
                seconds: number,
                nanos: 0,
            },
        );
        let tx = world.db().begin().await.unwrap();
        outbox::publish(&tx, &world.clock, &self.ids, about, &event)
            .await
            .unwrap();
        world.db().commit(tx).await.unwrap();
    }

    fn feed(&self) -> Feed {
        Feed {
            db: self.producer.db().clone(),
            stream: self.redis.stream(),
            service: "producer",
        }
    }

    /// Adds everything that the stream lacks.
    async fn feeds(&self) {
        let feed = self.feed();
        while feed.round().await.unwrap() > 0 {}
    }

    fn reads(&self) -> Reading {
        self.reads_for(self.subscriber())
    }

    fn reads_for(&self, subscriber: Subscriber) -> Reading {
        let (holder, stop) = (self.ids.uuid(), CancellationToken::new());
        let bus = Bus::default();
        bus.subscribe([subscriber]);
        let reader = Reader {
            db: self.consumer.db().clone(),
            stream: self.redis.stream(),
            bus,
            clock: self.consumer.clock.clone(),
            service: "consumer",
            holder,
            patience: Patience {
                most_attempts: 3,
                first_pause: Pause::from_millis(1),
            },
        };
        let task = tokio::spawn(reader.run(stop.clone()));
        Reading { stop, task }
    }

    /// Has its effect once, and fails on the numbers that are named while they are.
    fn subscriber(&self) -> Subscriber {
        let (world, taken, fails) = (
            self.consumer.clone(),
            self.taken.0.clone(),
            self.fails.clone(),
        );
        Subscriber::to::<Duration, _>("consumer", move |event, payload| {
            let (world, taken, fails) = (world.clone(), taken.clone(), fails.clone());
            Box::pin(async move {
                if fails.lock().unwrap().contains(&payload.seconds) {
                    return Err(Error::Unavailable(std::io::Error::other("away").into()));
                }
                let tx = world.db().begin().await?;
                if bus::first_time(&tx, &world.clock, "consumer", &event).await? {
                    effect(&tx, &payload.seconds.to_string()).await?;
                    world.db().commit(tx).await?;
                    taken.send(payload.seconds).unwrap();
                }
                Ok(())
            })
        })
    }

    /// The next that had their effect, in the order in which they had it.
    async fn next(&mut self, count: usize) -> Vec<i64> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let next = tokio::time::timeout(Pause::from_secs(30), self.taken.1.recv());
            numbers.push(next.await.expect("an event is taken in time").unwrap());
        }
        numbers
    }

    async fn outbox(&self) -> i64 {
        count(self.producer.db(), "outbox").await
    }

    /// Clears until so many rows are left: acknowledgements come a moment after the effects.
    async fn clears_to(&self, left: i64) {
        let feed = self.feed();
        for _ in 0..1000 {
            feed.clear().await.unwrap();
            if self.outbox().await == left {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{} rows are left", self.outbox().await);
    }

    /// The lease's term passes.
    async fn the_lease_lapses(&self) {
        let tx = self.consumer.db().begin().await.unwrap();
        execute(&tx, "UPDATE stream_lease SET until_us = 0", [])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

async fn count(db: &Database, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table}");
    let row = query_one(db.read(), &sql, []).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

#[tokio::test]
async fn an_event_goes_from_one_services_outbox_to_another_and_is_forgotten() {
    let mut suite = Suite::new().await;
    suite.happened("x/1", 1).await;
    suite.happened("x/1", 2).await;
    suite.feeds().await;
    assert_eq!(suite.outbox().await, 2, "nobody has acknowledged");

    let reading = suite.reads();
    assert_eq!(suite.next(2).await, [1, 2]);
    suite.clears_to(0).await;
    reading.end().await;
}

#[tokio::test]
async fn after_a_flush_what_nobody_acknowledged_comes_again_and_nothing_happens_twice() {
    let mut suite = Suite::new().await;
    let reading = suite.reads();
    suite.happened("x/1", 1).await;
    suite.feeds().await;
    assert_eq!(suite.next(1).await, [1]);
    reading.end().await;

    // Two wait in the stream, and are lost with it.
    suite.happened("x/1", 2).await;
    suite.happened("x/2", 3).await;
    suite.feeds().await;
    suite.redis.flush().await;
    suite.happened("x/1", 4).await;
    suite.feeds().await;

    let reading = suite.reads();
    let mut seen = suite.next(3).await;
    assert!(
        seen.iter().position(|n| *n == 2) < seen.iter().position(|n| *n == 4),
        "{seen:?}"
    );
    seen.sort_unstable();
    assert_eq!(seen, [2, 3, 4]);
    suite.clears_to(0).await;
    assert_eq!(suite.consumer.effects().await, 4);
    reading.end().await;
}

#[tokio::test]
async fn a_redis_that_died_and_came_back_empty_loses_nothing() {
    let mut suite = Suite::new().await;
    let reading = suite.reads();
    suite.happened("x/1", 1).await;
    suite.feeds().await;
    assert_eq!(suite.next(1).await, [1]);

    suite.redis.kill();
    suite.happened("x/1", 2).await;
    assert!(suite.feed().round().await.is_err(), "Redis is away");
    suite.redis.start_again();
    suite.feeds().await;
    // The reader finds its way back by itself.
    assert_eq!(suite.next(1).await, [2]);
    suite.clears_to(0).await;
    assert_eq!(suite.consumer.effects().await, 2);
    reading.end().await;
}

#[tokio::test]
async fn of_two_instances_one_reads_and_the_other_goes_on_with_what_it_left() {
    let mut suite = Suite::new().await;
    suite.fails.lock().unwrap().push(2);
    let first = suite.reads();
    suite.happened("x/1", 1).await;
    suite.feeds().await;
    assert_eq!(suite.next(1).await, [1]);
    assert!(
        !lease::hold(suite.consumer.db(), suite.ids.uuid())
            .await
            .unwrap()
    );

    // It dies with an event in its hands.
    suite.happened("x/1", 2).await;
    suite.happened("x/1", 3).await;
    suite.feeds().await;
    first.dies().await;
    suite.fails.lock().unwrap().clear();
    let second = suite.reads();
    suite.the_lease_lapses().await;
    assert_eq!(suite.next(2).await, [2, 3]);
    second.end().await;
}

#[tokio::test]
async fn an_instance_that_froze_and_woke_up_has_no_effect() {
    let suite = Suite::new().await;
    let (frozen, other) = (suite.ids.uuid(), suite.ids.uuid());
    let db = suite.consumer.db();
    assert!(lease::hold(db, frozen).await.unwrap());
    assert!(!lease::hold(db, other).await.unwrap(), "the term runs");
    suite.the_lease_lapses().await;
    assert!(lease::hold(db, other).await.unwrap());

    let event = bus::Event {
        id: suite.ids.uuid(),
        kind: String::new(),
        about: "x/1".into(),
        time: suite.consumer.clock.now(),
        payload: Vec::new(),
        trace: None,
    };
    let late = lease::as_holder(frozen, async {
        let tx = db.begin().await?;
        bus::first_time(&tx, &suite.consumer.clock, "consumer", &event).await
    });
    assert!(matches!(late.await, Err(Error::Unavailable(_))));
    let in_time = lease::as_holder(other, async {
        let tx = db.begin().await?;
        bus::first_time(&tx, &suite.consumer.clock, "consumer", &event).await
    });
    assert!(in_time.await.unwrap());
}

#[tokio::test]
async fn a_poison_event_is_set_aside_and_the_rest_of_its_resource_goes_on() {
    let mut suite = Suite::new().await;
    suite.fails.lock().unwrap().push(1);
    let reading = suite.reads();
    suite.happened("x/1", 1).await;
    suite.happened("x/1", 2).await;
    suite.feeds().await;
    assert_eq!(suite.next(1).await, [2]);
    assert_eq!(count(suite.consumer.db(), "stream_dead").await, 1);
    suite.clears_to(0).await;
    reading.end().await;
}

#[tokio::test]
async fn an_entry_that_is_no_event_stops_nobody() {
    let mut suite = Suite::new().await;
    let mut strange = redis::cmd("XADD");
    strange.arg("{irikteu}:events").arg("*").arg("a").arg("b");
    let _: String = suite.redis.call(strange).await.unwrap();
    let reading = suite.reads();
    suite.happened("x/1", 1).await;
    suite.feeds().await;
    assert_eq!(suite.next(1).await, [1]);
    reading.end().await;
}

#[tokio::test]
async fn nothing_is_forgotten_while_a_group_that_once_listened_is_missing() {
    let mut suite = Suite::new().await;
    let reading = suite.reads();
    suite.happened("x/1", 1).await;
    suite.feeds().await;
    suite.next(1).await;
    suite.clears_to(0).await;
    reading.end().await;

    // The flush took the group; somebody else's is there sooner.
    suite.redis.flush().await;
    suite.happened("x/1", 2).await;
    suite.feeds().await;
    let mut hasty = redis::cmd("XGROUP");
    hasty
        .arg("CREATE")
        .arg("{irikteu}:events")
        .arg("hasty")
        .arg("$");
    let _: String = suite.redis.call(hasty).await.unwrap();
    assert_eq!(suite.feed().clear().await.unwrap(), 0);
    assert_eq!(suite.outbox().await, 1);

    let reading = suite.reads();
    assert_eq!(suite.next(1).await, [2]);
    suite.clears_to(0).await;
    reading.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_feeds_of_one_outbox_and_a_crowd_of_events_keep_each_resources_order() {
    let mut suite = Suite::new().await;
    let reading = suite.reads();
    for number in 0..300 {
        suite.happened(&format!("x/{}", number % 7), number).await;
    }
    let (one, other) = (suite.feed(), suite.feed());
    let all = async |feed: Feed| while feed.round().await.unwrap() > 0 {};
    tokio::join!(all(one), all(other));

    let seen = suite.next(300).await;
    for resource in 0..7 {
        let order: Vec<i64> = seen.iter().copied().filter(|n| n % 7 == resource).collect();
        assert!(order.is_sorted(), "{order:?}");
    }
    suite.clears_to(0).await;
    assert_eq!(suite.consumer.effects().await, 300);
    reading.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_taken_in_the_trace_that_it_was_written_in() {
    let suite = Suite::new().await;
    let carried = Carried {
        parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
        state: "vendor=1".into(),
    };
    let (tell, mut told) = unbounded_channel();
    let reading = suite.reads_for(Subscriber::to::<Duration, _>("consumer", move |_, _| {
        let tell = tell.clone();
        Box::pin(async move {
            // As every call and every event that the taking causes would see it.
            tell.send(trace::current().map(|it| Carried::of(&it)))
                .unwrap();
            Ok(())
        })
    }));
    let cause = Span::passing(carried.place().unwrap());
    cause.around(suite.happened("x/1", 1)).await;
    suite.happened("x/1", 2).await;
    suite.feeds().await;
    assert_eq!(told.recv().await.unwrap(), Some(carried));
    assert_eq!(told.recv().await.unwrap(), None, "nobody asked for a trace");
    reading.end().await;
}
