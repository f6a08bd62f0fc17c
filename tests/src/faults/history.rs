//! What the workers asked and were told, with the moments of both on one clock that never goes back.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

/// One call, from its first try to the answer that says something.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub kind: &'static str,
    /// `accounts/{account}`.
    pub who: String,
    /// The resource that it is about.
    pub on: String,
    /// The request ids under which it was sent: one, unless a bug is planted.
    pub keys: Vec<String>,
    pub began_us: u64,
    pub ended_us: u64,
    pub tries: u32,
    pub outcome: Outcome,
    /// The name of what came of it.
    pub answer: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Refused(String),
    /// Nobody ever said: it may have happened or not.
    Unknown,
}

impl Call {
    pub fn is_done(&self) -> bool {
        self.outcome == Outcome::Done
    }

    pub fn is_refused_for(&self, reason: &str) -> bool {
        matches!(&self.outcome, Outcome::Refused(told) if told == reason)
    }

    fn line(&self) -> Value {
        let outcome = match &self.outcome {
            Outcome::Done => "DONE",
            Outcome::Refused(reason) => reason,
            Outcome::Unknown => "UNKNOWN",
        };
        json!({
            "kind": self.kind, "who": self.who, "on": self.on, "keys": self.keys,
            "began_us": self.began_us, "ended_us": self.ended_us, "tries": self.tries,
            "outcome": outcome, "answer": self.answer,
        })
    }
}

/// A fault that was done, for whoever reads the history later.
#[derive(Debug, Clone, PartialEq)]
pub struct Hurt {
    pub what: String,
    pub began_us: u64,
    pub ended_us: u64,
}

/// Shared by all workers of a run.
pub struct History {
    begun: Instant,
    calls: Mutex<Vec<Call>>,
    hurts: Mutex<Vec<Hurt>>,
    stops: AtomicBool,
    /// The moment after which nobody asks again; zero while there is none.
    gives_up_us: AtomicU64,
    longest_us: AtomicU64,
    broken: AtomicU64,
}

impl Default for History {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            calls: Mutex::default(),
            hurts: Mutex::default(),
            stops: AtomicBool::new(false),
            gives_up_us: AtomicU64::new(0),
            longest_us: AtomicU64::new(0),
            broken: AtomicU64::new(0),
        }
    }
}

impl History {
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub fn note(&self, call: Call) {
        lock(&self.calls).push(call);
    }

    pub fn hurt(&self, hurt: Hurt) {
        lock(&self.hurts).push(hurt);
    }

    /// One try: how long it took, and whether the suite said that it is broken inside.
    pub fn tried(&self, took: Duration, broken: bool) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.longest_us.fetch_max(took, Ordering::SeqCst);
        self.broken.fetch_add(u64::from(broken), Ordering::SeqCst);
    }

    /// Tells everybody to end what they are at and begin nothing new; for as long they ask again.
    pub fn stop(&self, within: Duration) {
        let within = u64::try_from(within.as_micros()).unwrap_or(u64::MAX);
        let until = self.now_us().saturating_add(within);
        self.gives_up_us.store(until, Ordering::SeqCst);
        self.stops.store(true, Ordering::SeqCst);
    }

    /// After a look in between: everybody may begin anew.
    pub fn go_on(&self) {
        self.gives_up_us.store(0, Ordering::SeqCst);
        self.stops.store(false, Ordering::SeqCst);
    }

    pub fn stops(&self) -> bool {
        self.stops.load(Ordering::SeqCst)
    }

    pub fn gives_up(&self) -> bool {
        let until = self.gives_up_us.load(Ordering::SeqCst);
        until > 0 && self.now_us() > until
    }

    pub fn calls(&self) -> Vec<Call> {
        lock(&self.calls).clone()
    }

    pub fn hurts(&self) -> Vec<Hurt> {
        lock(&self.hurts).clone()
    }

    /// The longest that a single try took.
    pub fn longest(&self) -> Duration {
        Duration::from_micros(self.longest_us.load(Ordering::SeqCst))
    }

    /// How many tries were answered with 500.
    pub fn broken(&self) -> u64 {
        self.broken.load(Ordering::SeqCst)
    }

    /// Everything as JSON, a line each, in the order of the beginnings.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let mut lines: Vec<(u64, Value)> = Vec::new();
        lines.extend(lock(&self.calls).iter().map(|it| (it.began_us, it.line())));
        let hurt =
            |it: &Hurt| json!({"fault": it.what, "began_us": it.began_us, "ended_us": it.ended_us});
        lines.extend(lock(&self.hurts).iter().map(|it| (it.began_us, hurt(it))));
        lines.sort_by_key(|(at, _)| *at);
        let kept = std::fs::File::create(file);
        let kept = kept.with_context(|| format!("{} can't be written", file.display()))?;
        let mut kept = std::io::BufWriter::new(kept);
        for (_, line) in lines {
            writeln!(kept, "{line}")?;
        }
        Ok(kept.flush()?)
    }
}

/// A worker who panicked leaves what it noted.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
