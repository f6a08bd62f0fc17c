//! What the identity service said of access tokens, kept for a moment: a page that loads asks for
//! ten things at once, and one exchange is enough for them.
//!
//! Forgotten at once when this gateway ends, refreshes or changes a session or its account. Another
//! gateway's doing is told through Redis where there is one, and felt after [`LONGEST`] at most.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chassis::bounded::Bounded;
use chassis::clock::{Clock, Stopwatch};
use chassis::mask::Masked;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::session::Introduction;

/// However a gateway is set: an ended session must be refused everywhere within five seconds.
pub const LONGEST: Duration = Duration::from_secs(3);

/// Introductions in memory at most, some 500 bytes each.
const MOST: usize = 8192;

/// Introductions by token and service. Tokens themselves are not kept.
pub struct Introductions {
    kept: Mutex<Bounded<Key, Kept>>,
    life: Duration,
    clock: Clock,
    /// How often something was forgotten.
    forgotten: AtomicU64,
    /// Told whose sessions are to be asked about again, and by whose doing; nobody means everybody.
    tell: Box<dyn Fn(Option<Uuid>, Doing) + Send + Sync>,
}

/// Through which gateway something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Ours,
    Theirs,
}

type Key = ([u8; 32], &'static str);

struct Kept {
    introduction: Arc<Introduction>,
    until: Timestamp,
    /// A clock that stands still must not keep a session alive.
    age: Stopwatch,
}

/// Taken before an exchange: what is forgotten while it is under way is not kept after it.
#[derive(Debug, Clone, Copy)]
pub struct Before(u64);

impl Introductions {
    /// `life` of zero keeps nothing.
    pub fn new(
        life: Duration,
        clock: Clock,
        tell: impl Fn(Option<Uuid>, Doing) + Send + Sync + 'static,
    ) -> Self {
        Self {
            tell: Box::new(tell),
            kept: Mutex::new(Bounded::new(MOST)),
            life: life.min(LONGEST),
            clock,
            forgotten: AtomicU64::new(0),
        }
    }

    /// What is known of the token, or where to begin asking.
    ///
    /// # Errors
    /// What [`Self::keep`] needs, where nothing is known.
    pub fn find(
        &self,
        token: &Masked<String>,
        service: &'static str,
    ) -> Result<Arc<Introduction>, Before> {
        let before = self.before();
        if self.life.is_zero() {
            return Err(before);
        }
        let key = (hash(token), service);
        let mut kept = self.lock();
        match kept.get(&key) {
            Some(found) if found.until > self.clock.now() && found.age.elapsed() < self.life => {
                Ok(found.introduction.clone())
            }
            Some(_) => {
                kept.remove(&key);
                Err(before)
            }
            None => Err(before),
        }
    }

    /// Where to begin asking.
    pub fn before(&self) -> Before {
        Before(self.forgotten.load(Ordering::SeqCst))
    }

    pub fn keep(
        &self,
        token: &Masked<String>,
        service: &'static str,
        introduction: Arc<Introduction>,
        before: Before,
    ) {
        if self.life.is_zero() {
            return;
        }
        let life = SignedDuration::try_from(self.life).unwrap_or_default();
        let kept = Kept {
            introduction,
            until: self.clock.now() + life,
            age: Stopwatch::start(),
        };
        let mut all = self.lock();
        if self.forgotten.load(Ordering::SeqCst) == before.0 {
            all.insert((hash(token), service), kept);
        }
    }

    /// Forgets everything about an account: its session was ended or refreshed, its roles changed.
    pub fn forget(&self, account: Uuid) {
        self.forget_by(Some(account), Doing::Ours);
    }

    /// Forgets everybody: a session ended that nothing names.
    pub fn forget_all(&self) {
        self.forget_by(None, Doing::Ours);
    }

    /// Forgets what another gateway told of.
    pub fn heard(&self, account: Option<Uuid>) {
        self.forget_by(account, Doing::Theirs);
    }

    fn forget_by(&self, account: Option<Uuid>, doing: Doing) {
        {
            let mut all = self.lock();
            self.forgotten.fetch_add(1, Ordering::SeqCst);
            match account {
                Some(_) => all.retain(|kept| kept.introduction.account != account),
                None => all.clear(),
            }
        }
        (self.tell)(account, doing);
    }

    /// Forgets the account when the value is dropped: also when the client breaks a call off that
    /// the service ends all the same.
    pub fn forgetting(&self, account: Option<Uuid>) -> Forgetting<'_> {
        Forgetting {
            introductions: self,
            account,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<Key, Kept>> {
        self.kept.lock().unwrap_or_else(|it| it.into_inner())
    }
}

/// See [`Introductions::forgetting`].
pub struct Forgetting<'a> {
    introductions: &'a Introductions,
    account: Option<Uuid>,
}

impl Drop for Forgetting<'_> {
    fn drop(&mut self) {
        if let Some(account) = self.account {
            self.introductions.forget(account);
        }
    }
}

