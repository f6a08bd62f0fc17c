//! `cargo xtask rest-fuzz`: schemathesis against a suite of its own, as each sort of caller.

#![expect(clippy::print_stderr, reason = "a program talks to a terminal")]

use std::process::{Command, ExitCode};

use anyhow::Context;
use clap::Parser;
use tests::Town;

/// Streams that stay open until somebody leaves, and bodies that are no JSON.
const LEFT_OUT: &str = r"/(watch|watchSeats|stream|content)$";

/// What is held of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// Whom the demonstration has for each role.
const CALLERS: [(&str, Option<&str>); 5] = [
    ("stranger", None),
    ("applicant", Some("applicant@demo.irikteu.kz")),
    ("expert", Some("expert@demo.irikteu.kz")),
    ("campaign manager", Some("manager@demo.irikteu.kz")),
    ("exam desk", Some("examdesk@demo.irikteu.kz")),
];

#[derive(Parser)]
struct Arguments {
    /// The program to run.
    #[arg(long)]
    schemathesis: std::path::PathBuf,

    /// Requests that are made up for each operation.
    #[arg(long, default_value_t = 20)]
    examples: u32,

    /// The same seed makes up the same requests.
    #[arg(long, default_value_t = 20_260_601)]
    seed: u64,

    /// Only this caller, by its name here.
    #[arg(long)]
    caller: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    // Its clock stands still: no session ends on the way.
    let town = Town::at_ten_on_the_first_of_june().await;
    let mut broken = Vec::new();
    for (name, email) in CALLERS {
        if arguments.caller.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let token = match email {
            Some(email) => town.staff(email).await.token().map(str::to_owned),
            None => None,
        };
        eprintln!("== as {name}");
        let url = format!("http://{}/openapi.json", town.suite.http);
        let mut run = command(&arguments, &url, token.as_deref());
        let ended = tokio::task::spawn_blocking(move || run.status()).await?;
        if !ended.context("schemathesis did not start")?.success() {
            broken.push(name);
        }
    }
    town.close().await;
    if broken.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("something broke as: {}", broken.join(", "));
    Ok(ExitCode::FAILURE)
}

fn command(arguments: &Arguments, url: &str, token: Option<&str>) -> Command {
    let mut run = Command::new(&arguments.schemathesis);
    run.args(["run", url, "--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", &arguments.examples.to_string()])
        .args(["--seed", &arguments.seed.to_string()])
        .args(["--checks", CHECKS, "--exclude-path-regex", LEFT_OUT])
        .args(["--request-timeout", "20", "--continue-on-failure"])
        .args(["--warnings", "off", "--generation-database", "none"])
        // The session is ours to give; who has none is another caller.
        .args(["--generation-with-security-parameters", "false"]);
    if let Some(token) = token {
        run.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    run
}
