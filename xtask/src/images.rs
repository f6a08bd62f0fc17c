//! `cargo xtask images`: an image of each program, without a daemon and without a registry. From nothing:
//! what the program needs of Debian, and the program. Each is assembled twice and must be the same bytes,
//! has a list of what it is made of beside it, and is started once where that is possible.
//!
//! Where there is a registry to pull from, `Containerfile` does it in the usual way.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use xtask::tools::{self, images, must_run, output_of};

const PROGRAMS: [&str; 5] = [
    "gateway",
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
];

/// What a program is linked with, whom it believes on the public web, and the names of ports.
const PACKAGES: &str = "libc6,libgcc-s1,ca-certificates,tzdata,base-files,netbase";
const SUITE: &str = "bookworm";
/// What else is done to them. Nothing is configured, so the authorities are put together by hand, in the
/// order of their names; then goes what came along and nobody links to, reads or runs.
const TRIMMED: &str = r#"set -e
cd "$1"
cat usr/share/ca-certificates/mozilla/*.crt > etc/ssl/certs/ca-certificates.crt
rm -r usr/lib/*/gconv usr/lib/*/libcrypto.so* usr/lib/*/libssl.so* usr/lib/*/ossl-modules usr/lib/*/engines-3
rm -r usr/share/perl5 usr/share/man usr/share/zoneinfo/right usr/share/zoneinfo/posix usr/share/ca-certificates
find usr/share/doc -type f ! -name copyright -delete
rm usr/bin/openssl usr/bin/mawk usr/sbin/update-ca-certificates"#;

/// In bytes, not compressed: a rollout of many pods waits for it to be pulled.
const LARGEST: u64 = 60_000_000;

