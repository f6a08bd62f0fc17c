//! Sessions whose seats somebody watches in this process. What is left is computed once per session and
//! turn, however many listen; a listener that is slow finds the newest number only.

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
pub struct Seen {
    pub seats_left: i32,
    pub minute: i64,
}

/// The sessions that are watched.
#[derive(Debug, Default)]
pub struct Watched(Mutex<HashMap<Uuid, watch::Sender<Seen>>>);

impl Watched {
    /// Listens to a session. `seats_left` is what the caller just read, for the first listener;
    /// `None` where there are too many.
    pub fn listen(
        &self,
        session: Uuid,
        seats_left: i32,
        now: Timestamp,
    ) -> Option<watch::Receiver<Seen>> {
        let mut watched = self.locked();
        let listeners: usize = watched.values().map(watch::Sender::receiver_count).sum();
        if listeners >= MOST_LISTENERS {
            return None;
        }
        let seen = Seen {
            seats_left,
            minute: minute(now),
        };
        let sender = watched
            .entry(session)
            .or_insert_with(|| watch::Sender::new(seen));
        Some(sender.subscribe())
    }

    /// What the last look saw, where the session is watched already.
    pub fn known(&self, session: Uuid) -> Option<i32> {
        let watched = self.locked();
        watched.get(&session).map(|it| it.borrow().seats_left)
    }

    /// The sessions to look at. Those that nobody listens to any more are forgotten; once in a minute
    /// all listeners are woken to see whether their time is over.
    pub fn sessions(&self, now: Timestamp) -> Vec<Uuid> {
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
    pub fn tell(&self, left: &[(Uuid, i32)]) {
        let watched = self.locked();
        for (session, seats_left) in left {
            let Some(sender) = watched.get(session) else {
                continue;
            };
            sender.send_if_modified(|seen| {
                let before = std::mem::replace(&mut seen.seats_left, *seats_left);
                before != *seats_left
            });
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Uuid, watch::Sender<Seen>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn minute(now: Timestamp) -> i64 {
    now.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_changed(listener: &watch::Receiver<Seen>) -> bool {
        listener.has_changed().expect("the sender lives")
    }

    #[test]
    fn one_look_tells_all_listeners_and_a_slow_one_finds_the_newest_only() {
        let watched = Watched::default();
        let (now, session) = (Timestamp::UNIX_EPOCH, Uuid::from_u128(1));
        let mut listeners: Vec<_> = (0..500)
            .filter_map(|_| watched.listen(session, 5, now))
            .collect();
        assert_eq!(watched.sessions(now), [session]);
        watched.tell(&[(session, 4)]);
        watched.tell(&[(session, 3)]);
        for listener in &mut listeners {
            assert!(has_changed(listener));
            assert_eq!(listener.borrow_and_update().seats_left, 3);
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
        watched.sessions(later);
        assert!(!has_changed(&listener));
        watched.sessions(later + SignedDuration::from_secs(1));
        assert!(has_changed(&listener));
        drop(listener);
        assert!(watched.sessions(later).is_empty());
    }

    #[test]
    fn listeners_are_counted() {
        let watched = Watched::default();
        let listen = || watched.listen(Uuid::nil(), 1, Timestamp::UNIX_EPOCH);
        let all: Vec<_> = (0..MOST_LISTENERS).filter_map(|_| listen()).collect();
        assert_eq!(all.len(), MOST_LISTENERS);
        assert!(listen().is_none());
        drop(all);
        assert!(listen().is_some());
    }
}
