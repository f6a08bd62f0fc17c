//! What many look at in the same moment is read once for all of them, in a task of its own: who asked for
//! it may go away, and the others still get it. Who comes while what was read last is nearly fresh gets
//! that at once and waits for nobody, so a reading that is slow or fails is felt by those alone who find
//! nothing of the last second. Every process looks for itself.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use chassis::bounded::Bounded;
use chassis::clock::{Clock, Stopwatch};
use chassis::{Error, Result};
use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

/// After this long whoever comes has it read anew.
const MOMENT: Duration = Duration::from_millis(500);

/// Nobody is given what is as old as this.
const OLDEST: Duration = Duration::from_secs(1);

/// A reading that takes longer has failed: nobody waits for it all their call.
const LONGEST: Duration = Duration::from_secs(5);

/// Kept at most; what was not looked at for longest goes first.
const MOST: usize = 16;

/// What was last seen of each of several things.
pub struct Looks<V> {
    kept: Mutex<Bounded<Uuid, Arc<Slot<V>>>>,
    clock: Clock,
    /// A clock that stands still, as in a rehearsal, must not keep a look fresh for ever.
    passed: Box<dyn Fn() -> Duration + Send + Sync>,
}

/// What was last seen of one thing, and who reads it now.
struct Slot<V>(Mutex<Seen<V>>);

struct Seen<V> {
    last: Option<(Begun, Arc<V>)>,
    /// Closed when the reading has ended, however it did.
    under_way: Option<Hears<V>>,
}

type Hears<V> = watch::Receiver<Option<Result<Arc<V>, Failed>>>;

/// When a reading began, by the clock and by the time that has passed.
#[derive(Clone, Copy)]
struct Begun(Timestamp, Duration);

/// Why a reading failed, for each of those who wait.
#[derive(Debug, Clone)]
struct Failed {
    /// Whether it may be tried again.
    is_away: bool,
    why: String,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let is_away = matches!(error, Error::Unavailable(_));
        let why = match error {
            Error::Unavailable(inside) | Error::Internal(inside) => format!("{inside:#}"),
            other => other.reason().into_owned(),
        };
        Self { is_away, why }
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        let inside = anyhow!("what many look at was not read: {}", failed.why);
        match failed.is_away {
            true => Error::Unavailable(inside),
            false => Error::Internal(inside),
        }
    }
}

impl<V: Send + Sync + 'static> Looks<V> {
    pub fn new(clock: Clock) -> Self {
        let watch = Stopwatch::start();
        Self::timed_by(clock, move || watch.elapsed())
    }

    /// `passed` is the time since some beginning.
    fn timed_by(clock: Clock, passed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            kept: Mutex::new(Bounded::new(MOST)),
            clock,
            passed: Box::new(passed),
        }
    }

    /// What is seen of one thing now, or was within the last second.
    ///
    /// # Errors
    /// What kept it from being read, where nothing so fresh is known.
    pub async fn at<F>(&self, one: Uuid, read: impl FnOnce() -> F) -> Result<Arc<V>>
    where
        F: Future<Output = Result<V>> + Send + 'static,
    {
        let slot = self.slot(one);
        let mut hears = {
            let mut seen = slot.locked();
            let last = seen.last.as_ref();
            let last = last.map(|(begun, it)| (self.age(*begun), it.clone()));
            let known = match last {
                Some((age, known)) if age < MOMENT => return Ok(known),
                Some((age, known)) if age < OLDEST => Some(known),
                _ => None,
            };
            let hears = match seen.under_way.take().filter(|it| it.has_changed().is_ok()) {
                Some(hears) => hears,
                None => slot.begin(self.now(), read()),
            };
            seen.under_way = Some(hears.clone());
            if let Some(known) = known {
                return Ok(known);
            }
            hears
        };
        let told = hears.wait_for(Option::is_some).await;
        let told = told.ok().and_then(|told| told.clone());
        // Whoever read it broke and told nobody.
        let broken = || Error::Internal(anyhow!("what many look at was not read"));
        Ok(told.ok_or_else(broken)??)
    }

    fn now(&self) -> Begun {
        Begun(self.clock.now(), (self.passed)())
    }

    fn age(&self, begun: Begun) -> Duration {
        let now = self.now();
        let by_the_clock = now.0.duration_since(begun.0).abs();
        let by_the_clock = Duration::try_from(by_the_clock).unwrap_or(Duration::MAX);
        by_the_clock.max(now.1.saturating_sub(begun.1))
    }

    fn slot(&self, one: Uuid) -> Arc<Slot<V>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&one) {
            return known.clone();
        }
        let slot = Arc::new(Slot(Mutex::new(Seen {
            last: None,
            under_way: None,
        })));
        kept.insert(one, slot.clone());
        slot
    }
}

impl<V: Send + Sync + 'static> Slot<V> {
    fn begin<F>(self: &Arc<Self>, begun: Begun, read: F) -> Hears<V>
    where
        F: Future<Output = Result<V>> + Send + 'static,
    {
        let (tell, hears) = watch::channel(None);
        let slot = self.clone();
        tokio::spawn(async move {
            let told = match tokio::time::timeout(LONGEST, read).await {
                Ok(Ok(read)) => {
                    let read = Arc::new(read);
                    slot.locked().last = Some((begun, read.clone()));
                    Ok(read)
                }
                Ok(Err(error)) => Err(Failed::from(error)),
                Err(_) => Err(Failed {
                    is_away: true,
                    why: format!("it took longer than {LONGEST:?}"),
                }),
            };
            if let Err(failed) = &told {
                tracing::warn!(why = failed.why, "what many look at was not read");
            }
            tell.send_replace(Some(told));
        });
        hears
    }

    fn locked(&self) -> MutexGuard<'_, Seen<V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "looks_tests.rs"]
mod tests;
