//! The threads that hash: as many as cores, each with its memory, and behind everything else. A
//! password takes tens of milliseconds of a core; at the same priority other calls would wait for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Context;

use super::arena::Arena;

/// Steps of `nice` below the rest of the process. Five leave three quarters of a core to a neighbour
/// that wants it too, and all of it to hashing where nobody does. More would starve sign-ins beside
/// other busy programs, because the steps count against those as well.
#[cfg(target_os = "linux")]
const STEPS_BACK: i32 = 5;

pub(super) type Work = Box<dyn FnOnce(&mut Arena) + Send>;

/// Ends with its last owner; what is queued then is still done.
pub(super) struct Threads(Sender<Work>);

impl Threads {
    /// # Errors
    /// If the system gives no more threads.
    pub fn start(count: usize) -> anyhow::Result<Self> {
        let (work, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..count {
            let queue = queue.clone();
            thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || run(&queue))
                .context("a thread for password hashes")?;
        }
        Ok(Self(work))
    }

    /// False where no thread is left.
    pub fn give(&self, work: Work) -> bool {
        self.0.send(work).is_ok()
    }
}

fn run(queue: &Mutex<Receiver<Work>>) {
    step_back();
    let mut arena = Arena::default();
    loop {
        // One waits for work, the others for their turn to wait.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        if catch_unwind(AssertUnwindSafe(|| work(&mut arena))).is_err() {
            tracing::error!("a password hash panicked");
            arena = Arena::default();
        }
    }
}

/// On Linux a priority belongs to a thread, and "this process" is the one that asks.
#[cfg(target_os = "linux")]
fn step_back() {
    use rustix::process::{getpriority_process, setpriority_process};
    let lowered = getpriority_process(None)
        .and_then(|now| setpriority_process(None, (now + STEPS_BACK).min(19)));
    if let Err(error) = lowered {
        tracing::warn!(%error, "password hashes have the priority of everything else");
    }
}

/// Elsewhere the whole process would step back.
#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer<T: Send + 'static>(threads: &Threads, of: fn() -> T) -> T {
        let (tell, hear) = channel();
        assert!(threads.give(Box::new(move |_| drop(tell.send(of())))));
        hear.recv().expect("an answer")
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn hashing_stands_behind_everything_else_and_nothing_else_does() {
        use rustix::process::getpriority_process;
        let before = getpriority_process(None).expect("a priority");
        let threads = Threads::start(2).expect("threads");
        let theirs = answer(&threads, || getpriority_process(None).expect("a priority"));
        assert_eq!(theirs, (before + STEPS_BACK).min(19));
        assert_eq!(getpriority_process(None).expect("a priority"), before);
    }

    #[test]
    fn a_hash_that_panics_takes_no_thread_with_it() {
        let threads = Threads::start(1).expect("threads");
        assert!(threads.give(Box::new(|_| panic!("a fault"))));
        assert_eq!(answer(&threads, || 7), 7);
    }
}
