//! Programs of the workspace that are built when they are asked for: this one stays lean.

use anyhow::Result;

use crate::tools::{self, must_run};

/// Plays a whole season; the arguments are the program's own.
pub fn season(arguments: &[String]) -> Result<()> {
    let run = [
        "run",
        "--quiet",
        "--package",
        "tests",
        "--bin",
        "season",
        "--",
    ];
    must_run(tools::cargo().args(run).args(arguments))
}

/// Measures, and writes docs/performance.md.
pub fn bench() -> Result<()> {
    let run = ["run", "--profile", "measure", "--package", "bench"];
    must_run(tools::cargo().args(run))
}
