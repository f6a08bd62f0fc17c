//! What no schema says.
//!
//! * [`pods`] – how containers are run: rights, requests, probes, images
//! * [`selectors`] – that what is named is there: pods, ports, services, secrets
//! * [`numbers`] – budgets below replicas, connections below what the database lets in
//! * [`edges`] – that policies let through what ARCHITECTURE.md names, and nothing else
//! * [`settings`] – that the programs know their settings, and open the ports that are named

pub mod edges;
pub mod numbers;
pub mod pods;
pub mod selectors;
pub mod settings;

use anyhow::Result;

use crate::finding::Finding;
use crate::object::Overlay;
use crate::programs::Programs;

/// The base alone is nothing that could be applied: of it only some rules are asked.
///
/// # Errors
/// If a page that the rules read is missing, or a program can't be started.
pub fn all(overlay: &Overlay, programs: &Programs) -> Result<Vec<Finding>> {
    let mut findings = pods::check(overlay);
    if overlay.name == "base" {
        return Ok(findings);
    }
    findings.extend(selectors::check(overlay)?);
    findings.extend(numbers::check(overlay, programs));
    findings.extend(edges::check(overlay, &edges::written()?, programs));
    findings.extend(settings::check(overlay, programs)?);
    Ok(findings)
}
