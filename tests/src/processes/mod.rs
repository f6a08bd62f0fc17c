//! The suite as it runs on many machines: two of each service and the gateway as real processes,
//! over mutual TLS, on a PostgreSQL and a Redis of their own.
//!
//! | room | what it does |
//! |---|---|
//! | [`layout`] | what to start, and by which addresses the programs reach each other |
//! | [`fleet`] | starts all of it, ends all of it |
//! | [`process`] | one program: killed, frozen, ended, started again |
//! | [`programs`] | how each program is called, and with which settings |
//! | [`engines`] | PostgreSQL and Redis |
//! | [`doors`] | whether somebody answers |
//! | [`binaries`] | where the compiled programs are |
//! | [`standing`] | a fleet that outlives who started it: `cargo xtask up` and `down` |
//! | [`watchdog`] | ends what a killed test left |
//!
//! A fleet has a loopback address of its own, so that the ports of two never meet. Linux only:
//! processes are told apart by `/proc`.

pub mod binaries;
pub mod doors;
pub mod engines;
pub mod fleet;
pub mod layout;
pub mod process;
pub mod programs;
pub mod standing;
pub mod watchdog;

pub use fleet::Fleet;
pub use layout::{Layout, Link, Setting};
pub use process::Process;
