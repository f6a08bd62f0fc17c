//! Programs of the workspace that are built when they are asked for: this one stays lean.

use std::process::Command;

use anyhow::{Context, Result};

use xtask::tools::{self, must_run};

/// Plays a whole season; the arguments are the program's own.
pub fn season(arguments: &[String]) -> Result<()> {
    run_of_tests("season", arguments)
}

/// Hurts a suite of real processes; the arguments are the program's own.
pub fn faults(arguments: &[String]) -> Result<()> {
    must_run(among_all_programs("faults")?.args(arguments))
}

/// Tries the rules of the partners' contract; the arguments are the program's own.
pub fn conformance(arguments: &[String]) -> Result<()> {
    run_of_tests("conformance", arguments)
}

fn run_of_tests(program: &str, arguments: &[String]) -> Result<()> {
    run_of("tests", program, arguments)
}

fn run_of(package: &str, program: &str, arguments: &[String]) -> Result<()> {
    let run = ["run", "--quiet", "--package", package, "--bin", program];
    must_run(tools::cargo().args(run).arg("--").args(arguments))
}

/// Starts the suite as many processes, or ends it. All programs are built at once and as the tests
/// build them, so that nothing is built twice; this one lies among them.
pub fn standing(arguments: &[String]) -> Result<()> {
    must_run(among_all_programs("standing")?.args(arguments))
}

/// Holds the manifests against the programs.
pub fn k8s() -> Result<()> {
    must_run(&mut among_all_programs("k8s")?)
}

pub(crate) fn among_all_programs(name: &str) -> Result<Command> {
    let build = ["build", "--workspace", "--bins", "--test", "tidy"];
    must_run(tools::cargo().args(build))?;
    let ours = std::env::current_exe().context("where this program is")?;
    let mut program = Command::new(ours.with_file_name(name));
    program.current_dir(tools::workspace());
    Ok(program)
}

/// Makes up requests from the OpenAPI document; the arguments are the program's own.
pub fn rest_fuzz(arguments: &[String]) -> Result<()> {
    let schemathesis = tools::schemathesis()?;
    let run = [
        "run",
        "--quiet",
        "--package",
        "tests",
        "--bin",
        "rest-fuzz",
        "--",
        "--schemathesis",
    ];
    must_run(tools::cargo().args(run).arg(schemathesis).args(arguments))
}

/// Places people from tables; the arguments are the program's own.
pub fn allocate(arguments: &[String]) -> Result<()> {
    run_of("testing-svc", "allocate", arguments)
}

/// Follows an exported log; the arguments are the program's own.
pub fn verify_log(arguments: &[String]) -> Result<()> {
    run_of("identity-svc", "verify-log", arguments)
}

/// Measures, and writes docs/performance.md; the options are the program's own.
pub fn bench(options: &[String]) -> Result<()> {
    // Its pgbench comes with the server.
    tools::postgres_programs()?;
    let run = ["run", "--release", "--package", "bench", "--"];
    must_run(tools::cargo().args(run).args(options))
}
