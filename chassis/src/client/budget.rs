//! How many calls may be sent again: when everything fails, repeating only adds to it.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// As many calls as may have been under way with one instance when it died.
const MOST: i64 = 256;

/// One more may be repeated for so many calls.
const EARNED_BY: i64 = 5;

/// The longest pause before the first repetition; it doubles.
const PAUSE: Duration = Duration::from_millis(25);

/// What may still be repeated, for one service.
#[derive(Debug)]
pub(crate) struct Budget {
    /// In fifths of a call.
    left: AtomicI64,
    throws: AtomicU64,
    dice: RandomState,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            left: AtomicI64::new(MOST * EARNED_BY),
            throws: AtomicU64::default(),
            dice: RandomState::new(),
        }
    }
}

impl Budget {
    /// A call was made.
    pub fn earn(&self) {
        let add = |left: i64| (left < MOST * EARNED_BY).then_some(left + 1);
        // An error means that it is full.
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Whether one may be repeated; it is counted.
    pub fn spend(&self) -> bool {
        let take = |left: i64| (left >= EARNED_BY).then_some(left - EARNED_BY);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok()
    }

    /// How long to wait before a repetition: anything up to a bound that grows, so that those who
    /// failed together don't come back together.
    pub fn pause(&self, repetition: u32) -> Duration {
        let throw = self
            .dice
            .hash_one(self.throws.fetch_add(1, Ordering::Relaxed));
        let percent = u32::try_from(throw % 100).unwrap_or_default();
        PAUSE * 2_u32.pow(repetition.min(6)) * percent / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_everything_fails_few_are_repeated() {
        let budget = Budget::default();
        let all = (0..10_000).filter(|_| {
            budget.earn();
            budget.spend()
        });
        let repeated = i64::try_from(all.count()).unwrap_or_default();
        assert!(
            (MOST..MOST + 10_000 / EARNED_BY + MOST).contains(&repeated),
            "{repeated}"
        );
    }

    #[test]
    fn pauses_differ_and_are_bounded() {
        let budget = Budget::default();
        let pauses: Vec<Duration> = (0..50).map(|_| budget.pause(1)).collect();
        assert!(pauses.iter().all(|pause| *pause < PAUSE * 2));
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
