//! `cargo xtask test`: the tests, on both engines, with servers of their own.

use std::io::{BufRead, BufReader, Write};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::arguments::{Engines, Selection};
use crate::tally::{self, Tally};
use xtask::keeper::Kept;
use xtask::{servers, tools};

/// The crates whose tests touch a database, and so mean something else on each engine.
const KEEP_DATA: [&str; 6] = [
    "chassis",
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
    "tests",
];

/// Which engine a test binary opens its databases on; tests read it, sqlite if it is unset.
const ENGINE: &str = "IRIKTEU_TEST_ENGINE";

pub fn run(selection: &Selection) -> Result<()> {
    // Its tests start it themselves.
    tools::clamd()?;
    let servers = servers::start()?;
    let mut total = Tally::default();
    let mut failed = Vec::new();
    let mut content = true;
    for (engine, packages) in rounds(selection) {
        println!("\n== tests on {engine}");
        let mut cargo = tools::cargo();
        cargo.args(["test", "--no-fail-fast"]).args(&packages);
        if !selection.filters.is_empty() {
            cargo.arg("--").args(&selection.filters);
        }
        cargo
            .env(ENGINE, engine)
            .envs(servers.variables.iter().map(|(name, url)| (name, url)));
        let round = run_counting(&cargo, &mut std::io::stdout())?;
        total += round.tally;
        content &= round.is_content;
        let on_engine = round
            .failed
            .iter()
            .map(|name| format!("{name} on {engine}"));
        failed.extend(on_engine);
        if !round.is_content && round.tally == Tally::default() {
            bail!("the tests could not be built");
        }
    }
    drop(servers);
    println!("\n{total}");
    for name in &failed {
        println!("failed: {name}");
    }
    if !content || total.failed > 0 {
        bail!("some tests failed");
    }
    if total.ran() == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// Each engine with the words that choose the crates for it.
fn rounds(selection: &Selection) -> Vec<(&'static str, Vec<String>)> {
    let mut rounds = Vec::new();
    if selection.engines != Engines::Postgres {
        let chosen = match &selection.packages[..] {
            [] => vec!["--workspace".to_owned()],
            packages => choose(packages.iter().map(String::as_str)),
        };
        rounds.push(("sqlite", chosen));
    }
    if selection.engines != Engines::Sqlite {
        let chosen = choose(KEEP_DATA.into_iter().filter(|name| {
            selection.packages.is_empty() || selection.packages.iter().any(|asked| asked == name)
        }));
        if chosen.is_empty() {
            println!("none of the crates asked for keeps data: nothing to run on postgres");
        } else {
            rounds.push(("postgres", chosen));
        }
    }
    rounds
}

fn choose<'a>(packages: impl Iterator<Item = &'a str>) -> Vec<String> {
    packages
        .map(|package| format!("--package={package}"))
        .collect()
}

/// What came of the tests on one engine.
struct Round {
    tally: Tally,
    /// Their names, so that they stand at the end of an output of which only the end is kept.
    failed: Vec<String>,
    is_content: bool,
}

/// Shows the output line by line as it comes, adds up the closing lines and notes who failed.
fn run_counting(command: &Command, shown: &mut impl Write) -> Result<Round> {
    let mut running = Kept::piped(command)?;
    let output = running.take_output().context("the output is piped")?;
    let mut output = BufReader::new(output);
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    let mut bytes = Vec::new();
    while output.read_until(b'\n', &mut bytes)? > 0 {
        shown.write_all(&bytes)?;
        shown.flush()?;
        let line = String::from_utf8_lossy(&bytes);
        if let Some(closing) = Tally::from_line(&line) {
            tally += closing;
        }
        failed.extend(tally::failed(&line).map(str::to_owned));
        bytes.clear();
    }
    Ok(Round {
        tally,
        failed,
        is_content: running.wait()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_workspace_runs_on_sqlite_and_what_keeps_data_on_postgres_too() {
        let rounds = rounds(&Selection::default());
        assert_eq!(rounds[0], ("sqlite", vec!["--workspace".to_owned()]));
        assert_eq!(rounds[1].0, "postgres");
        assert_eq!(rounds[1].1.len(), KEEP_DATA.len());
    }

    #[test]
    fn a_crate_without_data_does_not_run_on_postgres() {
        let selection = Selection {
            packages: vec!["gateway".into()],
            ..Selection::default()
        };
        let rounds = rounds(&selection);
        assert_eq!(rounds, [("sqlite", vec!["--package=gateway".to_owned()])]);
    }

    #[test]
    fn output_is_counted_and_failure_noticed() {
        let mut command = Command::new("sh");
        let says = "echo 'test it::breaks ... FAILED'; echo 'test it::holds ... ok';
            echo 'test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured'; exit 1";
        command.args(["-c", says]);
        let mut shown = Vec::new();
        let round = run_counting(&command, &mut shown).unwrap();
        let counted = Tally {
            passed: 2,
            failed: 1,
            skipped: 0,
        };
        assert_eq!(round.tally, counted);
        assert_eq!(round.failed, ["it::breaks"]);
        assert!(!round.is_content);
        assert!(shown.starts_with(b"test it::breaks"));
    }
}
