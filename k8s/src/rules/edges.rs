//! Who may reach whom: the policies let through what the table in ARCHITECTURE.md names, both of its ends
//! agree, and nothing else is open; and between the programs these are the addresses that they know.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::selectors::labels_of_pods;
use crate::finding::Finding;
use crate::object::{Labels, Object, Overlay, at, labels, list, selects};
use crate::programs::{PROGRAMS, Programs};
use crate::project;

/// From, to, port.
pub type Edge = (String, String, u64);

/// Who is not in the suite's own namespace, by a label of theirs.
const OUTSIDE: [(&str, &str, &str); 4] = [
    ("irikteu.kz/edge", "true", "the edge"),
    ("kubernetes.io/metadata.name", "monitoring", "monitoring"),
    ("kubernetes.io/metadata.name", "cnpg-system", "the operator"),
    ("kubernetes.io/metadata.name", "kube-system", "names"),
];

/// A way to the outside that only one of the components needs, by the policy that it brings.
const OF_A_COMPONENT: [(&str, u64, &str); 1] = [("identity-svc", 80, "identity-svc-to-revocation")];

/// The table under "Who reaches whom".
///
/// # Errors
/// If it is not there.
pub fn written() -> Result<BTreeSet<Edge>> {
    let page = fs::read_to_string(project("ARCHITECTURE.md"))?;
    let table = page
        .split_once("## Who reaches whom")
        .map_or("", |(_, after)| after);
    let table = table.split("\n## ").next().unwrap_or_default();
    let mut edges = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let names = |cell: &str| -> Vec<String> { cell.split(", ").map(str::to_owned).collect() };
        for from in names(cells[1]) {
            for to in names(cells[2]) {
                for port in names(cells[3]).iter().filter_map(|port| port.parse().ok()) {
                    edges.insert((from.clone(), to.clone(), port));
                }
            }
        }
    }
    ensure!(
        !edges.is_empty(),
        "ARCHITECTURE.md has no table under \"Who reaches whom\""
    );
    Ok(edges)
}

pub fn check(overlay: &Overlay, written: &BTreeSet<Edge>, programs: &Programs) -> Vec<Finding> {
    let (mut leaves, mut arrives) = (BTreeSet::new(), BTreeSet::new());
    for policy in overlay.of("NetworkPolicy") {
        leaves.extend(open(overlay, policy, "/spec/egress", "/to"));
        arrives.extend(open(overlay, policy, "/spec/ingress", "/from"));
    }
    let say = |rule, (from, to, port): &Edge, what: &str| {
        Finding::at(
            &overlay.name,
            rule,
            format!("NetworkPolicy: {from} to {to} on {port}: {what}"),
        )
    };
    let ours: BTreeSet<String> = labels_of_pods(overlay)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut findings = Vec::new();
    for edge in leaves.union(&arrives) {
        let (from, to, _) = edge;
        if ours.contains(from) && !leaves.contains(edge) {
            findings.push(say(
                "edge-both-ways",
                edge,
                "it may come in, and nothing lets it out",
            ));
        }
        if ours.contains(to) && !arrives.contains(edge) {
            findings.push(say(
                "edge-both-ways",
                edge,
                "it may go out, and nothing lets it in",
            ));
        }
        if !written.contains(edge) {
            findings.push(say(
                "edge-written",
                edge,
                "ARCHITECTURE.md names no such way",
            ));
        }
    }
    let outside =
        |name: &str| ["outside", "the edge", "monitoring", "the operator", "names"].contains(&name);
    // An overlay without the scanner has no way to it, nor one to the outside where nobody needs it.
    let reaches_out = |edge: &Edge| {
        let mut components = OF_A_COMPONENT.iter();
        let own = components.find(|(from, port, _)| *from == edge.0 && *port == edge.2);
        let policy = own.map_or_else(|| format!("{}-to-outside", edge.0), |it| it.2.to_owned());
        edge.1 != "outside"
            || overlay.find("NetworkPolicy", &policy).is_some()
            || edge.0 == "postgres"
    };
    let is_here = |name: &String| outside(name) || ours.contains(name);
    for edge in written {
        if is_here(&edge.0)
            && is_here(&edge.1)
            && reaches_out(edge)
            && !leaves.contains(edge)
            && !arrives.contains(edge)
        {
            findings.push(say(
                "edge-written",
                edge,
                "ARCHITECTURE.md names it, and no policy lets it through",
            ));
        }
    }
    findings.extend(called(overlay, written, programs));
    findings
}

