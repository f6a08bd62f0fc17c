//! What `kubectl kustomize` makes of the base and of each overlay.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use xtask::tools;

use crate::object::{Object, Overlay};

/// The base and the overlays, by name, from the folder of the manifests.
pub fn places(home: &Path) -> Result<Vec<String>> {
    let overlays = home.join("overlays");
    let folders = std::fs::read_dir(&overlays).with_context(|| overlays.display().to_string())?;
    let mut names = Vec::new();
    for folder in folders {
        let name = folder?.file_name().display().to_string();
        names.push(name);
    }
    names.sort();
    names.insert(0, "base".to_owned());
    Ok(names)
}

/// As it would be sent to a cluster. Rendered twice: the same bytes, or it is an error.
pub fn text(home: &Path, name: &str) -> Result<String> {
    let kubectl = tools::kubernetes::kubectl()?;
    let folder = match name {
        "base" => home.join("base"),
        overlay => home.join("overlays").join(overlay),
    };
    let once = || -> Result<String> {
        let output = Command::new(&kubectl)
            .arg("kustomize")
            .arg(&folder)
            .stdin(Stdio::null())
            .output()
            .context("kubectl can't be started")?;
        if !output.status.success() {
            let says = String::from_utf8_lossy(&output.stderr);
            bail!("{name}: it is not rendered: {}", says.trim());
        }
        Ok(String::from_utf8(output.stdout)?)
    };
    let text = once()?;
    ensure!(text == once()?, "{name}: it is rendered in two ways");
    Ok(text)
}

pub fn overlay(name: &str, text: &str) -> Result<Overlay> {
    let mut objects = Vec::new();
    for document in serde_yaml_ng::Deserializer::from_str(text) {
        let value = Value::deserialize(document).with_context(|| name.to_owned())?;
        if !value.is_null() {
            objects.push(Object {
                overlay: name.to_owned(),
                value,
            });
        }
    }
    Ok(Overlay {
        name: name.to_owned(),
        objects,
    })
}

/// The files that name an object, so that whoever reads a finding knows where to look.
pub fn files_of(home: &Path, object: &str) -> Vec<String> {
    let Some((kind, name)) = object.split_once('/') else {
        return Vec::new();
    };
    let mut files = Vec::new();
    let folders = ["base", "components", "overlays"];
    let mut waiting: Vec<_> = folders.map(|folder| home.join(folder)).into();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(entries.map(|entry| entry.path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let names = text.split("\n---").any(|document| {
            let has = |line: String| document.lines().any(|it| it.trim() == line);
            has(format!("kind: {kind}")) && has(format!("name: {name}"))
        });
        if names {
            let path = path.strip_prefix(home).unwrap_or(&path);
            files.push(format!("k8s/{}", path.display()));
        }
    }
    files.sort();
    files
}
