//! The chassis on a real database and behind real routes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

mod authority;
mod blob;
mod dead;
mod events;
mod far;
mod guard;
mod kept;
mod link;
mod once;
mod only_grows;
mod parsers;
mod postgres;
mod releases;
mod restore;
mod stream;
mod watches;
mod world;
