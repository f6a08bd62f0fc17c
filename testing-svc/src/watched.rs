//! Sessions and stages whose seats somebody watches in this process. What is left is computed once for
//! each and turn, however many listen; a listener that is slow finds the newest number only.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use uuid::Uuid;

/// A stream ends after this long; clients take it up again.
pub const LONGEST: SignedDuration = SignedDuration::from_mins(10);

/// Listeners of one process at most: each is a stream that a connection keeps open.
pub const MOST_LISTENERS: usize = 5_000;

/// What a listener is told. The minute only wakes those whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<T> {
    pub left: T,
    pub minute: i64,
}

/// What is left of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageLeft {
    pub seats: i32,
    /// Sessions with a free seat.
    pub sessions: i32,
}

/// What is watched: sessions by the number of their seats, stages by what is left of them.
#[derive(Debug)]
pub struct Watched<T>(Mutex<HashMap<Uuid, watch::Sender<Seen<T>>>>);

impl<T> Default for Watched<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Copy + PartialEq> Watched<T> {
    /// Listens to one. `left` is what the caller just read, for the first listener; `None` where there
    /// are too many.
    pub fn listen(&self, id: Uuid, left: T, now: Timestamp) -> Option<watch::Receiver<Seen<T>>> {
        let mut watched = self.locked();
        let listeners: usize = watched.values().map(watch::Sender::receiver_count).sum();
        if listeners >= MOST_LISTENERS {
            return None;
        }
        let seen = Seen {
            left,
            minute: minute(now),
        };
        let sender = watched
            .entry(id)
            .or_insert_with(|| watch::Sender::new(seen));
        Some(sender.subscribe())
    }

    /// What the last look saw, where it is watched already.
    pub fn known(&self, id: Uuid) -> Option<T> {
        let watched = self.locked();
        watched.get(&id).map(|it| it.borrow().left)
    }

    /// What to look at. Those that nobody listens to any more are forgotten; once in a minute
    /// all listeners are woken to see whether their time is over.
    pub fn all(&self, now: Timestamp) -> Vec<Uuid> {
        let mut watched = self.locked();
        watched.retain(|_, sender| sender.receiver_count() > 0);
        for sender in watched.values() {
            sender.send_if_modified(|seen| {
                let before = std::mem::replace(&mut seen.minute, minute(now));
                before != seen.minute
            });
        }
        watched.keys().copied().collect()
    }

    /// Tells what a look saw; a number that stayed wakes nobody.
    pub fn tell(&self, looked: &[(Uuid, T)]) {
        let watched = self.locked();
        for (id, left) in looked {
            let Some(sender) = watched.get(id) else {
                continue;
            };
            sender.send_if_modified(|seen| {
                let before = std::mem::replace(&mut seen.left, *left);
                before != *left
            });
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Uuid, watch::Sender<Seen<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn minute(now: Timestamp) -> i64 {
    now.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_changed(listener: &watch::Receiver<Seen<i32>>) -> bool {
        listener.has_changed().expect("the sender lives")
    }

    #[test]
    fn one_look_tells_all_listeners_and_a_slow_one_finds_the_newest_only() {
        let watched = Watched::default();
        let (now, session) = (Timestamp::UNIX_EPOCH, Uuid::from_u128(1));
        let mut listeners: Vec<_> = (0..500)
            .filter_map(|_| watched.listen(session, 5, now))
            .collect();
        assert_eq!(watched.all(now), [session]);
        watched.tell(&[(session, 4)]);
        watched.tell(&[(session, 3)]);
        for listener in &mut listeners {
            assert!(has_changed(listener));
            assert_eq!(listener.borrow_and_update().left, 3);
        }
        watched.tell(&[(session, 3)]);
        assert!(!has_changed(&listeners[0]));
        assert_eq!(watched.known(session), Some(3));
    }

    #[test]
    fn a_session_nobody_watches_is_forgotten_and_every_minute_wakes_those_who_do() {
        let watched = Watched::default();
        let (now, session) = (Timestamp::UNIX_EPOCH, Uuid::from_u128(1));
        let listener = watched.listen(session, 5, now).expect("there is room");
        let later = now + SignedDuration::from_secs(59);
        watched.all(later);
        assert!(!has_changed(&listener));
        watched.all(later + SignedDuration::from_secs(1));
        assert!(has_changed(&listener));
        drop(listener);
        assert!(watched.all(later).is_empty());
    }

    #[test]
    fn listeners_are_counted() {
        let watched = Watched::<i32>::default();
        let listen = || watched.listen(Uuid::nil(), 1, Timestamp::UNIX_EPOCH);
        let all: Vec<_> = (0..MOST_LISTENERS).filter_map(|_| listen()).collect();
        assert_eq!(all.len(), MOST_LISTENERS);
        assert!(listen().is_none());
        drop(all);
        assert!(listen().is_some());
    }
}
