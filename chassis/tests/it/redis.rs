//! A Redis of one's own, that a test may flush, kill and start again.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use chassis::clock::Clock;
use chassis::ids::Ids;
use chassis::stream::Stream;
use tempfile::TempDir;

pub struct Redis {
    server: Child,
    /// Kept open: it goes on writing.
    log: BufReader<ChildStdout>,
    port: u16,
    folder: TempDir,
}

impl Redis {
    pub fn start() -> Self {
        // The port that the kernel chose may be taken before Redis has it: then another.
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let (server, log) = launch(port, &folder);
            let mut redis = Self {
                server,
                log,
                port,
                folder,
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

    pub fn stream(&self) -> Stream {
        Stream::new(&self.url(), Ids::random(Clock::machine())).unwrap()
    }

    /// Everything in it is gone.
    pub async fn flush(&self) {
        let _: String = self.call(redis::cmd("FLUSHALL").to_owned()).await.unwrap();
    }

    pub fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// On the same port, with nothing in it.
    pub fn start_again(&mut self) {
        (self.server, self.log) = launch(self.port, &self.folder);
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

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn launch(port: u16, folder: &TempDir) -> (Child, BufReader<ChildStdout>) {
    let mut server = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--appendonly", "no", "--save", "", "--dir"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is in the PATH; `cargo xtask test` installs it where it can");
    let log = server.stdout.take().unwrap();
    (server, BufReader::new(log))
}
