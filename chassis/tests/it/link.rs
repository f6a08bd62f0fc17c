//! What processes share through Redis, and that nobody waits for it, whatever happens to it.

use std::time::Duration;

use chassis::clock::Stopwatch;
use chassis::link::{Link, RedisArgs, RedisPlace, Script};
use chassis::testing::redis::Redis;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::authority::Authority;

/// More than the usual: a machine on which others run too may be late once.
const PATIENCE: Duration = Duration::from_secs(1);

/// Redis is asked again every quarter of a second; a busy machine may take its time.
const SOON: Duration = Duration::from_secs(20);

struct Side {
    link: Link,
    count: Script,
    stop: CancellationToken,
}

impl Drop for Side {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Side {
    fn of(place: &RedisPlace) -> Self {
        let stop = CancellationToken::new();
        let place = place.clone().patience(PATIENCE);
        Self {
            link: Link::start(&place, "test", &stop),
            count: Script::new("return {redis.call('INCRBY', KEYS[1], ARGV[1])}"),
            stop,
        }
    }

    async fn becomes(&self, up: bool) {
        let became = tokio::time::timeout(SOON, self.link.becomes(up));
        became.await.expect("soon");
    }

    async fn count(&self) -> Option<Vec<i64>> {
        self.link.run(&self.count, &["n".into()], &[1]).await
    }

    /// No call waits much longer than it has patience for.
    async fn goes_without(&self) {
        let since = Stopwatch::start();
        assert_eq!(self.count().await, None);
        let took = since.elapsed();
        assert!(took < 2 * PATIENCE, "{took:?}");
    }
}

#[tokio::test]
async fn what_is_counted_is_one_count_for_all_and_begins_anew_after_a_flush() {
    let redis = Redis::start();
    let (one, other) = (Side::of(&redis.place()), Side::of(&redis.place()));
    one.becomes(true).await;
    other.becomes(true).await;
    assert_eq!(one.count().await, Some(vec![1]));
    assert_eq!(other.count().await, Some(vec![2]));
    redis.flush().await;
    assert_eq!(one.count().await, Some(vec![1]));
}

#[tokio::test]
async fn a_dead_redis_is_gone_without_at_once_and_used_again_when_it_is_back() {
    let mut redis = Redis::start();
    let side = Side::of(&redis.place());
    side.becomes(true).await;
    redis.kill();
    side.goes_without().await;
    assert!(!side.link.is_up());
    side.goes_without().await;
    redis.start_again();
    side.becomes(true).await;
    assert_eq!(side.count().await, Some(vec![1]));
}

#[tokio::test]
async fn a_frozen_redis_costs_one_short_wait_and_then_none() {
    let redis = Redis::start();
    let side = Side::of(&redis.place());
    side.becomes(true).await;
    redis.freeze();
    side.goes_without().await;
    assert!(!side.link.is_up());
    let since = Stopwatch::start();
    for _ in 0..100 {
        assert_eq!(side.count().await, None);
    }
    assert!(since.elapsed() < PATIENCE, "{:?}", since.elapsed());
    redis.thaw();
    side.becomes(true).await;
    assert!(side.count().await.is_some());
}

#[tokio::test]
async fn a_redis_that_nobody_uses_is_found_dead_all_the_same() {
    let mut redis = Redis::start();
    let side = Side::of(&redis.place());
    side.becomes(true).await;
    redis.kill();
    side.becomes(false).await;
}

#[tokio::test]
async fn a_redis_that_answers_errors_counts_as_away() {
    let redis = Redis::start();
    let side = Side::of(&redis.place());
    side.becomes(true).await;
    let broken = Script::new("return redis.error_reply('OOM command not allowed')");
    assert_eq!(side.link.run(&broken, &[], &[]).await, None);
    assert!(!side.link.is_up());
    side.becomes(true).await;
}

#[tokio::test]
async fn a_link_without_redis_is_down_and_nothing_fails() {
    let side = Side::of(&RedisPlace::new("redis://127.0.0.1:1/").expect("a URL"));
    side.goes_without().await;
    side.link.tell("news", "nobody hears it".into());
}

#[tokio::test]
async fn what_one_tells_others_hear_also_after_redis_was_away() {
    let mut redis = Redis::start();
    let (one, other) = (Side::of(&redis.place()), Side::of(&redis.place()));
    let (heard, mut messages) = unbounded_channel();
    let (link, stop) = (other.link.clone(), other.stop.clone());
    let listening = tokio::spawn(async move {
        let heard = |message| heard.send(message).expect("somebody to read it");
        link.listen("news", &stop, heard).await;
    });
    for news in ["first", "after it died"] {
        one.becomes(true).await;
        // Told again until it is heard: a listener needs a moment to be there again.
        let told = async {
            loop {
                one.link.tell("news", news.to_owned());
                let next = tokio::time::timeout(PATIENCE / 10, messages.recv());
                if let Ok(message) = next.await
                    && message.as_deref() == Some(news)
                {
                    return;
                }
            }
        };
        tokio::time::timeout(SOON, told).await.expect("heard");
        redis.kill();
        one.becomes(false).await;
        redis.start_again();
    }
    other.stop.cancel();
    listening.await.expect("it ends");
}

#[tokio::test]
async fn over_tls_with_a_password_from_a_file_and_with_no_other_authority() {
    chassis::tls::use_ring();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (certificate, key) = ours.certificate("localhost");
    for (name, text) in [
        ("cert.pem", &certificate),
        ("key.pem", &key),
        ("ca.pem", &ours.pem),
        ("other.pem", &theirs.pem),
    ] {
        std::fs::write(file(name), text).unwrap();
    }
    let tls_port = std::sync::Mutex::new(0);
    let path = |name: &str| file(name).display().to_string();
    let _redis = Redis::start_with(|_, _| {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        *tls_port.lock().unwrap() = port;
        let options = [
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", path("cert.pem")),
            ("--tls-key-file", path("key.pem")),
            ("--tls-ca-cert-file", path("ca.pem")),
            ("--tls-auth-clients", "no".into()),
            ("--requirepass", "a long invented password".into()),
        ];
        options
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value])
            .collect()
    });
    let port = *tls_port.lock().unwrap();
    let args = |password: &str, authority: &str| {
        let url = format!("rediss://:{password}@localhost:{port}/\n");
        std::fs::write(file("url"), url).unwrap();
        let args = RedisArgs {
            redis_url: None,
            redis_url_file: Some(file("url")),
            redis_ca_file: Some(file(authority)),
            redis_patience_ms: 50,
        };
        args.place().expect("settings").expect("a place")
    };
    let password = "a%20long%20invented%20password";
    let good = Side::of(&args(password, "ca.pem"));
    good.becomes(true).await;
    assert_eq!(good.count().await, Some(vec![1]));
    let wrong = [args(password, "other.pem"), args("guess", "ca.pem")];
    for place in wrong {
        assert!(place_refuses(&place).await);
    }
}

/// Asked directly: a link would only go on trying.
async fn place_refuses(place: &RedisPlace) -> bool {
    let side = Side::of(place);
    let up = tokio::time::timeout(Duration::from_secs(3), side.link.becomes(true));
    up.await.is_err()
}
