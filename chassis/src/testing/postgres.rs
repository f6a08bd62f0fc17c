//! A PostgreSQL of one's own, that a test may stop at once, freeze and start again.

#![expect(clippy::panic, reason = "a test says no by panicking")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use super::signal::{children, free_port, send};

/// A machine that is busy with other tests takes long to start one.
const STARTING: Duration = Duration::from_secs(120);

pub struct Postgres {
    server: Child,
    port: u16,
    folder: TempDir,
    settings: Vec<String>,
}

impl Postgres {
    pub fn start() -> Self {
        Self::start_with(&[], |_| ())
    }

    /// With settings (`name=value`), after `prepare` was done with its data folder.
    pub fn start_with(settings: &[&str], prepare: impl Fn(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        own(folder.path());
        let data = folder.path().join("data");
        let made = as_server("initdb")
            .arg("-D")
            .arg(&data)
            .args(["-U", "irikteu", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync"])
            .stdout(Stdio::null())
            .status();
        assert!(made.is_ok_and(|it| it.success()), "initdb failed");
        prepare(&data);
        let settings: Vec<String> = settings.iter().map(|it| (*it).to_owned()).collect();
        // The port that the kernel chose may be taken before PostgreSQL has it: then another.
        for _ in 0..10 {
            let port = free_port();
            if let Some(server) = launch(port, &folder, &settings) {
                return Self {
                    server,
                    port,
                    folder,
                    settings,
                };
            }
        }
        panic!("postgres did not start");
    }

    pub fn url(&self) -> String {
        self.url_as("irikteu")
    }

    pub fn url_as(&self, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/postgres", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// As after a crash: nobody is waited for.
    pub fn stop_at_once(&mut self) {
        send("QUIT", self.server.id());
        self.server.wait().expect("it ends");
    }

    /// With what it had; returns when it takes connections.
    pub fn start_again(&mut self) {
        let server = launch(self.port, &self.folder, &self.settings);
        self.server = server.expect("postgres starts again");
    }

    /// It and everything of it stand still; connections stay open.
    pub fn freeze(&self) {
        self.all("STOP");
    }

    pub fn thaw(&self) {
        self.all("CONT");
    }

    /// No file of its grows beyond so many bytes, as if the disk ended there; `None` is a disk with
    /// room. Lower than a segment of its log, 16 MiB, and it crashes.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let soft = bytes.map_or_else(|| "unlimited".to_owned(), |it| it.to_string());
        let server = self.server.id();
        let limit = format!("--fsize={soft}:");
        // The server first: a child that it makes meanwhile has its limit.
        for process in std::iter::once(server).chain(children(server)) {
            let done = by_its_user(Path::new("prlimit"))
                .args(["--pid", &process.to_string(), &limit])
                .stderr(Stdio::null())
                .status();
            // A child that ends meanwhile needs no limit.
            let is_done = done.is_ok_and(|it| it.success());
            assert!(is_done || process != server, "prlimit had no effect");
        }
    }

    fn all(&self, signal: &str) {
        let server = self.server.id();
        send(signal, server);
        for child in children(server) {
            // One that ends meanwhile needs no signal.
            let _ = Command::new("kill")
                .args(["-s", signal, &child.to_string()])
                .stderr(Stdio::null())
                .status();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if matches!(self.server.try_wait(), Ok(None)) {
            self.thaw();
            send("QUIT", self.server.id());
        }
        let _ = self.server.wait();
    }
}

/// `None` when it ended instead of taking connections.
fn launch(port: u16, folder: &TempDir, settings: &[String]) -> Option<Child> {
    let mut command = as_server("postgres");
    command.arg("-D").arg(folder.path().join("data"));
    let sockets = format!("unix_socket_directories={}", folder.path().display());
    for setting in [
        &format!("port={port}"),
        "listen_addresses=127.0.0.1",
        sockets.as_str(),
        "fsync=off",
        "jit=off",
    ] {
        command.args(["-c", setting]);
    }
    for setting in settings {
        command.args(["-c", setting]);
    }
    let mut server = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("postgres can be started");
    if is_ready(&mut server) {
        return Some(server);
    }
    let _ = server.kill();
    let _ = server.wait();
    None
}

/// Reads its log to the end, in a thread of its own: it must never wait for us.
fn is_ready(server: &mut Child) -> bool {
    let log = server.stderr.take().expect("its log is piped");
    let (tell, ready) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                // Nobody may be there to hear it any more.
                let _ = tell.send(());
            }
        }
    });
    let ready: Receiver<()> = ready;
    ready.recv_timeout(STARTING).is_ok()
}

/// A program of PostgreSQL's, by a user that it does not refuse: it never runs as root.
fn as_server(program: &str) -> Command {
    let program = folders()
        .into_iter()
        .map(|folder| folder.join(program))
        .find(|it| it.is_file())
        .expect("PostgreSQL's server is installed; `cargo xtask test` does it where it can");
    by_its_user(&program)
}

fn by_its_user(program: &Path) -> Command {
    let Some(user) = user() else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={user}"))
        .arg(format!("--regid={user}"))
        .arg("--clear-groups")
        .arg(program)
        .current_dir("/");
    command
}

/// Gives the folder to the user that the server runs as.
pub fn own(path: &Path) {
    if let Some(user) = user() {
        std::os::unix::fs::chown(path, Some(user), Some(user)).expect("a folder of its own");
    }
}

/// `None` where we are not root, and so are whom the server runs as.
fn user() -> Option<u32> {
    let id = |args: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(args).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = ["postgres", "nobody"].into_iter();
    let user = user.filter_map(|name| id(&["-u", name])).next();
    Some(user.expect("we are root, and neither postgres nor nobody is a user here"))
}

/// Where the server's programs may be, the newest version of Debian's first.
fn folders() -> Vec<PathBuf> {
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|it| it.path().join("bin"))
        .collect();
    debian.sort();
    debian.reverse();
    let others = ["/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin"];
    debian.extend(others.map(PathBuf::from));
    debian
}
