//! Two scanners of malware: one of the tests that misbehaves when told to, and the real one with a
//! signature of our own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use questionnaire_svc::scan::clamd::Address;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// The test file of all scanners, in two halves: a scanner should not stumble over this source.
pub fn eicar() -> String {
    let (first, second) = (
        "X5O!P%@AP[4\\PZX54(P^)7CC)7}",
        "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    );
    format!("{first}{second}")
}

/// How the scanner answers to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// By what is in it.
    Honest,
    /// With these bytes.
    Says(&'static [u8]),
    /// Not at all, and not to a PING either.
    Silent,
    /// Not to a file with this in it: the connection ends. To others as it should.
    FallsOver(&'static str),
}

pub struct Scanner {
    folder: TempDir,
    manner: Arc<Mutex<Manner>>,
    /// Files under scan now, and the most there were at once.
    at_once: Arc<(AtomicUsize, AtomicUsize)>,
    scanned: Arc<Mutex<Vec<Vec<u8>>>>,
    serving: Option<JoinHandle<()>>,
}

impl Scanner {
    /// Not started yet.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            manner: Arc::new(Mutex::new(Manner::Honest)),
            at_once: Arc::default(),
            scanned: Arc::default(),
            serving: None,
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("clamd.ctl")
    }

    pub fn address(&self) -> Address {
        Address::Unix(self.socket())
    }

    pub fn start(&mut self) {
        let listener = UnixListener::bind(self.socket()).unwrap();
        let (manner, at_once) = (self.manner.clone(), self.at_once.clone());
        let scanned = self.scanned.clone();
        self.serving = Some(tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let manner = *manner.lock().unwrap();
                tokio::spawn(serve(line, manner, at_once.clone(), scanned.clone()));
            }
        }));
    }

    pub async fn stop(&mut self) {
        let serving = self.serving.take().unwrap();
        serving.abort();
        assert!(serving.await.unwrap_err().is_cancelled());
        std::fs::remove_file(self.socket()).unwrap();
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn most_at_once(&self) -> usize {
        self.at_once.1.load(Ordering::SeqCst)
    }

    /// The files that were sent, in the order of their ends.
    pub fn scanned(&self) -> Vec<Vec<u8>> {
        self.scanned.lock().unwrap().clone()
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

async fn serve(
    mut line: UnixStream,
    manner: Manner,
    at_once: Arc<(AtomicUsize, AtomicUsize)>,
    scanned: Arc<Mutex<Vec<Vec<u8>>>>,
) -> Option<()> {
    if manner == Manner::Silent {
        std::future::pending::<()>().await;
    }
    let mut command = Vec::new();
    while line
        .read_u8()
        .await
        .ok()
        .filter(|byte| *byte != 0)
        .map(|byte| command.push(byte))
        .is_some()
    {}
    if command == b"zPING" {
        return line.write_all(b"PONG\0").await.ok();
    }
    assert_eq!(command, b"zINSTREAM");
    let now = at_once.0.fetch_add(1, Ordering::SeqCst) + 1;
    at_once.1.fetch_max(now, Ordering::SeqCst);
    let mut file = Vec::new();
    loop {
        let length = line.read_u32().await.ok()?;
        if length == 0 {
            break;
        }
        let mut chunk = vec![0; length as usize];
        line.read_exact(&mut chunk).await.ok()?;
        file.extend(chunk);
    }
    let text = String::from_utf8_lossy(&file).into_owned();
    let has = |part: &str| text.contains(part);
    let answer: &[u8] = match manner {
        Manner::Says(answer) => answer,
        Manner::FallsOver(text) if has(text) => b"",
        _ if has(&eicar()) => b"stream: Eicar-Test-Signature FOUND\0",
        _ => b"stream: OK\0",
    };
    scanned.lock().unwrap().push(file);
    at_once.0.fetch_sub(1, Ordering::SeqCst);
    line.write_all(answer).await.ok()
}

/// The real clamd, with one signature. Ends with the test.
pub struct Clamd {
    folder: TempDir,
    server: Child,
    /// Kept open: it goes on writing.
    _log: BufReader<ChildStdout>,
}

impl Clamd {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("signatures")).unwrap();
        let signature = format!("Irikteu.Test.Eicar:0:*:{}\n", hex::encode(eicar()));
        std::fs::write(at("signatures/irikteu.ndb"), signature).unwrap();
        let config = format!(
            "Foreground yes\nLogTime no\nStreamMaxLength 25M\nDatabaseDirectory {}\nLocalSocket {}\n\
             TemporaryDirectory {}\nMaxThreads 4\nConcurrentDatabaseReload no\nSelfCheck 0\n",
            at("signatures").display(),
            at("clamd.ctl").display(),
            folder.path().display(),
        );
        std::fs::write(at("clamd.conf"), config).unwrap();
        // Debian keeps it where only root looks.
        let of_root = Path::new("/usr/sbin/clamd");
        let program = if of_root.is_file() {
            of_root
        } else {
            Path::new("clamd")
        };
        let mut server = Command::new(program)
            .arg(format!("--config-file={}", at("clamd.conf").display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("clamd is in the PATH; `cargo xtask test` installs it where it can");
        let mut log = BufReader::new(server.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("Self checking") {
            let read = log.read_line(&mut said).unwrap();
            assert!(read > 0, "clamd did not start: {said}");
        }
        Self {
            folder,
            server,
            _log: log,
        }
    }

    pub fn address(&self) -> Address {
        Address::Unix(self.folder.path().join("clamd.ctl"))
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
