//! The page that is written: a table of ratios, with what they were measured on.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use chassis::clock::Clock;

use crate::machine;

/// One line of the table.
pub struct Row {
    what: String,
    against: String,
    found: String,
    goal: String,
    is_met: Option<bool>,
    detail: String,
}

impl Row {
    pub fn at_least(what: &str, against: &str, ratio: f64, goal: f64, detail: String) -> Self {
        Self {
            what: what.to_owned(),
            against: against.to_owned(),
            found: format!("{ratio:.2}"),
            goal: format!("≥ {goal}"),
            is_met: Some(ratio >= goal),
            detail,
        }
    }

    pub fn below(what: &str, against: &str, ratio: f64, goal: f64, detail: String) -> Self {
        Self {
            what: what.to_owned(),
            against: against.to_owned(),
            found: format!("{ratio:.2}"),
            goal: format!("< {goal}"),
            is_met: Some(ratio < goal),
            detail,
        }
    }

    pub fn unmeasured(what: &str, why: &str) -> Self {
        Self {
            what: what.to_owned(),
            against: "–".to_owned(),
            found: "not measured".to_owned(),
            goal: "–".to_owned(),
            is_met: None,
            detail: why.to_owned(),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = match self.is_met {
            Some(true) => "yes",
            Some(false) => "no",
            None => "–",
        };
        let Self {
            what,
            against,
            found,
            goal,
            detail,
            ..
        } = self;
        write!(
            f,
            "| {what} | {against} | {found} | {goal} | {met} | {detail} |"
        )
    }
}

pub fn page(rows: &[Row], others: f64) -> Result<String> {
    let commit = Command::new("git")
        .args(["describe", "--always", "--dirty"])
        .current_dir(root())
        .output()
        .context("cannot start git")?;
    let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
    let day = chassis::clock::astana_date(Clock::machine().now());
    let verdict = if others > machine::MOST_OF_OTHERS {
        "**Void**: a run counts when others took 15 % at most."
    } else {
        "The run counts: others may take 15 %."
    };
    let table: String = rows.iter().map(|row| format!("{row}\n")).collect();
    Ok(format!(
        "# Performance

Ratios of two things that are done in turn in one run (A B A B …), medians of five turns after one that
warms up. Callers, the suite and its database share the cores; databases are SQLite files. Written by
`cargo xtask bench`, which builds with the profile `measure`: as a release, but without link-time
optimisation.

| what | against | found | goal | met | in figures |
|---|---|---|---|---|---|
{table}
Measured on {machine}, {day}, at commit {commit}. Other programs took {others:.0} % of the CPU. {verdict}
",
        machine = machine::name(),
        others = others * 100.0,
    ))
}

pub fn write(page: &str) -> Result<()> {
    let file = root().join("docs/performance.md");
    std::fs::write(&file, page).with_context(|| format!("cannot write {}", file.display()))
}

fn root() -> &'static Path {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().unwrap_or(bench)
}
