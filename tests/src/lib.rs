//! What journeys stand on: a suite of their own, in one process or as many [`processes`], people who
//! speak HTTP, papers they upload; the [`season`], which plays a whole campaign; the [`faults`], which
//! hurt a suite of real processes; [`college`] admission; the [`conformance`] kit, which plays a partner; a [`mailbox`] that mail is sent to; a [`walk`] that leaves a thing of each kind behind; and the
//! [`wire`], by which any RPC is called.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking")]

pub mod college;
pub mod conformance;
pub mod faults;
pub mod mailbox;
pub mod paper;
pub mod person;
pub mod processes;
pub mod season;
pub mod town;
pub mod walk;
pub mod wire;

pub use person::{Answer, Someone};
pub use town::Town;
