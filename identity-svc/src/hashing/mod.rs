//! Password hashes: argon2id on threads of its own, no more at once than there are cores, and behind
//! everything else. [`arena`] is the memory of such a thread, [`threads`] are the threads.

mod arena;
mod threads;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use chassis::ids::Ids;
use chassis::mask::Masked;
use chassis::{Error, Result};
use tokio::sync::{Semaphore, oneshot};

use arena::Arena;
use threads::Threads;

/// What a hash costs. The parameters are in each hash, so they can be raised at any time.
#[derive(Debug, Clone)]
pub struct HashingCost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
    /// So many wait per core; the next is told that we are busy.
    pub queue_per_core: usize,
    /// How many hashes were computed: kept by who wants to know what a call cost.
    pub tally: Tally,
}

/// A count that its clones share.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<AtomicU64>);

impl Tally {
    pub fn so_far(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Default for HashingCost {
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
            queue_per_core: 8,
            tally: Tally::default(),
        }
    }
}

#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    threads: Arc<Threads>,
    /// The cores and the queue before them.
    places: Arc<Semaphore>,
    tally: Tally,
    /// Checked where a login is unknown, so that it takes as long as for a known one.
    nobody: Masked<String>,
}

impl Hasher {
    /// # Errors
    /// If the cost is outside what argon2 takes.
    pub async fn new(cost: &HashingCost, ids: &Ids) -> anyhow::Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|e| anyhow!("the cost of password hashes: {e}"))?;
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let mut hasher = Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            threads: Arc::new(Threads::start(cores)?),
            places: Arc::new(Semaphore::new(cores * (1 + cost.queue_per_core))),
            tally: cost.tally.clone(),
            nobody: Masked::default(),
        };
        let random = Masked::new(hex::encode(ids.secret()));
        hasher.nobody = hasher
            .hash(&random, ids)
            .await
            .map_err(|e| anyhow!("{e:?}"))?;
        Ok(hasher)
    }

    /// The hash to keep, salted.
    pub async fn hash(&self, password: &Masked<String>, ids: &Ids) -> Result<Masked<String>> {
        let (argon2, password, secret) = (self.argon2.clone(), password.clone(), ids.secret());
        self.run(move |arena| {
            let salt = secret.get(..16).unwrap_or(&secret);
            let hash = arena.hash(&argon2, password.reveal().as_bytes(), salt)?;
            Ok(Masked::new(hash.to_string()))
        })
        .await
    }

    /// Whether the password belongs to the hash. Without a hash, the same work and a no.
    pub async fn verify(
        &self,
        password: &Masked<String>,
        hash: Option<&Masked<String>>,
    ) -> Result<bool> {
        let known = hash.is_some();
        let password = password.clone();
        let hash = hash.unwrap_or(&self.nobody).clone();
        let matches = self
            .run(move |arena| {
                let hash = PasswordHash::new(hash.reveal())
                    .map_err(|e| anyhow!("a kept password hash is broken: {e}"))?;
                arena.matches(password.reveal().as_bytes(), &hash)
            })
            .await?;
        Ok(known && matches)
    }

    /// Whether a hash was made at another cost than today's, so that it is to be made anew.
    pub fn is_outdated(&self, hash: &Masked<String>) -> bool {
        let Ok(hash) = PasswordHash::new(hash.reveal()) else {
            return false;
        };
        let of = |name: &str| hash.params.get(name).and_then(|value| value.decimal().ok());
        let params = self.argon2.params();
        let today = [
            ("m", params.m_cost()),
            ("t", params.t_cost()),
            ("p", params.p_cost()),
        ];
        today.into_iter().any(|(name, cost)| of(name) != Some(cost))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Arena) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy = |_| Error::Busy(Duration::from_secs(1));
        let place = self.places.clone().try_acquire_owned().map_err(busy)?;
        let (answer, hears) = oneshot::channel();
        let tally = self.tally.clone();
        self.threads.give(Box::new(move |arena| {
            // Held to the end of the work, even where nobody waits for it any more.
            let _place = place;
            if answer.is_closed() {
                return;
            }
            tally.0.fetch_add(1, Ordering::SeqCst);
            // Whoever went away meanwhile hears nothing.
            let _ = answer.send(work(arena));
        }));
        let unanswered = |_| anyhow!("a password hash came to no end");
        Ok(hears.await.map_err(unanswered)??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::clock::Clock;

    fn cheap() -> HashingCost {
        HashingCost {
            memory_kib: 8,
            passes: 1,
            ..HashingCost::default()
        }
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_nobody_has_none() {
        let ids = Ids::random(Clock::machine());
        let hasher = Hasher::new(&cheap(), &ids).await.expect("a hasher");
        let password = Masked::new("a good long password".to_owned());
        let hash = hasher.hash(&password, &ids).await.expect("a hash");
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert_ne!(
            hash,
            hasher.hash(&password, &ids).await.expect("another salt")
        );
        assert!(
            hasher
                .verify(&password, Some(&hash))
                .await
                .expect("an answer")
        );
        assert!(
            !hasher
                .verify(&Masked::default(), Some(&hash))
                .await
                .expect("an answer")
        );
        assert!(!hasher.verify(&password, None).await.expect("an answer"));
        assert!(!hasher.is_outdated(&hash));
        let dearer = HashingCost {
            passes: 2,
            ..cheap()
        };
        assert!(
            Hasher::new(&dearer, &ids)
                .await
                .expect("a hasher")
                .is_outdated(&hash)
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_more_are_hashed_at_once_than_there_are_cores() {
        let ids = Ids::random(Clock::machine());
        let hasher = Hasher::new(&cheap(), &ids).await.expect("a hasher");
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let work = (0..cores * 8).map(|_| {
            let (hasher, now, most) = (hasher.clone(), now.clone(), most.clone());
            async move {
                let work = move |_: &mut Arena| {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                hasher.run(work).await
            }
        });
        for done in futures_util::future::join_all(work).await {
            done.expect("a place in the queue");
        }
        let most = usize::try_from(most.load(Ordering::SeqCst)).expect("a number");
        assert!((1..=cores).contains(&most), "{most} of {cores}");
    }

    #[tokio::test]
    async fn who_went_away_costs_nothing_and_keeps_no_place() {
        let ids = Ids::random(Clock::machine());
        let hasher = Hasher::new(&cheap(), &ids).await.expect("a hasher");
        let (places, cost) = (hasher.places.available_permits(), hasher.tally.so_far());
        let (password, cores) = (Masked::default(), available_parallelism());
        // Every thread is held up, so that what comes then waits in the queue.
        let (go, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        for _ in 0..cores.map_or(1, NonZeroUsize::get) {
            let held = held.clone();
            let hold_up = move |_: &mut Arena| drop(held.lock().map(|held| held.recv()));
            assert!(hasher.threads.give(Box::new(hold_up)));
        }
        {
            let mut left = Box::pin(hasher.verify(&password, None));
            assert!(futures_util::poll!(&mut left).is_pending());
            assert_eq!(hasher.places.available_permits(), places - 1);
        }
        drop(go);
        hasher.verify(&password, None).await.expect("an answer");
        assert_eq!(hasher.tally.so_far(), cost + 1);
        // The place of who went away is free once its turn came.
        let all = u32::try_from(places).expect("a number");
        hasher
            .places
            .acquire_many(all)
            .await
            .expect("places")
            .forget();
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_so() {
        let ids = Ids::random(Clock::machine());
        let hasher = Hasher::new(&cheap(), &ids).await.expect("a hasher");
        let all = u32::try_from(hasher.places.available_permits()).expect("a number");
        let _taken = hasher.places.acquire_many(all).await.expect("places");
        let refused = hasher.verify(&Masked::default(), None).await;
        assert!(matches!(refused, Err(Error::Busy(_))));
    }
}
