//! Connections that stay at hand between uses.
//!
//! The driver's pool asks every connection that is given back for a sign of life: a second trip to the
//! database for every read, and a task that makes it. Here a connection whose last use ended well goes
//! to the next who wants one, and the pool sees only what is new, old, or did not end well; what may
//! have died meanwhile is asked before it is used, as [`super::health`] tells.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, Pool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::health::{Health, is_alive};
use super::pool::{IDLE, LIFE};
use crate::clock::Stopwatch;

/// The connections of one pool; its clones share them.
pub struct Kept<DB: sqlx::Database>(Arc<Inner<DB>>);

struct Inner<DB: sqlx::Database> {
    pool: Pool<DB>,
    /// As many as there are connections at most.
    places: Arc<Semaphore>,
    /// The one used last is on top, so that those that nobody needs stay below.
    at_hand: Mutex<Vec<AtHand<DB>>>,
    health: Health,
}

struct AtHand<DB: sqlx::Database> {
    connection: PoolConnection<DB>,
    /// Since it came from the pool.
    out: Stopwatch,
    unused: Stopwatch,
}

/// A connection in use.
pub struct Lease<DB: sqlx::Database> {
    connection: Option<PoolConnection<DB>>,
    out: Stopwatch,
    is_sound: bool,
    from: Arc<Inner<DB>>,
    // Dropped after the connection is at hand again: who waits for a place finds it.
    _place: OwnedSemaphorePermit,
}

impl<DB: sqlx::Database> Clone for Kept<DB> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<DB: sqlx::Database> Kept<DB> {
    pub fn new(pool: Pool<DB>, health: Health) -> Self {
        let most = pool.options().get_max_connections();
        Self(Arc::new(Inner {
            pool,
            places: Arc::new(Semaphore::new(most as usize)),
            at_hand: Mutex::default(),
            health,
        }))
    }

    /// Waits as long as the pool would.
    ///
    /// # Errors
    /// `PoolTimedOut`, `PoolClosed`, or what became of a new connection.
    pub async fn take(&self) -> sqlx::Result<Lease<DB>> {
        let inner = &self.0;
        let _place = inner.place().await?;
        let lease = |connection, out| Lease {
            connection: Some(connection),
            out,
            is_sound: false,
            from: inner.clone(),
            _place,
        };
        while let Some(mut next) = inner.next() {
            // The pool closes what is too old when it is given back.
            if next.out.elapsed() >= LIFE {
                continue;
            }
            if !inner.health.is_suspect(next.unused.elapsed())
                || is_alive(&mut *next.connection).await
            {
                return Ok(lease(next.connection, next.out));
            }
            // Nobody is there to be told goodbye.
            drop(next.connection.detach());
        }
        let connection = inner.pool.acquire().await?;
        Ok(lease(connection, Stopwatch::start()))
    }

    /// Open, and those that do nothing.
    pub fn count(&self) -> [i64; 2] {
        let (pool, at_hand) = (&self.0.pool, self.0.at_hand().len());
        let idle = i64::try_from(pool.num_idle() + at_hand).unwrap_or(i64::MAX);
        [i64::from(pool.size()), idle]
    }

    /// A place for who asks the pool itself, as long as it is held.
    ///
    /// # Errors
    /// `PoolTimedOut`, `PoolClosed`.
    pub async fn beside(&self) -> sqlx::Result<OwnedSemaphorePermit> {
        let place = self.0.place().await?;
        let at_hand = std::mem::take(&mut *self.0.at_hand());
        for mut it in at_hand {
            it.connection.return_to_pool().await;
        }
        Ok(place)
    }

    pub async fn close(&self) {
        self.0.places.close();
        self.0.at_hand().clear();
        self.0.pool.close().await;
    }
}

impl<DB: sqlx::Database> Inner<DB> {
    fn at_hand(&self) -> MutexGuard<'_, Vec<AtHand<DB>>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn place(&self) -> sqlx::Result<OwnedSemaphorePermit> {
        let wait = self.pool.options().get_acquire_timeout();
        let place = timeout(wait, self.places.clone().acquire_owned()).await;
        let place = place.map_err(|_| sqlx::Error::PoolTimedOut)?;
        place.map_err(|_| sqlx::Error::PoolClosed)
    }

    fn next(&self) -> Option<AtHand<DB>> {
        self.at_hand().pop()
    }

    fn give(&self, connection: PoolConnection<DB>, out: Stopwatch) {
        let mut at_hand = self.at_hand();
        if self.places.is_closed() {
            return;
        }
        at_hand.push(AtHand {
            connection,
            out,
            unused: Stopwatch::start(),
        });
        // At night few are needed: the pool closes what nobody wants for long.
        if at_hand
            .first()
            .is_some_and(|it| it.unused.elapsed() >= REST)
        {
            let rested = at_hand.remove(0);
            drop(at_hand);
            drop(rested);
        }
    }
}

/// Unused for so long, a connection goes back to the pool, which closes it after as long again.
const REST: Duration = Duration::from_secs(IDLE.as_secs() / 2);

impl<DB: sqlx::Database> Drop for Inner<DB> {
    /// Not back to the pool, which is going too, and would need a runtime for it.
    fn drop(&mut self) {
        let at_hand = self.at_hand.get_mut();
        let at_hand = at_hand.unwrap_or_else(PoisonError::into_inner);
        for it in at_hand.drain(..) {
            drop(it.connection.detach());
        }
    }
}

impl<DB: sqlx::Database> Lease<DB> {
    /// # Errors
    /// If the connection was given away, which only its drop does.
    pub fn connection(&mut self) -> sqlx::Result<&mut DB::Connection> {
        self.is_sound = false;
        let connection = self.connection.as_deref_mut();
        connection.ok_or(sqlx::Error::PoolClosed)
    }

    /// Ends the connection: nobody is to have it as it is.
    pub fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }

    /// What was begun has ended, and well: the next may have it as it is.
    pub fn sound(&mut self) {
        self.is_sound = true;
    }
}

impl<DB: sqlx::Database> Drop for Lease<DB> {
    fn drop(&mut self) {
        // Otherwise it goes back to the pool, which looks at it.
        if let Some(connection) = self.connection.take_if(|_| self.is_sound) {
            self.from.give(connection, self.out);
        }
    }
}
