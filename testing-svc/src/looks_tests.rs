//! One reading for all, whoever comes, goes, or fails.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::join_all;
use jiff::SignedDuration;
use tokio::sync::Semaphore;

use super::*;

const STAGE: Uuid = Uuid::from_u128(1);

/// A clock and a passing of time that a test moves, and a reading that waits to be let through.
struct Ground {
    looks: Looks<usize>,
    clock: Clock,
    passed: Arc<AtomicU64>,
    let_through: Arc<Semaphore>,
    begun: Arc<AtomicUsize>,
    is_broken: bool,
}

impl Ground {
    fn new() -> Self {
        let clock = Clock::held_at(Timestamp::UNIX_EPOCH);
        let passed = Arc::new(AtomicU64::new(0));
        let watch = passed.clone();
        let looks = Looks::timed_by(clock.clone(), move || {
            Duration::from_millis(watch.load(Ordering::SeqCst))
        });
        Self {
            looks,
            clock,
            passed,
            let_through: Arc::new(Semaphore::new(0)),
            begun: Arc::default(),
            is_broken: false,
        }
    }

    fn pass(&self, milliseconds: i64) {
        self.clock
            .advance(SignedDuration::from_millis(milliseconds));
    }

    /// Looks; the readings are numbered from one.
    async fn look(&self, at: Uuid) -> Result<usize> {
        let looked = self.looks.at(at, || {
            let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            let (let_through, is_broken) = (self.let_through.clone(), self.is_broken);
            async move {
                let turn = let_through.acquire_owned().await;
                turn.map_err(anyhow::Error::from)?.forget();
                match is_broken {
                    true => Err(Error::Unavailable(anyhow!("away"))),
                    false => Ok(number),
                }
            }
        });
        looked.await.map(|it| *it)
    }

    fn let_through(&self, many: usize) {
        self.let_through.add_permits(many);
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// Lets the readings that were let through come to their end.
    async fn settle(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn all_who_look_at_once_are_given_one_reading() {
    let ground = Ground::new();
    let all = join_all((0..500).map(|_| ground.look(STAGE)));
    ground.let_through(1);
    let seen: Result<Vec<usize>> = all.await.into_iter().collect();
    assert_eq!(seen.expect("all were told"), [1; 500]);
    assert_eq!(ground.begun(), 1);
    // Another thing is another reading.
    ground.let_through(1);
    assert_eq!(ground.look(Uuid::nil()).await.expect("told"), 2);
}

#[tokio::test]
async fn who_asked_for_a_reading_may_go_away() {
    let ground = Ground::new();
    assert!(ground.look(STAGE).now_or_never().is_none());
    let follows = ground.look(STAGE);
    ground.let_through(1);
    assert_eq!(follows.await.expect("told"), 1);
    assert_eq!(ground.begun(), 1);
}

#[tokio::test]
async fn what_is_nearly_fresh_is_given_at_once_while_it_is_read_anew() {
    let ground = Ground::new();
    ground.let_through(1);
    assert_eq!(ground.look(STAGE).await.expect("told"), 1);
    ground.pass(499);
    assert_eq!(ground.look(STAGE).await.expect("told"), 1);
    assert_eq!(ground.begun(), 1);
    ground.pass(1);
    for _ in 0..3 {
        let told = ground.look(STAGE).now_or_never().expect("nobody waits");
        assert_eq!(told.expect("told"), 1);
    }
    assert_eq!(ground.begun(), 2);
    // The reading is slow: now what was seen is too old for anybody.
    ground.pass(500);
    let waits = ground.look(STAGE);
    ground.let_through(1);
    assert_eq!(waits.await.expect("told"), 2);
    assert_eq!(ground.begun(), 2);
}

#[tokio::test]
async fn a_clock_that_stands_still_or_goes_back_keeps_nothing_fresh() {
    let ground = Ground::new();
    ground.let_through(3);
    assert_eq!(ground.look(STAGE).await.expect("told"), 1);
    ground.passed.store(1_000, Ordering::SeqCst);
    assert_eq!(ground.look(STAGE).await.expect("told"), 2);
    ground.pass(-60_000);
    assert_eq!(ground.look(STAGE).await.expect("told"), 3);
}

#[tokio::test]
async fn a_reading_that_fails_is_told_to_those_who_wait_and_tried_again_by_the_next() {
    let mut ground = Ground::new();
    ground.is_broken = true;
    let all = join_all((0..5).map(|_| ground.look(STAGE)));
    ground.let_through(1);
    for told in all.await {
        assert!(matches!(told, Err(Error::Unavailable(_))));
    }
    assert_eq!(ground.begun(), 1);
    ground.is_broken = false;
    ground.let_through(1);
    assert_eq!(ground.look(STAGE).await.expect("told"), 2);
    // While what was seen is less than a second old a failure is felt by nobody.
    ground.is_broken = true;
    ground.pass(999);
    ground.let_through(2);
    for _ in 0..2 {
        assert_eq!(ground.look(STAGE).await.expect("told"), 2);
        ground.settle().await;
    }
    assert_eq!(ground.begun(), 4);
}

#[tokio::test]
async fn a_reading_without_an_end_is_given_up() {
    let ground = Ground::new();
    tokio::time::pause();
    let told = ground.look(STAGE).await;
    assert!(matches!(told, Err(Error::Unavailable(_))));
    ground.let_through(1);
    assert_eq!(ground.look(STAGE).await.expect("told"), 2);
}

#[tokio::test]
async fn a_reading_that_breaks_leaves_nobody_waiting() {
    let ground = Ground::new();
    let broken = ground
        .looks
        .at(STAGE, || async { unreachable!("a bug of a reading") });
    assert!(matches!(broken.await, Err(Error::Internal(_))));
    ground.let_through(1);
    assert_eq!(ground.look(STAGE).await.expect("told"), 1);
}

#[tokio::test]
async fn only_so_many_things_are_kept() {
    let ground = Ground::new();
    ground.let_through(1_000);
    for number in 0..1_000 {
        let told = ground.look(Uuid::from_u128(number)).await;
        told.expect("told");
        assert!(ground.looks.kept.lock().expect("no panic").len() <= MOST);
    }
}
