//! Finding the programs we need, and installing those that are missing.

pub mod images;
pub mod kubernetes;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

const CARGO_DENY: &str = "0.20.2";
const BUF: &str = "1.75.0";
const SCHEMATHESIS: &str = "4.32.5";

/// Stops Debian's packages from starting the servers they bring: ours are private ones.
/// A policy of the machine's own is left alone.
const APT_INSTALL: &str = r#"
set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    trap 'exit 1' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
fi
apt-get update --quiet
apt-get install --quiet --yes --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
"#;

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Cargo in the workspace, as if it had been called without us: `cargo run` leaves variables
/// behind that some build scripts watch, and a difference would build their crates again.
pub fn cargo() -> Command {
    let mut cargo = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace());
    for (name, _) in env::vars_os() {
        let ours = name.to_str().is_some_and(|name| {
            [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
            ]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        });
        if ours {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// A variable of the environment that is set to something.
#[expect(
    clippy::disallowed_methods,
    reason = "a tool has no config; every variable it reads passes here"
)]
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

pub fn is_root() -> bool {
    output_of(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

/// What a command prints on one line when it succeeds.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Runs a command with our terminal; not content is an error.
pub fn must_run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// The folder of PostgreSQL's server programs.
pub fn postgres_programs() -> Result<PathBuf> {
    let find = || {
        let mut folders = path_folders();
        if let Some(folder) = output_of(Command::new("pg_config").arg("--bindir")) {
            folders.push(folder.into());
        }
        folders.push("/usr/local/bin".into());
        folders.push("/usr/local/pgsql/bin".into());
        folders.extend(debian_postgres_folders());
        folders
            .into_iter()
            .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
    };
    find_or_install(
        "PostgreSQL's server (initdb and postgres)",
        "postgresql",
        find,
    )
}

/// `/usr/lib/postgresql/<version>/bin`, the newest first.
fn debian_postgres_folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

pub fn redis_server() -> Result<PathBuf> {
    let find = || in_path("redis-server").or_else(|| in_path("valkey-server"));
    find_or_install("redis-server", "redis-server", find)
}

/// ClamAV's daemon, which the tests start with a signature of their own: nothing is downloaded but
/// the program, some 8 MB.
pub fn clamd() -> Result<PathBuf> {
    // Debian keeps it where only root looks.
    let of_root = || Some(PathBuf::from("/usr/sbin/clamd")).filter(|path| path.is_file());
    find_or_install("clamd", "clamav-daemon", || {
        in_path("clamd").or_else(of_root)
    })
}

/// buf, the linter of the contract: a compiled program that npm brings whole.
pub fn buf() -> Result<PathBuf> {
    if let Some(buf) = in_path("buf") {
        return Ok(buf);
    }
    let folder = cache()?.join(format!("buf-{BUF}"));
    let buf = folder.join("node_modules/.bin/buf");
    if !buf.is_file() {
        let npm = find_or_install("npm", "npm", || in_path("npm"))?;
        let mut install = Command::new(npm);
        install
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefix",
            ])
            .arg(&folder)
            .arg(format!("@bufbuild/buf@{BUF}"));
        must_run(&mut install)?;
    }
    Ok(buf)
}

/// schemathesis, which makes up requests from an OpenAPI document; in an environment of its own.
pub fn schemathesis() -> Result<PathBuf> {
    let folder = cache()?.join(format!("schemathesis-{SCHEMATHESIS}"));
    let schemathesis = folder.join("bin/schemathesis");
    if !schemathesis.is_file() {
        let python = find_or_install("python3", "python3-venv", || in_path("python3"))?;
        must_run(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
        let package = format!("schemathesis=={SCHEMATHESIS}");
        let pip = folder.join("bin/pip");
        must_run(Command::new(pip).args(["install", "--quiet", &package]))?;
    }
    Ok(schemathesis)
}

/// cargo-deny, built once: it takes some minutes.
pub fn cargo_deny() -> Result<PathBuf> {
    if let Some(deny) = in_path("cargo-deny") {
        return Ok(deny);
    }
    let folder = cache()?.join(format!("cargo-deny-{CARGO_DENY}"));
    let deny = folder.join("bin/cargo-deny");
    if !deny.is_file() {
        println!("building cargo-deny {CARGO_DENY} into {}", folder.display());
        let mut install = cargo();
        install
            .args(["install", "--quiet", "--locked", "--root"])
            .arg(&folder)
            .arg(format!("cargo-deny@{CARGO_DENY}"))
            .env_remove("CARGO_TARGET_DIR");
        must_run(&mut install)?;
    }
    Ok(deny)
}

/// Where tools are kept from one run, and one checkout, to the next.
fn cache() -> Result<PathBuf> {
    let cache = variable("IRIKTEU_CACHE_DIR")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cache/irikteu")))
        .context("neither IRIKTEU_CACHE_DIR nor HOME says where tools can be kept")?;
    let tools = cache.join("tools");
    fs::create_dir_all(&tools).with_context(|| format!("cannot make {}", tools.display()))?;
    Ok(tools)
}

fn find_or_install(
    what: &str,
    debian_package: &str,
    find: impl Fn() -> Option<PathBuf>,
) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if in_path("apt-get").is_none() {
        bail!("{what} is missing: install it (Debian calls the package {debian_package})");
    }
    if !is_root() {
        bail!("{what} is missing: sudo apt-get install {debian_package}");
    }
    println!("installing {debian_package}");
    must_run(Command::new("sh").args(["-c", APT_INSTALL, "apt-install", debian_package]))?;
    find().with_context(|| format!("{what} is still missing after installing {debian_package}"))
}

fn in_path(program: &str) -> Option<PathBuf> {
    path_folders()
        .into_iter()
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn path_folders() -> Vec<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    env::split_paths(&path).collect()
}
