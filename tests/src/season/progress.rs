//! One line that tells how far the season is: rewritten on a terminal, one line a step elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const WIDTH: usize = 30;

#[derive(Clone)]
pub struct Progress(Option<Arc<Line>>);

struct Line {
    what: &'static str,
    of: usize,
    done: AtomicUsize,
    begun: Instant,
    rewrites: bool,
}

impl Progress {
    pub fn new(shows: bool, what: &'static str, of: usize) -> Self {
        Self(shows.then(|| {
            Arc::new(Line {
                what,
                of,
                done: AtomicUsize::new(0),
                begun: Instant::now(),
                rewrites: stderr().is_terminal(),
            })
        }))
    }

    pub fn one_more(&self) {
        let Some(line) = &self.0 else { return };
        let done = line.done.fetch_add(1, Ordering::SeqCst) + 1;
        if line.rewrites {
            let full = (WIDTH * done.min(line.of)) / line.of.max(1);
            let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full));
            say(&format!("\r  {:<28} {bar} {done}/{}", line.what, line.of));
        }
    }

    pub fn end(&self) {
        let Some(line) = &self.0 else { return };
        let done = line.done.load(Ordering::SeqCst);
        let took = line.begun.elapsed().as_secs_f32();
        let start = if line.rewrites { "\r\x1b[2K" } else { "" };
        say(&format!(
            "{start}  {:<28} {done:>4}   {took:.1} s\n",
            line.what
        ));
    }
}

/// A terminal that is gone is no reason to stop.
fn say(text: &str) {
    let mut err = stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
