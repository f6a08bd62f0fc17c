//! `cargo xtask check`: all that can be said of the tree without running it.
//!
//! Security advisories are not looked up here: that needs a fresh copy of a database from the
//! network, and a change should not fail for what was published this morning. Run
//! `cargo deny check advisories` by hand.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use xtask::tools::{self, must_run, output_of};

type Step = fn() -> Result<()>;

pub fn run() -> Result<()> {
    let steps: [(&str, Step); 6] = [
        ("formatting", formatting),
        ("dependencies", dependencies),
        ("contract style", contract_style),
        ("contract compatibility", contract_compatibility),
        ("lints", lints),
        ("manifests", crate::others::k8s),
    ];
    let mut failed = Vec::new();
    for (name, step) in steps {
        println!("== {name}");
        if let Err(error) = step() {
            eprintln!("{error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("not in order: {}", failed.join(", "));
    }
    Ok(())
}

fn formatting() -> Result<()> {
    must_run(tools::cargo().args(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked"];
    must_run(tools::cargo().args(clippy).args(["--", "-D", "warnings"]))
}

/// Bans (one crypto provider, one copy of a crate), licences, sources: see `deny.toml`.
fn dependencies() -> Result<()> {
    let mut deny = Command::new(tools::cargo_deny()?);
    deny.current_dir(tools::workspace());
    must_run(deny.args([
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))
}

fn contract_style() -> Result<()> {
    must_run(
        Command::new(tools::buf()?)
            .arg("lint")
            .current_dir(contract()),
    )
}

fn contract_compatibility() -> Result<()> {
    let Some(commit) = earlier_contract()? else {
        println!("skipped: no earlier commit has a contract");
        return Ok(());
    };
    println!("compared with {commit}");
    let earlier = Extracted::new(&commit)?;
    let mut buf = Command::new(tools::buf()?);
    buf.arg("breaking")
        .arg("--against")
        .arg(earlier.folder.join("proto"));
    must_run(buf.current_dir(contract()))
}

fn contract() -> PathBuf {
    tools::workspace().join("proto")
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(tools::workspace());
    git
}

/// The newest commit before this one that holds the contract clients may rely on.
fn earlier_contract() -> Result<Option<String>> {
    let commit = |name: &str| {
        output_of(
            git()
                .args(["rev-parse", "--verify", "--quiet"])
                .arg(format!("{name}^{{commit}}")),
        )
    };
    let has_contract = |commit: &String| {
        let config = format!("{commit}:proto/buf.yaml");
        output_of(git().args(["cat-file", "-e", &config])).is_some()
    };
    if let Some(base) = tools::variable("IRIKTEU_CONTRACT_BASE") {
        let asked = commit(&base).filter(has_contract);
        return asked
            .with_context(|| format!("{base:?} is no commit with a contract"))
            .map(Some);
    }
    let head = commit("HEAD");
    let landed = commit("origin/main").filter(|landed| Some(landed) != head.as_ref());
    Ok(landed.or_else(|| commit("HEAD~")).filter(has_contract))
}

/// The contract of another commit in a temporary folder: unlike a clone this works in a
/// shallow checkout and in a second work tree.
struct Extracted {
    folder: PathBuf,
}

impl Extracted {
    fn new(commit: &str) -> Result<Self> {
        let name = format!("irikteu-contract-{}", std::process::id());
        let extracted = Self {
            folder: std::env::temp_dir().join(name),
        };
        std::fs::create_dir(&extracted.folder)
            .with_context(|| format!("cannot make {}", extracted.folder.display()))?;
        let mut archive = git()
            .args(["archive", commit, "proto"])
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start git")?;
        let files = archive.stdout.take().context("the output is piped")?;
        let unpacked = Command::new("tar")
            .arg("-xf-")
            .current_dir(&extracted.folder)
            .stdin(files)
            .status()
            .context("cannot start tar")?;
        if !archive.wait()?.success() || !unpacked.success() {
            bail!("cannot read the contract of {commit}");
        }
        Ok(extracted)
    }
}

impl Drop for Extracted {
    fn drop(&mut self) {
        // A folder that cannot be removed is the temporary folder's to clean.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
