//! `cargo xtask k8s`, which builds the programs before and starts this beside them.

#![expect(
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

use std::process::ExitCode;

use anyhow::{Context, Result};

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
    k8s::everything::check(ours.parent().context("a program in a folder")?)
}
