//! `cargo xtask test`: the tests, on both engines, with servers of their own.

use std::io::{BufRead, BufReader, Write};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::arguments::{Engines, Selection};
use crate::tally::Tally;
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
        let (tally, was_content) = run_counting(&cargo, &mut std::io::stdout())?;
        total += tally;
        content &= was_content;
        if !was_content && tally == Tally::default() {
            bail!("the tests could not be built");
        }
    }
    drop(servers);
    println!("\n{total}");
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

/// Shows the output line by line as it comes and adds up the closing lines.
fn run_counting(command: &Command, shown: &mut impl Write) -> Result<(Tally, bool)> {
    let mut running = Kept::piped(command)?;
    let output = running.take_output().context("the output is piped")?;
    let mut output = BufReader::new(output);
    let mut total = Tally::default();
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        shown.write_all(&line)?;
        shown.flush()?;
        if let Some(tally) = Tally::from_line(&String::from_utf8_lossy(&line)) {
            total += tally;
        }
        line.clear();
    }
    Ok((total, running.wait()?))
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
        let says = "echo 'test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured'; exit 1";
        command.args(["-c", says]);
        let mut shown = Vec::new();
        let (tally, content) = run_counting(&command, &mut shown).unwrap();
        assert_eq!(
            tally,
            Tally {
                passed: 2,
                failed: 1,
                skipped: 0
            }
        );
        assert!(!content);
        assert!(shown.starts_with(b"test result"));
    }
}
