//! The program as a newcomer runs it: a real process, a real folder, kill -9.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

mod process;
mod restart;
