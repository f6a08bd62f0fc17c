//! One who listens to seats: what is left at once, then every change, until the time is over.

use chassis::clock::Clock;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use jiff::Timestamp;
use tokio::sync::watch::Receiver;
use tonic::Status;

use crate::watched::{LONGEST, Seen};

pub type Stream<M> = BoxStream<'static, Result<M, Status>>;

pub struct Listener<T> {
    seen: Receiver<Seen<T>>,
    told: Option<T>,
    clock: Clock,
    until: Timestamp,
}

impl<T: Copy + PartialEq + Send + Sync + 'static> Listener<T> {
    /// `told` is what a listener that comes back knows already.
    pub fn new(seen: Receiver<Seen<T>>, told: Option<T>, clock: &Clock) -> Self {
        let now = clock.now();
        Self {
            seen,
            told,
            clock: clock.clone(),
            until: now.saturating_add(LONGEST).unwrap_or(now),
        }
    }

    /// A message for each change.
    pub fn stream<M>(self, message: impl Fn(T) -> M + Send + 'static) -> Stream<M>
    where
        M: Send + 'static,
    {
        let next = |mut listener: Self| async move {
            let left = listener.next().await?;
            Some((left, listener))
        };
        stream::unfold(self, next)
            .map(move |left| Ok(message(left)))
            .boxed()
    }

    /// The next that was not told; none when the time is over or the service closes.
    async fn next(&mut self) -> Option<T> {
        loop {
            let left = self.seen.borrow_and_update().left;
            if self.clock.now() >= self.until {
                return None;
            }
            if self.told.replace(left) != Some(left) {
                return Some(left);
            }
            self.seen.changed().await.ok()?;
        }
    }
}
