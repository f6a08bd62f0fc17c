//! `cargo xtask`: what the project does with itself beside building.
//!
//! * [`arguments`] – what was asked
//! * [`test`] – the tests on both engines, with servers that live as long as they do
//! * [`check`] – everything that can be said of the tree without running it
//! * [`images`] – an image of each program, for clusters
//! * [`others`] – programs of the workspace that are started from here
//!
//! What tests that start servers need of it too is in the library beside it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

mod arguments;
mod check;
mod images;
mod others;
mod tally;
mod test;

use std::process::ExitCode;

use arguments::Command;

fn main() -> ExitCode {
    let done = arguments::parse(std::env::args().skip(1)).and_then(|command| match command {
        Command::Help => {
            print!("{}", arguments::HELP);
            Ok(())
        }
        Command::Test(selection) => test::run(&selection),
        Command::Check => check::run(),
        Command::K8s => others::k8s(),
        Command::Images(profile) => images::run(&profile),
        Command::Season(arguments) => others::season(&arguments),
        Command::Standing(arguments) => others::standing(&arguments),
        Command::RestFuzz(arguments) => others::rest_fuzz(&arguments),
        Command::Conformance(arguments) => others::conformance(&arguments),
        Command::Faults(arguments) => others::faults(&arguments),
        Command::Allocate(arguments) => others::allocate(&arguments),
        Command::VerifyLog(arguments) => others::verify_log(&arguments),
        Command::Bench(options) => others::bench(&options),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
