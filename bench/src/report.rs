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

/// What a reader has to know to believe the table.
const HOW: &str = "\
- Numbered rows on PostgreSQL (1, 2, 4, 5, 6, 11, 13) have it beside them with fsync and synchronous commit; the
  others use SQLite or no database. Both sides leave what they must have left, or the row is not given.
- Rows 1, 2, 5 and 6: HTTP/1.1 with JSON to the gateway, gRPC over mutual TLS to the service, PostgreSQL. Row 4:
  gRPC over mutual TLS as a partner calls. In rows 1 and 2 every call is another person's first, so each costs
  the exchange of a session, too. Sessions are exchanged by a stand-in for identity-svc that signs as it does
  and looks nobody up. No relay empties the outbox, on either side.
- pgbench has nothing between itself and the database: no HTTP, no rules, no second process.
- Row 11 counts no pages that are written to the log as a whole after a checkpoint: how many there are
  depends on the time between checkpoints.
- The hop is held against bare gRPC to the same service. Envoy's transcoder and grpc-gateway could not be
  had where this was measured.";

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
warms up. Callers, the suite and its database share the cores. Written by `cargo xtask bench`, which builds
what is released.

{HOW}

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
