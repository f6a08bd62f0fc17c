//! The service as its callers meet it: a real database, a held clock, counted ids.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

mod accounts;
mod age;
mod at_rest;
mod campaigns;
mod contract;
mod inbox;
mod mail_delivery;
mod mail_preferences;
mod passwords;
mod recoveries;
mod registration;
mod roles;
mod sessions;
mod sign_in;
mod smtp;
mod steps;
mod time_passes;
mod two_at_once;
mod watching;
mod world;
