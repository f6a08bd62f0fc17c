//! What the machine says of the process: memory, threads, and how long it runs.

use std::sync::LazyLock;

use super::metrics::METRICS;
use crate::clock::Stopwatch;

static BEGUN: LazyLock<Stopwatch> = LazyLock::new(Stopwatch::start);

pub(super) fn begin() {
    LazyLock::force(&BEGUN);
}

/// Brings the metrics of the process up to date. Where there is no `/proc`, only the time is known.
pub(super) fn look() {
    let seconds = BEGUN.elapsed().as_secs();
    METRICS
        .uptime
        .set(i64::try_from(seconds).unwrap_or(i64::MAX));
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return;
    };
    if let Some(kib) = number(&status, "VmRSS:") {
        METRICS.memory.set(kib * 1024);
    }
    if let Some(threads) = number(&status, "Threads:") {
        METRICS.threads.set(threads);
    }
}

fn number(status: &str, name: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// How long the process runs, in nanoseconds.
pub(super) fn age_nanos() -> u64 {
    u64::try_from(BEGUN.elapsed().as_nanos()).unwrap_or_default()
}
