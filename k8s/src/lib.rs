//! Holds the manifests against the programs that they run and against what Kubernetes knows.
//!
//! * [`render`] – what `kubectl kustomize` makes of the base and of each overlay
//! * [`object`] – one object of that, and the pods it stands for
//! * [`finding`] – what is wrong: where, with which object, by which rule
//! * [`programs`] – which settings a program has, asked of the program itself
//! * [`schema`] – strict schemas of two versions of Kubernetes, and of the custom resources
//! * [`rules`] – what no schema says: one file for each thing that can be out of step
//! * [`dashboards`], [`expression`] – what is shown and woken by, and the metrics it names
//! * [`capacity`] – what the last day needs, and whether its overlay has it
//! * [`checkov`] – what others know to look for
//! * [`everything`] – all of it, as `cargo xtask k8s` does it

#![expect(
    clippy::print_stdout,
    reason = "part of a command-line tool, which talks to a terminal"
)]

pub mod capacity;
pub mod checkov;
pub mod dashboards;
pub mod everything;
pub mod expression;
pub mod finding;
pub mod object;
pub mod programs;
pub mod render;
pub mod rules;
pub mod schema;

use std::path::{Path, PathBuf};

/// The folder of the manifests.
pub fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project, named from its root.
pub fn project(path: &str) -> PathBuf {
    xtask::tools::workspace().join(path)
}
