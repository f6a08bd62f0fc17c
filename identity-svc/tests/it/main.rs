//! The service as its callers meet it: a real database, a held clock, counted ids.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

mod accounts;
mod act_signatures;
mod admissions;
mod age;
mod alike;
mod at_rest;
mod campaigns;
mod contract;
mod email_changes;
mod exported_logs;
mod failed_sign_ins;
mod inbox;
mod limits;
mod mail_delivery;
mod mail_preferences;
mod opened_accounts;
mod passwords;
mod proven_iins;
mod recoveries;
mod registration;
mod registry;
mod roles;
mod seat_offers;
mod sessions;
mod sign_in;
mod signatures;
mod signer;
mod signing;
mod smtp;
mod staff_invitations;
mod stand_in;
mod steps;
mod time_passes;
mod two_at_once;
mod watching;
mod without_iin;
mod world;
