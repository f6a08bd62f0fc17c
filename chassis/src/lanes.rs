//! Lanes: a thread for each core, with a runtime of its own. A client's connection, the work for it
//! and the connections to services stay on one of them, so that no other thread is woken on the way
//! of a call.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::{CancellationToken, DropGuard};

thread_local! {
    static HERE: Cell<usize> = const { Cell::new(0) };
}

/// The number of the lane that this thread is; 0 is every thread that is none.
pub(crate) fn here() -> usize {
    HERE.get()
}

/// The lanes of a process; they end when the last clone is gone. None at all is fine: then everything
/// is done where it is begun.
#[derive(Clone, Default)]
pub struct Lanes(Option<Arc<Threads>>);

struct Threads {
    lanes: Vec<Lane>,
    _end: DropGuard,
}

struct Lane {
    runtime: Handle,
    carries: AtomicUsize,
}

/// Something that a lane carries until this is dropped.
pub struct Load {
    threads: Arc<Threads>,
    at: usize,
}

impl Drop for Load {
    fn drop(&mut self) {
        self.threads.lanes[self.at]
            .carries
            .fetch_sub(1, Ordering::Relaxed);
    }
}

impl Load {
    /// Where the work is done.
    pub fn runtime(&self) -> &Handle {
        &self.threads.lanes[self.at].runtime
    }
}

impl Lanes {
    /// As many as there are cores for this process.
    ///
    /// # Errors
    /// If a thread or its runtime can't be had.
    pub fn start() -> std::io::Result<Self> {
        let count = std::thread::available_parallelism()?.get();
        let end = CancellationToken::new();
        let mut lanes = Vec::new();
        for number in 1..=count {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            lanes.push(Lane {
                runtime: runtime.handle().clone(),
                carries: AtomicUsize::new(0),
            });
            let until = end.clone();
            let thread = std::thread::Builder::new().name(format!("lane-{number}"));
            thread.spawn(move || {
                HERE.set(number);
                runtime.block_on(until.cancelled());
            })?;
        }
        let _end = end.drop_guard();
        Ok(Self(Some(Arc::new(Threads { lanes, _end }))))
    }

    /// The lane that carries least; `None` where there are no lanes.
    pub fn take(&self) -> Option<Load> {
        let threads = self.0.clone()?;
        let lanes = threads.lanes.iter().enumerate();
        let (at, lane) = lanes.min_by_key(|(_, lane)| lane.carries.load(Ordering::Relaxed))?;
        lane.carries.fetch_add(1, Ordering::Relaxed);
        Some(Load { threads, at })
    }

    /// The runtimes with the numbers that [`here`] tells on them.
    pub(crate) fn runtimes(&self) -> impl Iterator<Item = (usize, &Handle)> {
        let lanes = self.0.iter().flat_map(|threads| &threads.lanes);
        (1..).zip(lanes.map(|lane| &lane.runtime))
    }

    /// How many there are, with the threads that are none as one.
    pub(crate) fn count(&self) -> usize {
        1 + self.0.as_ref().map_or(0, |threads| threads.lanes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_goes_to_the_lane_that_carries_least() {
        let lanes = Lanes::start().unwrap();
        let count = lanes.count() - 1;
        let loads: Vec<Load> = (0..count * 2).filter_map(|_| lanes.take()).collect();
        let mut on = vec![0; count + 1];
        for load in &loads {
            on[load.runtime().spawn(async { here() }).await.unwrap()] += 1;
        }
        assert_eq!(on[0], 0, "no lane is the thread of all others");
        assert!(on[1..].iter().all(|carried| *carried == 2), "{on:?}");
        assert_eq!(here(), 0);
    }

    #[tokio::test]
    async fn without_lanes_nothing_is_taken() {
        assert!(Lanes::default().take().is_none());
        assert_eq!(Lanes::default().count(), 1);
    }
}
