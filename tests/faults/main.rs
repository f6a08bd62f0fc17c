//! The harness of the faults: its proxies and its rules, held against histories that were doctored. The
//! faults themselves are run by `cargo xtask faults`.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

mod bench;
mod doctored;
mod proxies;
