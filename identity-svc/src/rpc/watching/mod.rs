//! Who follows which inbox, and what they are told.
//!
//! | file | what is in it |
//! |---|---|
//! | [`ear`] | the listening end, and how many there may be |
//! | [`hub`] | the listeners of each inbox; knows no database |
//! | [`change`] | one change, in words |
//! | [`follow`] | one stream: what was missed, then what comes |
//!
//! What this process writes is told when it is committed; a poll of one query for all listeners
//! brings the rest: what other processes write, and what is committed inside another call.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub mod change;
pub mod ear;
pub mod follow;
pub mod hub;

use change::Change;
pub use ear::Limits;
use ear::{Ear, Full};
use hub::{BATCH, Hub};

use crate::domain::refusal::Refusal;
use crate::store::inbox::Level;
use crate::{Context, store};

/// One turn of the poll.
pub const TURN: Duration = Duration::from_secs(1);
/// Turns between two heartbeats: proxies cut what is silent for half a minute.
const HEARTBEAT_TURNS: u64 = 15;
/// Turns between two looks at the sessions of the listeners.
const SESSION_TURNS: u64 = 10;
/// A process whose clock is behind, or whose transaction was slow, is not overlooked within this.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);
pub struct Watching {
    hub: Hub,
    turns: AtomicU64,
    /// When the poll last told everything.
    polled: Mutex<Option<Timestamp>>,
}

impl Watching {
    pub fn new(limits: Limits) -> Self {
        Self {
            hub: Hub::new(limits),
            turns: AtomicU64::new(0),
            polled: Mutex::default(),
        }
    }

    pub async fn join(&self, ctx: &Context, account: Uuid, session: Uuid) -> Result<Ear> {
        let now = ctx.clock.now();
        let read = || store::inbox::level(ctx.db.read(), account);
        match self.hub.join(account, session, now, read).await? {
            Ok(ear) => Ok(ear),
            Err(Full::Account) => Err(Refusal::RateLimited {
                retry_time: now + SignedDuration::from_secs(15),
            }
            .into()),
            Err(Full::All) => Err(Error::Busy(Duration::from_secs(15))),
        }
    }

    /// Something of this inbox was committed. What goes wrong here the next turn makes good.
    pub async fn look(&self, ctx: &Context, account: Uuid) {
        let read = |level: Level| changes(ctx, account, level);
        if let Err(error) = self.hub.look(account, read).await {
            tracing::warn!(?error, "an inbox was not read for its listeners");
        }
    }

    /// What other processes wrote, heartbeats, and the end of who has listened for too long.
    pub async fn turn(&self, ctx: &Context) -> Result<()> {
        let now = ctx.clock.now();
        self.hub.tidy(now).await;
        if self.hub.is_silent() {
            // Who joins reads how far the inbox is: nothing before that is missed.
            self.note_polled(now);
            return Ok(());
        }
        let since = self.last_polled().unwrap_or(now) - OVERLAP;
        let levels = store::inbox::changed_since(ctx.db.read(), since).await?;
        for account in self.hub.behind(levels).await {
            self.look(ctx, account).await;
        }
        self.note_polled(now);
        let turns = self.turns.fetch_add(1, Ordering::Relaxed) + 1;
        if turns.is_multiple_of(SESSION_TURNS) {
            let sessions = self.hub.sessions().await;
            let active = store::session::active_of(ctx.db.read(), &sessions, now).await?;
            self.hub.keep_sessions(&sessions, &active).await;
        }
        if turns.is_multiple_of(HEARTBEAT_TURNS) {
            self.hub.heartbeat().await;
        }
        Ok(())
    }

    fn last_polled(&self) -> Option<Timestamp> {
        *self.polled.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn note_polled(&self, now: Timestamp) {
        *self.polled.lock().unwrap_or_else(|e| e.into_inner()) = Some(now);
    }
}

/// What came after a level, and the level it leads to.
async fn changes(ctx: &Context, account: Uuid, after: Level) -> Result<(Vec<Arc<Change>>, Level)> {
    let on = ctx.db.read();
    let rows = store::inbox::changed(on, account, after.changes, i64::MAX, BATCH as u64).await?;
    let Some((last, _)) = rows.last() else {
        return Ok((Vec::new(), after));
    };
    let level = Level {
        changes: *last,
        unread: store::message::unread(on, account).await?,
    };
    let change = |(number, message)| Arc::new(Change::new(number, level.unread, message));
    Ok((rows.into_iter().map(change).collect(), level))
}
