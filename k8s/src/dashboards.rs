//! What is shown and what somebody is woken by: every metric that is named there is emitted by the
//! programs, or by an exporter that is listed here; every alert has a runbook, and every runbook an alert.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::expression::metrics;
use crate::finding::Finding;
use crate::object::{Overlay, list, text};
use crate::project;

/// Metrics of others, by who shows them.
const OTHERS: [&str; 9] = [
    // kube-state-metrics
    "kube_pod_container_status_restarts_total",
    "kube_deployment_status_replicas_available",
    "kube_deployment_spec_replicas",
    "kube_horizontalpodautoscaler_spec_max_replicas",
    // the kubelet
    "container_cpu_usage_seconds_total",
    // cert-manager
    "certmanager_certificate_expiration_timestamp_seconds",
    // CloudNativePG
    "cnpg_pg_replication_lag",
    "cnpg_collector_last_available_backup_timestamp",
    "cnpg_backends_total",
];

/// What a runbook has to say.
const CHAPTERS: [&str; 3] = [
    "## What it means for people",
    "## What to look at",
    "## What to do",
];

/// # Errors
/// If a file can't be read.
pub fn check(home: &Path, overlays: &[Overlay]) -> Result<Vec<Finding>> {
    let names = fs::read_to_string(project("chassis/src/telemetry/names.rs"))?;
    let mut emitted = emitted(&names);
    let mut findings = Vec::new();
    let mut alerts = BTreeSet::new();
    for overlay in overlays {
        let rules = rules(overlay);
        emitted.extend(rules.iter().map(|rule| text(rule, "/record").to_owned()));
        for rule in &rules {
            let name = format!("{}{}", text(rule, "/record"), text(rule, "/alert"));
            for metric in metrics(text(rule, "/expr")).difference(&emitted) {
                let what = format!("{name} names {metric}, which nobody emits");
                findings.push(Finding::at(&overlay.name, "metric-emitted", what));
            }
            let alert = text(rule, "/alert");
            if !alert.is_empty() {
                findings.extend(runbook(
                    home,
                    overlay,
                    alert,
                    text(rule, "/annotations/runbook_url"),
                ));
                alerts.insert(alert.to_owned());
            }
        }
    }
    for file in fs::read_dir(home.join("runbooks"))? {
        let file = file?.path();
        let name = file.file_stem().unwrap_or_default().display().to_string();
        if !alerts.contains(&name) {
            let what = "no alert leads here";
            findings.push(Finding::at(
                &format!("k8s/runbooks/{name}.md"),
                "runbook",
                what,
            ));
        }
    }
    findings.extend(shown(home, &emitted)?);
    let promises = fs::read_to_string(project("docs/slo.md"))?;
    for query in promises.split("```promql\n").skip(1) {
        let query = query.split("```").next().unwrap_or_default();
        for metric in metrics(query).difference(&emitted) {
            let what = format!("{metric} is promised, and nobody emits it");
            findings.push(Finding::at("docs/slo.md", "metric-emitted", what));
        }
    }
    Ok(findings)
}

/// The names of every metric that the programs show, with the parts of histograms.
pub fn emitted(names: &str) -> BTreeSet<String> {
    let quoted = |text: &str| -> Vec<String> {
        let words = text.split('"').skip(1).step_by(2);
        words.map(str::to_owned).collect()
    };
    let (metrics, levels) = names.split_once("LEVELS").unwrap_or((names, ""));
    let mut found: BTreeSet<String> = OTHERS.map(str::to_owned).into();
    for name in quoted(metrics) {
        if name.starts_with("irikteu_") || name.starts_with("process_") {
            for part in ["bucket", "count", "sum"]
                .iter()
                .filter(|_| name.ends_with("_seconds"))
            {
                found.insert(format!("{name}_{part}"));
            }
            found.insert(name);
        }
    }
    let is_level = |it: &String| {
        it.contains('_') && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
    };
    let levels = quoted(levels).into_iter().filter(is_level);
    found.extend(levels.map(|name| format!("irikteu_{name}")));
    found
}

fn rules(overlay: &Overlay) -> Vec<&Value> {
    overlay
        .of("PrometheusRule")
        .flat_map(|object| list(object.at("/spec/groups")))
        .flat_map(|group| list(&group["rules"]))
        .collect()
}

fn runbook(home: &Path, overlay: &Overlay, alert: &str, url: &str) -> Vec<Finding> {
    let say = |what: String| Finding::at(&overlay.name, "runbook", what);
    let mut findings = Vec::new();
    if !url.ends_with(&format!("/{alert}.md")) {
        findings.push(say(format!("{alert} leads to {url:?}")));
    }
    let file = home.join("runbooks").join(format!("{alert}.md"));
    let Ok(page) = fs::read_to_string(&file) else {
        findings.push(say(format!("{alert} has no k8s/runbooks/{alert}.md")));
        return findings;
    };
    for chapter in CHAPTERS {
        let words = page.split_once(chapter).map_or("", |(_, after)| after);
        let words = words.trim_start().split("\n## ").next().unwrap_or_default();
        if words.len() < 20 {
            findings.push(say(format!(
                "k8s/runbooks/{alert}.md says nothing under {chapter:?}"
            )));
        }
    }
    findings
}

/// Dashboards: JSON, each with panels, each panel with queries of what there is.
fn shown(home: &Path, emitted: &BTreeSet<String>) -> Result<Vec<Finding>> {
    let folder = home.join("components/monitoring/dashboards");
    let listed = fs::read_to_string(home.join("components/monitoring/kustomization.yaml"))?;
    let mut findings = Vec::new();
    for file in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let file = file?.path();
        let name = file.file_name().unwrap_or_default().display().to_string();
        let place = format!("k8s/components/monitoring/dashboards/{name}");
        let mut say = |rule, what: String| findings.push(Finding::at(&place, rule, what));
        let board: Value = match serde_json::from_str(&fs::read_to_string(&file)?) {
            Ok(board) => board,
            Err(error) => {
                say("dashboard", error.to_string());
                continue;
            }
        };
        if !listed.contains(&format!("dashboards/{name}")) {
            say("dashboard", "it is in no ConfigMap".into());
        }
        let queries: Vec<_> = list(&board["panels"])
            .flat_map(|panel| list(&panel["targets"]))
            .map(|target| text(target, "/expr"))
            .collect();
        if queries.is_empty() {
            say("dashboard", "it asks for nothing".into());
        }
        for query in queries {
            for metric in metrics(query).difference(emitted) {
                say(
                    "metric-emitted",
                    format!("{metric} is shown, and nobody emits it"),
                );
            }
        }
    }
    Ok(findings)
}
