//! The listeners of each inbox. A change is read and put into words once, however many listen; a
//! listener that reads too slowly is let go, and goes on from its number later.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use chassis::Result;
use jiff::Timestamp;
use proto::identity::v1::watch_messages_response::end::Reason;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Sender, channel};
use uuid::Uuid;

use super::change::Change;
use super::ear::{Ear, Full, Limits, Told};
use crate::store::inbox::Level;

/// Changes that wait for a listener; one that has more waiting is too slow.
const WAITING: usize = 64;

/// Changes that are read at a time; fewer means that there are no more.
pub const BATCH: usize = 100;

struct Listener {
    session: Uuid,
    since: Timestamp,
    told: Sender<Told>,
    farewell: Arc<OnceLock<Reason>>,
}

impl Listener {
    fn end(self, reason: Reason) {
        // Nobody else sets it: a listener ends once.
        let _ = self.farewell.set(reason);
    }
}

/// An inbox that somebody listens to.
struct Inbox {
    level: Level,
    listeners: Vec<Listener>,
}

impl Inbox {
    fn tell(&mut self, told: &Told) {
        for listener in std::mem::take(&mut self.listeners) {
            match listener.told.try_send(told.clone()) {
                Ok(()) => self.listeners.push(listener),
                Err(TrySendError::Full(_)) => listener.end(Reason::TooSlow),
                Err(TrySendError::Closed(_)) => {}
            }
        }
    }
}

/// Locked while it is read for its listeners, so that changes are told in order and once.
type Shared = Arc<tokio::sync::Mutex<Inbox>>;

pub struct Hub {
    limits: Limits,
    inboxes: Mutex<HashMap<Uuid, Shared>>,
    listening: AtomicUsize,
}

impl Hub {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            inboxes: Mutex::default(),
            listening: AtomicUsize::new(0),
        }
    }

    fn inboxes(&self) -> MutexGuard<'_, HashMap<Uuid, Shared>> {
        self.inboxes.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn all(&self) -> Vec<(Uuid, Shared)> {
        let inboxes = self.inboxes();
        inboxes.iter().map(|(id, it)| (*id, it.clone())).collect()
    }

    pub fn is_silent(&self) -> bool {
        self.inboxes().is_empty()
    }

    /// Begins to listen. `read` tells how far the inbox is, where nobody listens yet.
    pub async fn join<R>(
        &self,
        account: Uuid,
        session: Uuid,
        now: Timestamp,
        read: impl FnOnce() -> R,
    ) -> Result<Result<Ear, Full>>
    where
        R: Future<Output = Result<Level>> + Send,
    {
        if self.listening.load(Ordering::Relaxed) >= self.limits.in_all {
            return Ok(Err(Full::All));
        }
        let empty = || {
            Arc::new(tokio::sync::Mutex::new(Inbox {
                level: Level {
                    changes: 0,
                    unread: 0,
                },
                listeners: Vec::new(),
            }))
        };
        // Held from here on, so that the inbox is not forgotten meanwhile.
        let shared = self.inboxes().entry(account).or_insert_with(empty).clone();
        let mut inbox = shared.lock().await;
        inbox.listeners.retain(|it| !it.told.is_closed());
        if inbox.listeners.len() >= self.limits.per_account {
            return Ok(Err(Full::Account));
        }
        if inbox.listeners.is_empty() {
            inbox.level = read().await?;
        }
        let (told, ears) = channel(WAITING);
        let farewell = Arc::<OnceLock<Reason>>::default();
        inbox.listeners.push(Listener {
            session,
            since: now,
            told,
            farewell: farewell.clone(),
        });
        self.listening.fetch_add(1, Ordering::Relaxed);
        Ok(Ok(Ear {
            level: inbox.level,
            told: ears,
            farewell,
        }))
    }

    /// Tells the listeners what changed. `read` is asked what came after a change, in order, and how
    /// far the inbox is then: once, and not at all where nobody listens.
    pub async fn look<R>(&self, account: Uuid, read: impl Fn(Level) -> R) -> Result<()>
    where
        R: Future<Output = Result<(Vec<Arc<Change>>, Level)>> + Send,
    {
        let Some(shared) = self.inboxes().get(&account).cloned() else {
            return Ok(());
        };
        let mut inbox = shared.lock().await;
        while !inbox.listeners.is_empty() {
            let (changes, level) = read(inbox.level).await?;
            for change in &changes {
                inbox.tell(&Told::Change(change.clone()));
            }
            let done = changes.len() < BATCH;
            inbox.level = level;
            if done {
                break;
            }
        }
        Ok(())
    }

    /// The inboxes that are further than their listeners know.
    pub async fn behind(&self, levels: Vec<(Uuid, i64)>) -> Vec<Uuid> {
        let mut behind = Vec::new();
        for (account, changes) in levels {
            let Some(shared) = self.inboxes().get(&account).cloned() else {
                continue;
            };
            if shared.lock().await.level.changes < changes {
                behind.push(account);
            }
        }
        behind
    }

    pub async fn heartbeat(&self) {
        for (_, shared) in self.all() {
            let mut inbox = shared.lock().await;
            let level = inbox.level;
            inbox.tell(&Told::Heartbeat(level));
        }
    }

    /// The sessions of all listeners.
    pub async fn sessions(&self) -> Vec<Uuid> {
        let mut sessions = HashSet::new();
        for (_, shared) in self.all() {
            let inbox = shared.lock().await;
            sessions.extend(inbox.listeners.iter().map(|it| it.session));
        }
        sessions.into_iter().collect()
    }

    /// Ends the listeners of sessions that are not among the active ones.
    pub async fn keep_sessions(&self, asked: &[Uuid], active: &[Uuid]) {
        let asked: HashSet<&Uuid> = asked.iter().collect();
        let active: HashSet<&Uuid> = active.iter().collect();
        // Who joined after the sessions were looked up is looked up next time.
        self.end_where(Reason::SessionEnded, |it| {
            asked.contains(&it.session) && !active.contains(&it.session)
        })
        .await;
    }

    /// Ends those who have listened as long as one may, and forgets inboxes without listeners.
    pub async fn tidy(&self, now: Timestamp) {
        let lasting = self.limits.lasting;
        self.end_where(Reason::TimeUp, |it| now.duration_since(it.since) >= lasting)
            .await;
        let mut listening = 0;
        for (_, shared) in self.all() {
            let mut inbox = shared.lock().await;
            inbox.listeners.retain(|it| !it.told.is_closed());
            listening += inbox.listeners.len();
        }
        self.listening.store(listening, Ordering::Relaxed);
        // Who is joining holds the inbox too; whoever comes later finds a new one.
        self.inboxes().retain(|_, shared| {
            let unused = Arc::strong_count(shared) == 1;
            !unused
                || shared
                    .try_lock()
                    .map_or(true, |it| !it.listeners.is_empty())
        });
    }

    async fn end_where(&self, reason: Reason, over: impl Fn(&Listener) -> bool) {
        for (_, shared) in self.all() {
            let mut inbox = shared.lock().await;
            for listener in inbox.listeners.extract_if(.., |it| over(it)) {
                listener.end(reason);
            }
        }
    }
}

#[cfg(test)]
mod tests;
