//! Turns: of tries with one login from one address, one at a time is looked at.
//!
//! A try is counted after its password was looked at. Were many looked at together, all of them
//! would find the count of before, and the free tries were as many as can be sent at once.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::sync::{Mutex, MutexGuard};

/// As many locks as there will ever be: two keys may share one, and only wait for each other then.
const LOCKS: usize = 1024;

pub struct Turns(Vec<Mutex<()>>);

impl Default for Turns {
    fn default() -> Self {
        Self(std::iter::repeat_with(Mutex::default).take(LOCKS).collect())
    }
}

impl Turns {
    /// The turn of a key; it ends when the value is dropped.
    pub async fn take(&self, key: &str) -> Option<MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let at = usize::try_from(hasher.finish()).unwrap_or_default() % LOCKS;
        match self.0.get(at) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        }
    }
}
