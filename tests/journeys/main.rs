//! Journeys: all services together, over HTTP and the partner port, told in the manuals' words.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

mod accounts;
mod bad_input;
mod college;
mod conformance;
mod doors;
mod exported_log;
mod nqt;
mod reserve;
mod season;
mod season_college;
mod season_nqt;
mod selection;
mod set_aside;
mod steps;
mod trace;
