//! The suite as many processes: what must hold while they come, go, stand still and are replaced.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

mod clocks;
mod doors;
mod lives;
mod migrations;
mod probes;
mod season;