/// `release`, or another profile to try this with.
pub fn run(profile: &str) -> Result<()> {
    let mut build = tools::cargo();
    build.args(["build", "--locked", "--profile", profile, "--bins"]);
    for program in PROGRAMS {
        build.args(["--package", program]);
    }
    must_run(&mut build)?;
    let target = tools::variable("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| tools::workspace().join("target"));
    let programs = target.join(if profile == "dev" { "debug" } else { profile });
    let folder = target.join("images");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let base = base(&folder)?;
    for program in PROGRAMS {
        let bare = folder.join(program);
        must_run(
            Command::new("strip")
                .arg(programs.join(program))
                .arg("-o")
                .arg(&bare),
        )?;
        let image = folder.join(format!("{program}.oci.tar"));
        let digest = assemble(&folder, &base, program, &bare, &image)?;
        let again = assemble(&folder, &base, program, &bare, &image)?;
        ensure!(
            digest == again,
            "{program}: two images of the same are {digest} and {again}"
        );
        let bytes = fs::metadata(&image)?.len();
        fs::write(
            folder.join(format!("{program}.cdx.json")),
            made_of(program)?,
        )?;
        println!("{program} {digest} {} MB", bytes / 1_000_000);
        if bytes > LARGEST && profile == "release" {
            bail!("{program} is larger than {} MB", LARGEST / 1_000_000);
        }
        try_out(&folder, program, &image)?;
    }
    println!(
        "images, and what they are made of, are in {}",
        folder.display()
    );
    try_together(&folder)
}

/// A season against the images run together: each is asked over gRPC whether it serves, and is told
/// to end by SIGTERM when the season is over.
fn try_together(folder: &Path) -> Result<()> {
    let (Some(podman), Some(runc)) = (images::podman(), images::runc()) else {
        println!("not run together: podman and runc are not here");
        return Ok(());
    };
    let store = Store::new(folder)?;
    let starters = store.folder.join("programs");
    fs::create_dir_all(&starters)?;
    let here = std::env::current_exe().context("where this program is")?;
    let here = here.with_file_name("mailbox");
    std::os::unix::fs::symlink(&here, starters.join("mailbox"))?;
    for program in PROGRAMS {
        let image = folder.join(format!("{program}.oci.tar"));
        let name = store.load(&podman, &image)?;
        let starter = starters.join(program);
        let at = store.folder.display();
        // The keys of the season belong to whoever plays it, so it is that user here; nothing else
        // is different from a pod.
        let script = format!(
            "#!/bin/sh\n\
             for it in $(env | sed -n 's/^\\(IRIKTEU_[A-Z0-9_]*\\)=.*/\\1/p'); do given=\"$given --env $it\"; done\n\
             exec {podman} --storage-driver vfs --root {at}/root --runroot {at}/run --runtime {runc} \
             --cgroup-manager cgroupfs run --rm --network=host --read-only --cap-drop all --user 0:0 \
             --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 --stop-timeout 40 \
             --volume {temporary}:{temporary} $given {name} \"$@\"\n",
            podman = podman.display(),
            runc = runc.display(),
            temporary = std::env::temp_dir().display(),
        );
        fs::write(&starter, script)?;
        must_run(Command::new("chmod").arg("0755").arg(&starter))?;
    }
    let mut season = crate::others::among_all_programs("season")?;
    let played = must_run(season.args(["--people", "20", "--programs"]).arg(&starters));
    // What a season that broke off left running.
    must_run(store.in_here(podman).args(["rm", "--force", "--all"]))?;
    played
}

/// The files of some packages, unpacked and not set up: no shell runs in it, because there is none.
fn base(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("trimmed.tar");
    if !file.is_file() {
        let mut debootstrap = Command::new(images::mmdebstrap()?);
        debootstrap
            .args(["--quiet", "--variant=extract"])
            .arg(format!("--include={PACKAGES}"))
            .arg(format!("--extract-hook={TRIMMED}"))
            .args([SUITE.as_ref(), file.as_os_str()])
            .arg("http://deb.debian.org/debian")
            .env("SOURCE_DATE_EPOCH", "0");
        must_run(&mut debootstrap)?;
    }
    Ok(file)
}

/// The digest of its manifest, which is what an overlay names.
fn assemble(
    folder: &Path,
    base: &Path,
    program: &str,
    bare: &Path,
    image: &Path,
) -> Result<String> {
    let store = Store::new(folder)?;
    let container = store.buildah(&["from", "scratch"])?;
    let (base, bare) = (base.display().to_string(), bare.display().to_string());
    let inside = format!("/usr/bin/{program}");
    let entry = format!("[{inside:?}]");
    store.buildah(&["add", "--quiet", &container, &base, "/"])?;
    store.buildah(&[
        "copy", "--quiet", "--chmod", "0755", &container, &bare, &inside,
    ])?;
    let user = ["config", "--user", "65532:65532", "--entrypoint", &entry];
    store.buildah(&[&user[..], &["--cmd", "serve", &container]].concat())?;
    if image.exists() {
        fs::remove_file(image)?;
    }
    let to = format!("oci-archive:{}:{program}", image.display());
    // Without a time of its own, the same parts are the same bytes.
    store.buildah(&[
        "commit",
        "--quiet",
        "--timestamp",
        "0",
        "--rm",
        &container,
        &to,
    ])?;
    let index = output_of(Command::new("tar").arg("-xOf").arg(image).arg("index.json"));
    let index = index.context("the image has no index")?;
    let digest = index.split('"').find(|word| word.starts_with("sha256:"));
    digest
        .map(str::to_owned)
        .context("the index names no manifest")
}

/// Where buildah keeps what it works on; gone with it.
struct Store {
    folder: PathBuf,
}

impl Store {
    fn new(images: &Path) -> Result<Self> {
        let folder = images.join(format!("store-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    fn in_here(&self, program: PathBuf) -> Command {
        let mut command = Command::new(program);
        command
            .args(["--storage-driver", "vfs", "--root"])
            .arg(self.folder.join("root"))
            .arg("--runroot")
            .arg(self.folder.join("run"));
        command
    }

    /// Takes an image in; the name that it has here.
    fn load(&self, podman: &Path, image: &Path) -> Result<String> {
        let mut load = self.in_here(podman.to_owned());
        let loaded = output_of(load.args(["load", "--quiet", "--input"]).arg(image));
        let loaded = loaded.context("podman can't read the image")?;
        Ok(loaded.rsplit(' ').next().unwrap_or_default().to_owned())
    }

    fn buildah(&self, words: &[&str]) -> Result<String> {
        let output = self.in_here(images::buildah()?).args(words).output()?;
        if !output.status.success() {
            bail!(
                "buildah {}: {}",
                words.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // A folder that cannot be removed lies in the target folder, where everything may be.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Starts it as a pod would: nobody's user, nothing to write to, no rights.
fn try_out(folder: &Path, program: &str, image: &Path) -> Result<()> {
    let (Some(podman), Some(runc)) = (images::podman(), images::runc()) else {
        println!("    not started: podman and runc are not here");
        return Ok(());
    };
    let store = Store::new(folder)?;
    let name = store.load(&podman, image)?;
    let mut run = store.in_here(podman);
    run.arg("--runtime")
        .arg(&runc)
        .args(["--cgroup-manager", "cgroupfs"]);
    run.args([
        "run",
        "--rm",
        "--network=host",
        "--read-only",
        "--cap-drop",
        "all",
    ])
    .args([
        "--ulimit",
        "nofile=1024:1024",
        "--ulimit",
        "nproc=1024:1024",
    ])
    .args([name.as_str(), "--version"]);
    let says = output_of(&mut run).with_context(|| format!("{program} does not start"))?;
    ensure!(says.starts_with(program), "{program} says {says:?}");
    println!("    started: {says}");
    Ok(())
}

/// CycloneDX: every crate that is in the program, by its lock.
fn made_of(program: &str) -> Result<String> {
    let mut tree = tools::cargo();
    tree.args([
        "tree",
        "--locked",
        "--package",
        program,
        "--edges",
        "normal",
    ])
    .args(["--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"]);
    let tree = output_of(&mut tree).context("cargo tree says nothing")?;
    components(program, &tree)
}

fn components(program: &str, tree: &str) -> Result<String> {
    let mut lines: Vec<_> = tree.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    let mut list = String::new();
    for line in lines {
        let (package, license) = line.split_once('|').context("a package has a licence")?;
        let mut words = package.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next()) else {
            bail!("{line:?} is no package");
        };
        let version = version.trim_start_matches('v');
        // Older crates write the choice so.
        let license = license.replace('/', " OR ");
        if !list.is_empty() {
            list.push_str(",\n");
        }
        write!(
            list,
            r#"    {{"type": "library", "name": "{name}", "version": "{version}", "purl": "pkg:cargo/{name}@{version}", "licenses": [{{"expression": "{license}"}}]}}"#
        )?;
    }
    Ok(format!(
        r#"{{
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "version": 1,
  "metadata": {{"component": {{"type": "application", "name": "{program}"}}}},
  "components": [
{list}
  ]
}}
"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crate_is_listed_once_with_its_licence() {
        let tree = "b v2.0.0|MIT\na v1.0.0 (proc-macro)|MIT/Apache-2.0\nb v2.0.0|MIT";
        let list = components("gateway", tree).unwrap();
        assert_eq!(list.matches("pkg:cargo/b@2.0.0").count(), 1);
        assert!(list.contains(r#""expression": "MIT OR Apache-2.0""#));
        assert!(list.find("pkg:cargo/a@").unwrap() < list.find("pkg:cargo/b@").unwrap());
    }
}
