//! Faults: the suite as real processes, killed, frozen and cut off while it is used; and tests of the
//! harness that says whether it kept its word.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

mod bench;
mod doctored;
mod hurt;
mod proxies;
