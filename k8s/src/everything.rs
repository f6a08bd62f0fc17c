//! Everything that `cargo xtask k8s` does, in its order.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::finding::Finding;
use crate::object::Overlay;
use crate::programs::Programs;
use crate::schema::Schemas;
use crate::{capacity, checkov, dashboards, home, project, render, rules};

/// With the programs of this folder. Whether nothing is wrong; what is, is told.
///
/// # Errors
/// If something that is needed is missing, or an overlay can't be rendered.
pub fn check(programs: &Path) -> Result<bool> {
    let rendered = project("target/k8s");
    fs::create_dir_all(&rendered).with_context(|| rendered.display().to_string())?;
    let programs = Programs::ask(programs)?;
    let mut schemas = Schemas::read(home())?;
    let mut findings = BTreeSet::new();
    let (mut files, mut overlays) = (Vec::new(), Vec::new());
    for name in render::places(home())? {
        let text = render::text(home(), &name)?;
        let overlay = render::overlay(&name, &text)?;
        for object in &overlay.objects {
            findings.extend(schemas.check(object)?);
        }
        findings.extend(rules::all(&overlay, &programs)?);
        println!("{name}: {} objects", overlay.objects.len());
        if name != "base" {
            let file = rendered.join(format!("{name}.yaml"));
            fs::write(&file, text)?;
            files.push(file);
        }
        overlays.push(overlay);
    }
    let left = fs::read_to_string(home().join("base/settings/left.txt"))?;
    findings.extend(rules::settings::decided(&overlays, &programs, &left));
    findings.extend(dashboards::check(home(), &overlays)?);
    if let Some(day) = overlays.iter().find(|it| it.name == capacity::DAY) {
        findings.extend(capacity::check(day, &programs)?);
    }
    findings.extend(checkov::look(home(), &files)?);
    tell(&findings);
    for line in unreleased(&overlays) {
        println!("{line}");
    }
    Ok(findings.is_empty())
}

/// Writes the page of capacity anew.
///
/// # Errors
/// If the overlay can't be rendered, or the page not be written.
pub fn write_capacity(programs: &Path) -> Result<()> {
    let programs = Programs::ask(programs)?;
    let text = render::text(home(), capacity::DAY)?;
    capacity::write(&render::overlay(capacity::DAY, &text)?, &programs)
}

fn tell(findings: &BTreeSet<Finding>) {
    for finding in findings {
        println!("{finding}");
        for file in render::files_of(home(), &finding.object) {
            println!("    {file}");
        }
    }
    if !findings.is_empty() {
        println!("{} findings", findings.len());
    }
}

/// Not a mistake in the tree, but nobody should believe that it could be applied.
fn unreleased(overlays: &[Overlay]) -> Vec<String> {
    let open = |overlay: &Overlay| {
        let pods = overlay.pods();
        let images = pods.iter().flat_map(|pod| pod.every_container());
        let images: BTreeSet<_> = images
            .filter_map(|container| container["image"].as_str())
            .filter(|image| rules::pods::is_placeholder(image))
            .collect();
        images.len()
    };
    overlays
        .iter()
        .map(|overlay| (overlay, open(overlay)))
        .filter(|(_, open)| *open > 0)
        .map(|(overlay, open)| {
            format!(
                "{}: {open} images wait for the digest of a release",
                overlay.name
            )
        })
        .collect()
}
