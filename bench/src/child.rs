//! What is measured runs in a process of its own, so that its CPU and memory are its own too. It says
//! where it listens in one line of JSON and ends when its input does.

use std::io::{BufRead, BufReader, Read, stdin};
use std::process::{Child as Process, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::task::spawn_blocking;

pub struct Child {
    process: Process,
    /// What it said of itself.
    pub said: Value,
}

impl Child {
    pub async fn start(what: &str) -> Result<Self> {
        Self::start_with(what, &Value::Null).await
    }

    /// With what it needs to know.
    pub async fn start_with(what: &str, told: &Value) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", what, &told.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start another of us")?;
        let output = process.stdout.take().context("the output is piped")?;
        let line = spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map(|_| line)
        });
        let line = line.await??;
        let said = serde_json::from_str(&line).context("it ended before it was ready")?;
        Ok(Self { process, said })
    }

    pub fn text(&self, name: &str) -> Result<&str> {
        let said = self.said[name].as_str();
        said.with_context(|| format!("it did not say its {name}"))
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Child {
    /// Ends it by ending its input, and waits, so that its CPU is counted as ours.
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        if let Err(error) = self.process.wait() {
            eprintln!("what was measured did not end: {error}");
        }
    }
}

/// The other side: returns when whoever started us lets go of our input.
pub async fn let_go() -> Result<()> {
    spawn_blocking(|| stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}
