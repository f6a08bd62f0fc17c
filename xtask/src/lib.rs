//! What the tool shares with programs and tests that start servers of their own.
//!
//! * [`keeper`] – child processes that end with this one, however it ends
//! * [`servers`] – a PostgreSQL and a Redis for one run
//! * [`tools`] – finding and installing the programs that all this needs

#![expect(
    clippy::print_stdout,
    reason = "a command-line tool talks to a terminal"
)]

pub mod keeper;
pub mod servers;
pub mod tools;
