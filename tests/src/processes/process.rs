//! One program as a process: killed, frozen, told to end, started again on the same port.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::doors::Door;
use crate::season::patience::pause;

/// Between two looks at something that nothing tells about.
pub const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// How a program is called.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    pub settings: BTreeMap<String, String>,
}

/// A program that runs, or did.
pub struct Process {
    name: String,
    address: SocketAddr,
    log: PathBuf,
    /// Its id and its start time, for who ends it when we can't.
    note: PathBuf,
    door: Door,
    /// What ends it at the end: `KILL`, or what it needs to leave nothing behind.
    last_signal: &'static str,
    call: Mutex<Call>,
    child: Mutex<Option<Child>>,
}

/// Where a fleet keeps what is known of its processes.
#[derive(Debug, Clone)]
pub struct Places {
    pub logs: PathBuf,
    pub notes: PathBuf,
}

impl Process {
    /// A program that is not started yet.
    pub fn new(name: &str, address: SocketAddr, door: Door, call: Call, places: &Places) -> Self {
        Self {
            name: name.to_owned(),
            address,
            log: places.logs.join(name).with_extension("log"),
            note: places.notes.join(name),
            door,
            last_signal: "KILL",
            call: Mutex::new(call),
            child: Mutex::default(),
        }
    }

    /// The same, ended by another signal than KILL where it ends by itself soon after.
    pub fn ended_by(mut self, signal: &'static str) -> Self {
        self.last_signal = signal;
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it wrote to its terminal, in all its lives.
    pub fn log_file(&self) -> &Path {
        &self.log
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its id while it lives.
    pub fn pid(&self) -> Option<u32> {
        self.child().as_ref().map(Child::id)
    }

    pub fn is_running(&self) -> bool {
        matches!(self.outcome(), Ok(None)) && self.child().is_some()
    }

    /// A setting for the next start.
    pub fn set(&self, name: &str, value: impl Into<String>) {
        let mut call = self.call.lock().unwrap_or_else(|e| e.into_inner());
        call.settings.insert(name.to_owned(), value.into());
    }

    /// Starts it, again on the same port with the same data.
    ///
    /// # Errors
    /// If it runs already, or can't be started.
    pub fn start(&self) -> anyhow::Result<()> {
        let mut child = self.child();
        if let Some(running) = child.as_mut()
            && running.try_wait()?.is_none()
        {
            bail!("{} runs already", self.name);
        }
        let call = self.call.lock().unwrap_or_else(|e| e.into_inner()).clone();
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.with_context(|| format!("{} can't be written", self.log.display()))?;
        let mut command = Command::new(&call.program);
        for (name, _) in std::env::vars_os() {
            // What the tests are told is not what the programs are told.
            if name
                .to_str()
                .is_some_and(|name| name.starts_with("IRIKTEU_"))
            {
                command.env_remove(name);
            }
        }
        let started = command
            .args(&call.arguments)
            .envs(&call.settings)
            // Its last lines are for what it says, not for where that came from.
            .env("RUST_LIB_BACKTRACE", "0")
            .current_dir("/")
            // A Ctrl-C in the terminal is for us; we end it.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} can't be started", call.program.display()))?;
        super::watchdog::note(&self.note, started.id())?;
        *child = Some(started);
        Ok(())
    }

    /// kill -9; returns when it is gone.
    pub fn kill(&self) {
        if let Some(child) = self.child().as_mut() {
            // An error means that it is gone already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends a signal by its name without `SIG`; nothing happens where there is nobody to get it.
    pub fn signal(&self, signal: &str) {
        let mut child = self.child();
        let Some(child) = child.as_mut() else { return };
        // A process that has ended keeps its id until it was waited for: nobody else gets it.
        if let Ok(None) = child.try_wait() {
            send(signal, child.id());
        }
    }

    /// Asks it to end; it drains first.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// It stands still from here on and answers nothing.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Waits until it has ended, and says how.
    ///
    /// # Errors
    /// If it still runs after that long.
    pub async fn ended(&self, within: Duration) -> anyhow::Result<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(status) = self.outcome()? {
                return Ok(status);
            }
            pause(BETWEEN_LOOKS).await;
        }
        bail!("{} still runs after {within:?}", self.name)
    }

    /// Waits until it answers at its door.
    ///
    /// # Errors
    /// If it ends, or does not answer in time; with the end of its log.
    pub async fn ready(&self, within: Duration) -> anyhow::Result<()> {
        let begun = Instant::now();
        let mut why = String::new();
        while begun.elapsed() < within {
            match self.door.answers(self.address).await {
                Ok(()) => return Ok(()),
                Err(error) => why = format!("{error:#}"),
            }
            if let Some(status) = self.outcome()? {
                bail!("{} ended with {status}: {}", self.name, self.last_lines());
            }
            pause(BETWEEN_LOOKS).await;
        }
        bail!(
            "{} is not ready after {within:?} ({why}): {}",
            self.name,
            self.last_lines()
        )
    }

    /// Starts it and waits until it answers.
    pub async fn restart(&self, within: Duration) -> anyhow::Result<()> {
        self.start()?;
        self.ready(within).await
    }

    /// Lets it go: from here on it lives without us.
    pub fn leave(&self) {
        drop(self.child().take());
    }

    /// The end of its log.
    pub fn last_lines(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    fn outcome(&self) -> anyhow::Result<Option<ExitStatus>> {
        match self.child().as_mut() {
            Some(child) => Ok(child.try_wait()?),
            None => Ok(None),
        }
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.last_signal != "KILL" && self.is_running() {
            self.thaw();
            self.signal(self.last_signal);
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(5) && self.is_running() {
                std::thread::park_timeout(BETWEEN_LOOKS);
            }
        }
        self.kill();
    }
}

/// The shell's own `kill`: sending signals is not safe Rust.
pub fn send(signal: &str, pid: u32) {
    let _ = Command::new("kill")
        .args([format!("-{signal}"), pid.to_string()])
        .stderr(Stdio::null())
        .status();
}
