//! A Redis of one's own, that a test may flush, kill and start again.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chassis::clock::Clock;
use chassis::ids::Ids;
use chassis::stream::Stream;
use tempfile::TempDir;

pub struct Redis {
    server: Child,
    port: u16,
    folder: TempDir,
}

impl Redis {
    pub async fn start() -> Self {
        // The port that the kernel chose may be taken before Redis has it: then another.
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let server = launch(port, &folder);
            let mut redis = Self {
                server,
                port,
                folder,
            };
            if redis.is_up().await {
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
    pub async fn start_again(&mut self) {
        self.server = launch(self.port, &self.folder);
        assert!(self.is_up().await, "redis-server did not start again");
    }

    pub async fn call<T: redis::FromRedisValue>(
        &self,
        command: redis::Cmd,
    ) -> redis::RedisResult<T> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        command.query_async(&mut connection).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "another process is waited for; nothing wakes us"
    )]
    async fn is_up(&mut self) -> bool {
        for _ in 0..200 {
            let answer: redis::RedisResult<String> = self.call(redis::cmd("PING")).await;
            if answer.is_ok() {
                return true;
            }
            if self.server.try_wait().unwrap().is_some() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn launch(port: u16, folder: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--appendonly", "no", "--save", "", "--dir"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is in the PATH; `cargo xtask test` installs it where it can")
}
