//! A PostgreSQL and a Redis for one run of the tests: private, empty, gone afterwards.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::keeper::{Kept, Server};
use crate::tools;

pub const POSTGRES_URL: &str = "IRIKTEU_TEST_POSTGRES_URL";
pub const REDIS_URL: &str = "IRIKTEU_TEST_REDIS_URL";

/// A port that was free can be taken before the server binds it.
const TRIES: usize = 3;
const LOOKS_BEFORE_GIVING_UP: usize = 600;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What the tests are pointed at; ours end when this is dropped.
pub struct Servers {
    pub variables: Vec<(&'static str, String)>,
    kept: Vec<Kept>,
}

pub fn start() -> Result<Servers> {
    let mut servers = Servers {
        variables: Vec::new(),
        kept: Vec::new(),
    };
    servers.add(POSTGRES_URL, start_postgres)?;
    servers.add(REDIS_URL, start_redis)?;
    Ok(servers)
}

impl Servers {
    /// Takes the server that the variable names already, or starts one.
    fn add(
        &mut self,
        variable: &'static str,
        start: impl FnOnce() -> Result<(Kept, String)>,
    ) -> Result<()> {
        let url = match tools::variable(variable) {
            Some(url) => url,
            None => {
                let (server, url) = start()?;
                self.kept.push(server);
                url
            }
        };
        println!("{variable}={url}");
        self.variables.push((variable, url));
        Ok(())
    }
}

/// Nothing here outlives the run, so nothing is flushed to the disk; and whoever reaches the
/// loopback address may enter, because a password costs each debug-built connection 0.1 s.
fn start_postgres() -> Result<(Kept, String)> {
    let programs = tools::postgres_programs()?;
    let user = ServerUser::find()?;
    launch("postgres", || {
        let port = free_port()?;
        let folder = new_folder("postgres")?;
        let data = folder.join("data");
        let as_user = user.prefix().join(" ");
        let prepare = format!(
            "{as_user} '{}' -D '{}' -U irikteu --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync",
            programs.join("initdb").display(),
            data.display(),
        );
        let mut command = user.prefix();
        command.push(programs.join("postgres").display().to_string());
        command.extend(["-D".into(), data.display().to_string()]);
        for setting in [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".into(),
            format!("unix_socket_directories={}", folder.display()),
            "max_connections=300".into(),
            "fsync=off".into(),
            "synchronous_commit=off".into(),
            "full_page_writes=off".into(),
            "jit=off".into(),
        ] {
            command.extend(["-c".into(), setting]);
        }
        let kept = Kept::server(&Server {
            stop_signal: "QUIT",
            folder: &folder,
            owner: user.name.as_deref(),
            prepare: &prepare,
            command: &command,
        })?;
        let url = format!("postgres://irikteu@127.0.0.1:{port}/postgres");
        Ok((kept, url, Box::new(move || postgres_is_ready(&data))))
    })
}

fn start_redis() -> Result<(Kept, String)> {
    let program = tools::redis_server()?;
    let user = ServerUser::find()?;
    launch("redis", || {
        let port = free_port()?;
        let folder = new_folder("redis")?;
        let mut command = user.prefix();
        command.push(program.display().to_string());
        let options = format!("--bind 127.0.0.1 --port {port} --appendonly no --save");
        command.extend(options.split(' ').map(str::to_owned));
        command.extend([String::new(), "--dir".into(), folder.display().to_string()]);
        let kept = Kept::server(&Server {
            stop_signal: "KILL",
            folder: &folder,
            owner: user.name.as_deref(),
            prepare: "true",
            command: &command,
        })?;
        let url = format!("redis://127.0.0.1:{port}/");
        Ok((kept, url, Box::new(move || redis_is_ready(port))))
    })
}

type IsReady = Box<dyn Fn() -> bool>;

/// Starts a server until one answers.
fn launch(
    what: &str,
    start: impl Fn() -> Result<(Kept, String, IsReady)>,
) -> Result<(Kept, String)> {
    for _ in 0..TRIES {
        let (mut kept, url, is_ready) = start()?;
        if becomes_ready(&mut kept, &is_ready)? {
            return Ok((kept, url));
        }
    }
    bail!("{what} did not start in {TRIES} tries");
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process is waited for; nothing wakes us"
)]
fn becomes_ready(kept: &mut Kept, is_ready: &IsReady) -> Result<bool> {
    for _ in 0..LOOKS_BEFORE_GIVING_UP {
        if is_ready() {
            return Ok(true);
        }
        if kept.has_ended()? {
            break;
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    Ok(false)
}

/// The eighth line of its lock file is where PostgreSQL says that it takes connections.
fn postgres_is_ready(data: &Path) -> bool {
    std::fs::read_to_string(data.join("postmaster.pid")).is_ok_and(|text| {
        text.lines()
            .nth(7)
            .is_some_and(|state| state.trim() == "ready")
    })
}

fn redis_is_ready(port: u16) -> bool {
    let ping = || -> std::io::Result<[u8; 5]> {
        let mut redis = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        redis.set_read_timeout(Some(BETWEEN_LOOKS))?;
        redis.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        redis.read_exact(&mut answer)?;
        Ok(answer)
    };
    ping().is_ok_and(|answer| answer == *b"+PONG")
}

/// Who the servers run as: PostgreSQL refuses to run as root.
pub struct ServerUser {
    pub name: Option<String>,
}

impl ServerUser {
    /// # Errors
    /// If we are root and there is nobody else to be.
    pub fn find() -> Result<Self> {
        if !tools::is_root() {
            return Ok(Self { name: None });
        }
        let exists =
            |name: &&str| tools::output_of(Command::new("id").args(["-u", name])).is_some();
        let name = ["postgres", "nobody"]
            .into_iter()
            .find(exists)
            .context("we are root, and neither postgres nor nobody is a user here")?;
        Ok(Self {
            name: Some(name.to_owned()),
        })
    }

    /// The words before a command that make it run as this user.
    pub fn prefix(&self) -> Vec<String> {
        let Some(name) = &self.name else {
            return Vec::new();
        };
        let group = tools::output_of(Command::new("id").args(["-g", name])).unwrap_or_default();
        vec![
            "setpriv".into(),
            format!("--reuid={name}"),
            format!("--regid={group}"),
            "--clear-groups".into(),
        ]
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// A name under the temporary folder that nobody uses; the keeper makes and removes it.
#[expect(
    clippy::disallowed_methods,
    reason = "the clock only makes the name new"
)]
pub fn new_folder(what: &str) -> Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    Ok(std::env::temp_dir().join(format!("irikteu-{what}-{}-{now}", std::process::id())))
}
