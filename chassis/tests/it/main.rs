//! The chassis on a real database and behind real routes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

mod events;
mod far;
mod guard;
mod once;
mod parsers;
mod redis;
mod stream;
mod watches;
mod world;
