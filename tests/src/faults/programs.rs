//! The programs of the workspace, built when they are needed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, ensure};

/// What was built in this process already.
static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);

/// The path of a program; where everything is built already this takes a moment.
pub fn built(package: &str, program: &str) -> anyhow::Result<PathBuf> {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(path) = built.get(program) {
        return Ok(path.clone());
    }
    // Beside or above the test: target/{profile}/deps/{test}, target/{profile}/{program}.
    let own = std::env::current_exe()?;
    let folders = own.ancestors().skip(1);
    let target = folders.into_iter().find(|folder| !folder.ends_with("deps"));
    let path = target.context("a folder of programs")?.join(program);
    let done = Command::new(env!("CARGO"))
        // With this crate: then the features are those that the tests were built with.
        .args([
            "build",
            "--quiet",
            "--package",
            "tests",
            "--package",
            package,
        ])
        .args(["--bin", program])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .context("cargo can't be started")?;
    ensure!(done.success(), "{program} can't be built");
    built.insert(program.to_owned(), path.clone());
    Ok(path)
}
