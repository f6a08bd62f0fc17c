//! Two gateways and one Redis: one limit for both, word of ended sessions, and neither is missed when
//! Redis is away, frozen or empty.

use std::time::Duration;

use chassis::clock::Stopwatch;
use chassis::ids::Ids;
use chassis::testing::redis::Redis;
use futures_util::future::join_all;
use gateway::edge::ClientAddress;
use gateway::limit::{Rate, Rates};
use gateway::together::Together;
use gateway::{GatewayConfig, introduction};
use jiff::SignedDuration;
use proto::identity::v1 as identity;
use tokio_util::sync::CancellationToken;

use crate::stage::{GOOD_TOKEN, Stage, json, request, signed_in, stage_with};

const SOON: Duration = Duration::from_secs(20);
/// More than the usual: a machine on which others run too may be late once.
const PATIENCE: Duration = Duration::from_secs(2);
/// At once; one more comes after a minute, which no test takes.
const BURST: usize = 20;

struct Pair {
    redis: Redis,
    stages: [Stage; 2],
    links: [Together; 2],
    stop: CancellationToken,
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Pair {
    async fn new() -> Self {
        let (redis, stop) = (Redis::start(), CancellationToken::new());
        let ids = Ids::random(chassis::testing::clock());
        let place = redis.place().patience(PATIENCE);
        let link = || Together::start(&place, b"a key of all gateways", &ids, &stop);
        let links = [link(), link()];
        let stages = links.clone().map(|together| {
            let stage = stage_with(GatewayConfig {
                rates: Rates {
                    credentials: Rate::new(BURST as u32, 1),
                    address: Rate::new(1000, 1),
                    account: Rate::new(1000, 1),
                    ..Rates::default()
                },
                together: Some(together),
                ..GatewayConfig::default()
            });
            let (gateway, stop) = (stage.gateway.clone(), stop.clone());
            tokio::spawn(async move { gateway.hear(stop).await });
            stage
        });
        let pair = Self {
            redis,
            stages,
            links,
            stop,
        };
        pair.become_(true).await;
        pair
    }

    /// Waits until both use Redis, or neither does.
    async fn become_(&self, up: bool) {
        for together in &self.links {
            let became = tokio::time::timeout(SOON, together.link().becomes(up));
            became.await.expect("soon");
        }
    }

    /// How many of so many sign-ins at each, all at once, are let through.
    async fn let_through(&self, address: &str, each: usize) -> usize {
        let all = (0..2 * each).map(|number| sign_in(&self.stages[number % 2], address));
        join_all(all).await.into_iter().filter(|it| *it).count()
    }

    async fn says_ready(&self, text: &str) {
        for stage in &self.stages {
            let reply = stage.get("/readyz").await;
            assert_eq!(reply.status, 200);
            assert_eq!(reply.bytes, text.as_bytes());
        }
    }
}

async fn sign_in(stage: &Stage, address: &str) -> bool {
    let address = ClientAddress(address.parse().expect("an address"));
    let builder = json("POST", "/v1/sessions").extension(address);
    let reply = stage.send(builder, "{}").await;
    assert!(reply.status == 200 || reply.status == 429, "{}", reply.json);
    reply.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_let_no_more_through_than_one() {
    let pair = Pair::new().await;
    assert_eq!(pair.let_through("198.51.100.1", 2 * BURST).await, BURST);
    assert_eq!(pair.let_through("198.51.100.2", 2 * BURST).await, BURST);
    pair.says_ready("ready\n").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_each_goes_on_from_what_it_knew_and_counts_for_itself() {
    let mut pair = Pair::new().await;
    assert_eq!(pair.let_through("198.51.100.1", BURST).await, BURST);
    pair.redis.kill();
    // Both learned that this address has had its share; of another they know nothing.
    assert_eq!(pair.let_through("198.51.100.1", BURST).await, 0);
    assert_eq!(pair.let_through("198.51.100.2", 2 * BURST).await, 2 * BURST);
    pair.become_(false).await;
    pair.says_ready("ready\ndegraded: redis\n").await;

    pair.redis.start_again();
    pair.become_(true).await;
    pair.says_ready("ready\n").await;
    assert_eq!(pair.let_through("198.51.100.3", 2 * BURST).await, BURST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_redis_delays_no_call_for_long_and_is_shared_again_after() {
    let pair = Pair::new().await;
    pair.redis.freeze();
    let since = Stopwatch::start();
    assert_eq!(pair.let_through("198.51.100.1", BURST).await, 2 * BURST);
    // All of them together waited as one: once, for as long as a call has patience.
    assert!(since.elapsed() < 2 * PATIENCE, "{:?}", since.elapsed());
    assert!(pair.links.iter().all(|it| !it.link().is_up()));
    pair.redis.thaw();
    pair.become_(true).await;
    assert_eq!(pair.let_through("198.51.100.2", 2 * BURST).await, BURST);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_flush_the_buckets_are_full_and_nothing_else_changes() {
    let pair = Pair::new().await;
    assert_eq!(pair.let_through("198.51.100.1", BURST).await, BURST);
    pair.redis.flush().await;
    assert_eq!(pair.let_through("198.51.100.1", 2 * BURST).await, BURST);
    assert!(pair.links.iter().all(|it| it.link().is_up()));
}

#[tokio::test]
async fn what_lies_in_redis_names_nobody_and_goes_by_itself() {
    let pair = Pair::new().await;
    sign_in(&pair.stages[0], "198.51.100.77").await;
    let reply = pair.stages[0]
        .send(signed_in(request("GET", "/v1/campaigns")), "")
        .await;
    assert_eq!(reply.status, 200);
    let redis = async |words: &[&str]| {
        let mut command = chassis::testing::redis::command(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        pair.redis
            .call::<Vec<String>>(command)
            .await
            .expect("an answer")
    };
    let keys = redis(&["KEYS", "*"]).await;
    // Of the address two, of the account one.
    assert_eq!(keys.len(), 3, "{keys:?}");
    for key in &keys {
        assert!(key.starts_with("irikteu:limit:{"), "{key}");
        assert!(!key.contains("198.51") && key.len() < 80, "{key}");
        let value = redis(&["MGET", key]).await;
        assert!(value[0].parse::<u64>().is_ok(), "{value:?}");
        let mut left = chassis::testing::redis::command("PTTL");
        left.arg(key);
        let left: i64 = pair.redis.call(left).await.expect("an answer");
        assert!((1..=60_000).contains(&left), "{key} {left}");
    }
}

/// Ends the session at one gateway; one identity service is behind both.
async fn end_at_one(pair: &Pair) {
    let [one, other] = &pair.stages;
    let sessions = [one.sessions.clone(), other.sessions.clone()];
    one.on("EndSession", move |_: identity::EndSessionRequest| {
        sessions.iter().for_each(|it| it.end(GOOD_TOKEN));
        Ok(identity::Session::default())
    });
    let ending = signed_in(json("POST", "/v1/sessions/current/end"));
    let reply = one.send(ending, "{}").await;
    assert_eq!(reply.status, 200, "{}", reply.json);
}

async fn is_in(stage: &Stage) -> bool {
    let reply = stage
        .send(signed_in(request("GET", "/v1/campaigns")), "")
        .await;
    reply.status == 200
}

#[tokio::test]
async fn a_session_that_ends_at_one_gateway_is_refused_by_the_other_at_once() {
    let pair = Pair::new().await;
    let [_, other] = &pair.stages;
    // A listener needs a moment before it hears: what is told until then is felt by age alone.
    let mut felt = Duration::MAX;
    for _ in 0..5 {
        assert!(is_in(other).await);
        end_at_one(&pair).await;
        let since = Stopwatch::start();
        while is_in(other).await {
            tokio::task::yield_now().await;
        }
        felt = since.elapsed();
        if felt < introduction::LONGEST / 2 {
            break;
        }
        pair.stages
            .iter()
            .for_each(|it| it.sessions.begin(GOOD_TOKEN));
    }
    assert!(felt < introduction::LONGEST / 2, "{felt:?}");
}

#[tokio::test]
async fn without_redis_an_ended_session_is_refused_after_three_seconds_at_most() {
    let mut pair = Pair::new().await;
    pair.redis.kill();
    pair.become_(false).await;
    let [_, other] = &pair.stages;
    assert!(is_in(other).await);
    end_at_one(&pair).await;
    other
        .clock
        .advance(SignedDuration::try_from(introduction::LONGEST).expect("short"));
    assert!(!is_in(other).await);
}
