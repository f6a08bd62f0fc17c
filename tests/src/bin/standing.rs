//! `cargo xtask up` and `cargo xtask down`: the suite as many processes, which stay.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tests::processes::standing::{FOLDER, down, up};

/// Starts and ends the suite as it runs on many machines.
#[derive(Debug, Parser)]
enum Command {
    /// Starts PostgreSQL, Redis, two of each service and the gateway, and leaves them running.
    Up {
        /// Where data, keys, certificates and logs are kept.
        #[arg(long, default_value = FOLDER)]
        folder: PathBuf,

        /// The loopback address of the doors: HTTP at 8080, kept mail at 8025, partners at 8443.
        #[arg(long, default_value = "127.0.0.1")]
        address: IpAddr,
    },
    /// Ends exactly those again. The data stay.
    Down {
        /// What was given to `up`.
        #[arg(long, default_value = FOLDER)]
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let command = Command::parse();
    let done = tokio::runtime::Runtime::new()
        .context("no runtime")
        .and_then(|runtime| runtime.block_on(run(command)));
    match done {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<String> {
    match command {
        Command::Up { folder, address } => up(&folder, address).await,
        Command::Down { folder } => {
            let ended = down(&folder).await?;
            Ok(format!("{ended} programs were ended"))
        }
    }
}
