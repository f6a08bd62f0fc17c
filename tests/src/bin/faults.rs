//! `cargo xtask faults`: one run of the fault harness, told as a table. It ends with an error if
//! something is broken, or, with a planted bug, if nothing is.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use tests::faults::embedded;
use tests::faults::many::{self, Many};
use tests::faults::planted::Bug;
use tests::faults::report::Report;
use tests::faults::worker::Retries;

/// Hurts a suite of real processes while people use it, and holds it against what it acknowledged.
#[derive(Debug, Parser)]
#[command(name = "faults")]
struct Arguments {
    /// The same seed is the same schedule.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many faults, one after another; on SQLite each is a kill -9.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    faults: u32,

    #[arg(long, value_enum, default_value_t = Engine::Postgres)]
    engine: Engine,

    /// A bug to plant: then the run has to find something.
    #[arg(long, value_enum)]
    planted: Option<Bug>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// `irikteu`, one process on SQLite.
    Sqlite,
    /// Two instances of each service, PostgreSQL and Redis.
    Postgres,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let run = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")
        .and_then(|runtime| runtime.block_on(run(&arguments)));
    match run {
        Ok(report) => {
            println!("{}", report.text());
            match arguments.planted {
                None if report.holds() => return ExitCode::SUCCESS,
                None => eprintln!("not everything holds"),
                Some(_) if !report.rules_hold() => return ExitCode::SUCCESS,
                Some(_) => eprintln!("no rule noticed the bug"),
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the run broke off: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<Report> {
    let (seed, faults) = (arguments.seed, usize::try_from(arguments.faults)?);
    match (arguments.engine, arguments.planted) {
        (Engine::Postgres, None) => {
            let wanted = many::Wanted {
                seed,
                faults,
                seasons: true,
            };
            Many::start().await?.run(wanted).await
        }
        (Engine::Postgres, Some(bug)) => Many::start().await?.run_planted(bug, seed).await,
        (Engine::Sqlite, planted) => {
            let retries = match planted {
                None => Retries::UnderTheSameKey,
                Some(Bug::RetryWithoutIdempotency) => Retries::UnderNewKeys,
                Some(bug) => anyhow::bail!("{bug:?} can be planted on PostgreSQL only"),
            };
            embedded::run(embedded::Wanted {
                seed,
                kills: faults,
                retries,
                // A planted bug is in the workers; seasons have none.
                seasons: planted.is_none(),
            })
            .await
        }
    }
}
