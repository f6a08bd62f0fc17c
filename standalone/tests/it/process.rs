//! A running `irikteu`, killed when the value is dropped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub struct Process {
    child: Child,
    pub base: String,
    /// From the start of the process to its banner.
    pub ready_after: Duration,
}

impl Process {
    /// Starts on free ports over a data folder and returns when the banner is there.
    pub fn start(data_dir: &Path) -> Self {
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_irikteu"))
            .args([
                "--http-addr",
                "127.0.0.1:0",
                "--grpc-addr",
                "127.0.0.1:0",
                "--partner-addr",
                "127.0.0.1:0",
            ])
            .arg("--data-dir")
            .arg(data_dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let page = loop {
            match lines.next() {
                Some(Ok(line)) if line.contains("API page") => break line,
                Some(Ok(_)) => {}
                _ => panic!("the suite did not come up: {:?}", child.wait()),
            }
        };
        let ready_after = started.elapsed();
        // The rest of the banner must not fill the pipe.
        std::thread::spawn(move || lines.count());
        let base = page
            .split_whitespace()
            .last()
            .unwrap()
            .trim_end_matches("/docs")
            .to_owned();
        Self {
            child,
            base,
            ready_after,
        }
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; gives whether it ended well.
    pub fn terminate(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().success()
    }

    pub async fn sign_in(&self, http: &reqwest::Client, login: &str) -> String {
        let body = json!({"login": login, "password": standalone::demo::PASSWORD});
        let answer = http
            .post(format!("{}/v1/sessions", self.base))
            .json(&body)
            .send()
            .await
            .unwrap();
        let session: Value = answer.json().await.unwrap();
        session["accessToken"].as_str().unwrap().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
