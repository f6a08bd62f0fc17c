//! Faults: the suite as real processes, killed, frozen and cut off while it is used; and tests of the
//! harness that says whether it kept its word.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

mod bench;
mod doctored;
mod hurt;
mod many;
mod proxies;

/// One run at a time: each wants the whole machine.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