fn hash(token: &Masked<String>) -> [u8; 32] {
    Sha256::digest(token.reveal().as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SERVICE: &str = "testing-svc";

    fn token(text: &str) -> Masked<String> {
        Masked::new(text.to_owned())
    }

    fn of(account: u128) -> Arc<Introduction> {
        Arc::new(Introduction {
            token: HeaderValue::from_static("Bearer x"),
            account: Some(Uuid::from_u128(account)),
        })
    }

    fn keep(all: &Introductions, text: &str, account: u128) {
        if let Err(before) = all.find(&token(text), SERVICE) {
            all.keep(&token(text), SERVICE, of(account), before);
        }
    }

    fn knows(all: &Introductions, text: &str) -> bool {
        all.find(&token(text), SERVICE).is_ok()
    }

    #[test]
    fn an_introduction_lives_for_three_seconds_at_most() {
        let clock = chassis::testing::clock();
        let all = Introductions::new(Duration::from_secs(60), clock.clone(), |_, _| ());
        keep(&all, "a", 1);
        clock.advance(SignedDuration::from_millis(2999));
        assert!(knows(&all, "a"));
        assert!(all.find(&token("a"), "review-svc").is_err());
        clock.advance(SignedDuration::from_millis(1));
        assert!(!knows(&all, "a"));
    }

    #[test]
    fn an_account_is_forgotten_with_all_its_sessions() {
        let all = Introductions::new(LONGEST, chassis::testing::clock(), |_, _| ());
        for (text, account) in [("a", 1), ("b", 1), ("c", 2)] {
            keep(&all, text, account);
        }
        drop(all.forgetting(Some(Uuid::from_u128(1))));
        assert_eq!(
            ["a", "b", "c"].map(|it| knows(&all, it)),
            [false, false, true]
        );
        all.forget_all();
        assert!(!knows(&all, "c"));
    }

    #[test]
    fn what_was_forgotten_during_an_exchange_is_not_kept_after_it() {
        let all = Introductions::new(LONGEST, chassis::testing::clock(), |_, _| ());
        let before = all.find(&token("a"), SERVICE).expect_err("nothing known");
        all.forget(Uuid::from_u128(1));
        all.keep(&token("a"), SERVICE, of(1), before);
        assert!(!knows(&all, "a"));
    }

    #[test]
    fn memory_is_bounded_and_zero_keeps_nothing() {
        let all = Introductions::new(LONGEST, chassis::testing::clock(), |_, _| ());
        for number in 0..20_000 {
            keep(&all, &number.to_string(), 1);
        }
        assert!(all.lock().len() <= MOST);
        let none = Introductions::new(Duration::ZERO, chassis::testing::clock(), |_, _| ());
        keep(&none, "a", 1);
        assert!(!knows(&none, "a"));
    }
}
