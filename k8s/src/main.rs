//! `cargo xtask k8s`, which builds the programs before and starts this beside them.

#![expect(
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    match check() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("k8s: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> Result<bool> {
    let ours = std::env::current_exe().context("where this program is")?;
    let programs = ours.parent().context("a program in a folder")?;
    match std::env::args().nth(1).as_deref() {
        None => k8s::everything::check(programs),
        Some("capacity") => k8s::everything::write_capacity(programs).map(|()| true),
        Some(other) => bail!("no argument {other:?}: capacity writes docs/capacity.md"),
    }
}
