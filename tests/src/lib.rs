//! What journeys stand on: a suite of their own, in one process or as many [`processes`], people who
//! speak HTTP, papers they upload; the [`season`], which plays a whole campaign; and the [`faults`],
//! which hurt a suite of real processes.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

pub mod faults;
pub mod paper;
pub mod person;
pub mod processes;
pub mod season;
pub mod town;

pub use person::{Answer, Someone};
pub use town::Town;
