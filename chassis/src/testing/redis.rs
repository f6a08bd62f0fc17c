//! A Redis of one's own, that a test may flush, freeze, kill and start again.

#![expect(clippy::panic, reason = "a test says no by panicking")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use super::signal::{free_port, send};
use crate::clock::Clock;
use crate::ids::Ids;
use crate::link::RedisPlace;
use crate::stream::Stream;

pub struct Redis {
    server: Child,
    /// Kept open: it goes on writing.
    log: BufReader<ChildStdout>,
    port: u16,
    folder: TempDir,
    /// What is added to its command line.
    options: Vec<String>,
}

impl Redis {
    pub fn start() -> Self {
        Self::start_with(|_, _| Vec::new())
    }

    /// With options that may depend on its port and folder.
    pub fn start_with(options: impl Fn(u16, &Path) -> Vec<String>) -> Self {
        // The port that the kernel chose may be taken before Redis has it: then another.
        for _ in 0..10 {
            let folder = tempfile::tempdir().expect("a folder");
            let port = free_port();
            let options = options(port, folder.path());
            let (server, log) = launch(port, &folder, &options);
            let mut redis = Self {
                server,
                log,
                port,
                folder,
                options,
            };
            if redis.is_up() {
                return redis;
            }
        }
        panic!("redis-server did not start");
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn place(&self) -> RedisPlace {
        RedisPlace::new(&self.url()).expect("a URL")
    }

    pub fn stream(&self) -> Stream {
        Stream::new(&self.url(), Ids::random(Clock::machine())).expect("a stream")
    }

    /// Everything in it is gone.
    pub async fn flush(&self) {
        let flush = redis::cmd("FLUSHALL").to_owned();
        let _: String = self.call(flush).await.expect("flushed");
    }

    pub fn kill(&mut self) {
        self.server.kill().expect("killed");
        self.server.wait().expect("gone");
    }

    /// It keeps its connections and answers nothing.
    pub fn freeze(&self) {
        send("STOP", self.server.id());
    }

    pub fn thaw(&self) {
        send("CONT", self.server.id());
    }

    /// On the same port, with nothing in it.
    pub fn start_again(&mut self) {
        (self.server, self.log) = launch(self.port, &self.folder, &self.options);
        assert!(self.is_up(), "redis-server did not start again");
    }

    pub async fn call<T: redis::FromRedisValue>(
        &self,
        command: redis::Cmd,
    ) -> redis::RedisResult<T> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        command.query_async(&mut connection).await
    }

    /// Reads its log until it says so; false when it ended instead.
    fn is_up(&mut self) -> bool {
        let mut line = String::new();
        loop {
            line.clear();
            match self.log.read_line(&mut line) {
                Ok(0) | Err(_) => return false,
                Ok(_) if line.contains("Ready to accept connections") => return true,
                Ok(_) => {}
            }
        }
    }
}

/// A command to [`Redis::call`], for crates that don't know its library.
pub fn command(name: &str) -> redis::Cmd {
    redis::cmd(name)
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended already; a frozen one ends too.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn launch(port: u16, folder: &TempDir, options: &[String]) -> (Child, BufReader<ChildStdout>) {
    let mut server = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--appendonly", "no", "--save", "", "--dir"])
        .arg(folder.path())
        .args(options)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is in the PATH; `cargo xtask test` installs it where it can");
    let log = server.stdout.take().expect("its output is piped");
    (server, BufReader::new(log))
}