/// A program that has an address of another calls it.
fn called(overlay: &Overlay, written: &BTreeSet<Edge>, programs: &Programs) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (from, _) in PROGRAMS {
        let Some(known) = programs.of(from, "serve") else {
            continue;
        };
        for (to, _) in PROGRAMS
            .iter()
            .filter(|(to, _)| *to != "gateway" && *to != from)
        {
            let short = to.trim_end_matches("-svc").to_uppercase();
            let is_called = known.contains_key(&format!("IRIKTEU_{short}_URL"));
            let is_written = written.iter().any(|edge| edge.0 == from && edge.1 == *to);
            if is_called != is_written {
                let what = if is_called {
                    "it calls, and"
                } else {
                    "it does not call, but"
                };
                let what = format!("{from} to {to}: {what} ARCHITECTURE.md says otherwise");
                findings.push(Finding::at(&overlay.name, "edge-called", what));
            }
        }
    }
    findings
}

/// The edges that a policy opens on one side.
fn open(overlay: &Overlay, policy: &Object, rules: &str, peers: &str) -> BTreeSet<Edge> {
    let all = labels_of_pods(overlay);
    let subject = policy.at("/spec/podSelector");
    let subjects: Vec<_> = all
        .iter()
        .filter(|(_, labels)| selects(subject, labels))
        .collect();
    let mut edges = BTreeSet::new();
    for rule in list(policy.at(rules)) {
        // Without peers, or with one that names nothing, it is everybody.
        let mut others: BTreeSet<String> = list(at(rule, peers))
            .flat_map(|peer| named(&all, peer))
            .collect();
        if list(at(rule, peers)).next().is_none() {
            others.insert("everybody".into());
        }
        for (name, _) in &subjects {
            for other in others.iter().filter(|other| *other != "names") {
                let (from, to) = if peers == "/to" {
                    (name, other)
                } else {
                    (other, name)
                };
                for port in ports(overlay, rule, to) {
                    edges.insert((from.clone(), to.clone(), port));
                }
            }
        }
    }
    edges
}

fn ports(overlay: &Overlay, rule: &Value, to: &str) -> Vec<u64> {
    let pods = overlay.pods();
    let named = list(at(rule, "/ports")).map(|port| {
        let port = at(port, "/port");
        let pod = pods.iter().find(|pod| pod.name() == to);
        port.as_u64()
            .or_else(|| Some(pod?.port(port)?.1))
            .unwrap_or_default()
    });
    let found: Vec<_> = named.collect();
    // No list of ports is every port, which no table names.
    if found.is_empty() { vec![0] } else { found }
}

fn named(all: &[(String, Labels)], peer: &Value) -> Vec<String> {
    if !at(peer, "/ipBlock").is_null() {
        return vec!["outside".into()];
    }
    let space = at(peer, "/namespaceSelector");
    if !space.is_null() {
        let meant = labels(at(space, "/matchLabels"));
        let known = OUTSIDE
            .iter()
            .find(|(label, value, _)| meant.get(*label).is_some_and(|it| it == value));
        return vec![known.map_or("everybody", |(_, _, name)| name).to_owned()];
    }
    let selector = at(peer, "/podSelector");
    let meant = all.iter().filter(|(_, labels)| selects(selector, labels));
    meant.map(|(name, _)| name.clone()).collect()
}
