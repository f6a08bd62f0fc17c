//! What others know to look for: checkov, on what was rendered.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xtask::tools;

use crate::finding::Finding;
use crate::object::{list, text};

/// What it finds in rendered files, each named by its overlay. What is not meant stands in
/// `k8s/tools/checkov.yaml`, with its reason.
///
/// # Errors
/// If it can't be had or started, or its answer is none.
pub fn look(home: &Path, files: &[std::path::PathBuf]) -> Result<Vec<Finding>> {
    let mut checkov = Command::new(tools::kubernetes::checkov()?);
    checkov
        .args(["--config-file"])
        .arg(home.join("tools/checkov.yaml"))
        // Nothing is asked or told over the network.
        .args([
            "--skip-download",
            "--framework",
            "kubernetes",
            "--compact",
            "--output",
            "json",
        ])
        .env("CHECKOV_RUN_SCA_PACKAGE_SCAN_V2", "false")
        .stdin(Stdio::null());
    for file in files {
        checkov.arg("--file").arg(file);
    }
    let output = checkov.output().context("checkov can't be started")?;
    let says = String::from_utf8_lossy(&output.stdout);
    let answer: Value = serde_json::from_str(&says)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    if answer["summary"]["passed"].as_u64().unwrap_or_default() == 0 {
        bail!("checkov looked at nothing: {says}");
    }
    let failed = list(&answer["results"]["failed_checks"]);
    Ok(failed.map(finding).collect())
}

fn finding(check: &Value) -> Finding {
    let file = Path::new(text(check, "/file_path")).file_stem();
    // `Deployment.irikteu.gateway`
    let mut resource = text(check, "/resource").split('.');
    let (kind, _, name) = (resource.next(), resource.next(), resource.next());
    Finding {
        place: file.unwrap_or_default().display().to_string(),
        object: format!("{}/{}", kind.unwrap_or_default(), name.unwrap_or_default()),
        rule: "checkov",
        what: format!(
            "{}: {}",
            text(check, "/check_id"),
            text(check, "/check_name")
        ),
    }
}
