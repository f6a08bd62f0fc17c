//! Where the compiled programs are. They are built as the tests are, so that nothing is built twice.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, bail};
use xtask::tools;

/// The folder of the programs, built once in a process.
///
/// # Errors
/// If they can't be built.
pub fn folder() -> anyhow::Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}"))) {
        Ok(folder) => Ok(folder),
        Err(error) => bail!("{error}"),
    }
}

fn build() -> anyhow::Result<PathBuf> {
    let ours = std::env::current_exe().context("the test's own program")?;
    let mut folder = ours.parent().context("a program in a folder")?;
    if folder.ends_with("deps") {
        folder = folder
            .parent()
            .context("a folder of dependencies in another")?;
    }
    let target = folder.parent().context("a target folder")?;
    let mut cargo = tools::cargo();
    cargo.args(["build", "--quiet", "--workspace", "--bins"]);
    match folder.file_name().and_then(|name| name.to_str()) {
        // With one of the tests: only then are the features those of `cargo test --workspace`, and
        // what that has built is taken as it is.
        Some("debug") => cargo.args(["--test", "tidy"]),
        Some(profile) => cargo.args(["--profile", profile]),
        None => bail!("{} is not a folder of programs", folder.display()),
    };
    run(cargo.arg("--target-dir").arg(target))?;
    Ok(folder.to_owned())
}

fn run(cargo: &mut Command) -> anyhow::Result<()> {
    let output = cargo.output().context("cargo can't be started")?;
    if !output.status.success() {
        bail!(
            "the programs can't be built: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
