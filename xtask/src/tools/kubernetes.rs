//! What the manifests are rendered and checked with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{cache, find_or_install, in_path, must_run, output_of, workspace};

/// The oldest kubectl whose kustomize reads all of what is written there.
const KUBECTL_MINOR: u32 = 27;
const SCHEMAS: &str = "1.37.0";
const CHECKOV: &str = "3.3.30";

/// kubectl, for its `kustomize`, which asks no cluster.
pub fn kubectl() -> Result<PathBuf> {
    // Debian has it from version 13 on; what 12 calls so is five years older than the manifests.
    let find =
        || in_path("kubectl").filter(|path| minor(path).is_some_and(|it| it >= KUBECTL_MINOR));
    find_or_install("kubectl 1.27 or newer", "kubernetes-client", find).with_context(|| {
        "kubectl renders the manifests: one file, from https://dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubectl \
         (or your platform's), into a folder of PATH, executable"
    })
}

fn minor(kubectl: &Path) -> Option<u32> {
    let says = output_of(Command::new(kubectl).args(["version", "--client"]))?;
    let version = says.split_once("Version: v1.")?.1;
    version.split('.').next()?.parse().ok()
}

/// The folder of Kubernetes' own schemas, a folder for each version.
pub fn schemas() -> Result<PathBuf> {
    let folder = cache()?.join(format!("kubernetes-schemas-{SCHEMAS}"));
    let found = || {
        let libraries = std::fs::read_dir(folder.join("lib")).ok()?;
        let inside = "site-packages/kubernetes_validate/kubernetes-json-schema";
        let mut folders = libraries.flatten().map(|it| it.path().join(inside));
        folders.find(|it| it.is_dir())
    };
    if found().is_none() {
        install(&folder, "schemas.txt")?;
    }
    found().context("kubernetes-validate has no schemas where they are looked for")
}

/// checkov, with which others look at manifests; in an environment of its own.
pub fn checkov() -> Result<PathBuf> {
    let folder = cache()?.join(format!("checkov-{CHECKOV}"));
    let checkov = folder.join("bin/checkov");
    if !checkov.is_file() {
        println!("installing checkov {CHECKOV} into {}", folder.display());
        install(&folder, "checkov.txt")?;
    }
    if !checkov.is_file() {
        bail!("{} is missing after installing it", checkov.display());
    }
    Ok(checkov)
}

/// What a list names, by version and hash and nothing else, into an environment.
fn install(folder: &Path, list: &str) -> Result<()> {
    let python = find_or_install("python3", "python3-venv", || in_path("python3"))?;
    must_run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
    let list = workspace().join("k8s/tools").join(list);
    let mut install = Command::new(folder.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check"]);
    must_run(
        install
            .args(["--no-deps", "--require-hashes", "-r"])
            .arg(list),
    )
}
