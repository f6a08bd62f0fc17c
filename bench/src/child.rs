//! What is measured runs in a process of its own, so that its CPU and memory are its own too. It says
//! where it listens in one line of JSON and ends when its input does.

use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child as Process, Command};

pub struct Child {
    process: Process,
    /// What it said of itself.
    pub said: Value,
}

impl Child {
    pub async fn start(what: &str) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", what])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start another of us")?;
        let output = process.stdout.take().context("the output is piped")?;
        let mut lines = BufReader::new(output).lines();
        let line = lines.next_line().await?;
        let line = line.context("it ended before it was ready")?;
        Ok(Self {
            process,
            said: serde_json::from_str(&line)?,
        })
    }

    pub fn text(&self, name: &str) -> Result<&str> {
        let said = self.said[name].as_str();
        said.with_context(|| format!("it did not say its {name}"))
    }

    pub fn pid(&self) -> Result<u32> {
        self.process.id().context("it has ended")
    }

    /// Ends it, and waits, so that its CPU is counted as ours.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.process.stdin.take());
        self.process.wait().await?;
        Ok(())
    }
}
