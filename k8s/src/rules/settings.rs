//! Settings and ports, held against the programs: what is set is known, what is required is set, what is
//! named as a file is mounted, a port is one that the program opens, and of every setting it is decided.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use crate::finding::Finding;
use crate::object::{Overlay, Pod, at, list, text};
use crate::programs::{PROGRAMS, Programs, Settings};

/// One variable and its value.
type Environment = BTreeMap<String, String>;

pub fn check(overlay: &Overlay, programs: &Programs) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for pod in overlay.pods() {
        let command = container(&pod).map_or("", |it| text(it, "/args/0"));
        let program = pod.name().trim_end_matches("-migration").to_owned();
        let Some(known) = programs.of(&program, command) else {
            if PROGRAMS.iter().any(|(name, _)| *name == program) {
                let what = format!("{program} has no command {command:?}");
                findings.push(Finding::of(pod.owner, "setting-known", what));
            }
            continue;
        };
        let environment = environment(overlay, &pod);
        let mut say = |rule, what| findings.push(Finding::of(pod.owner, rule, what));
        for what in unknown_and_missing(known, &environment) {
            say("setting-known", what);
        }
        for what in unmounted(&pod, &environment) {
            say("file-mounted", what);
        }
        if command == "serve" {
            for what in ports(&pod, known, &environment) {
                say("port-opened", what);
            }
        }
        if let Some(what) = programs.refuses(&program, command, &environment)? {
            say("setting-taken", what);
        }
    }
    Ok(findings)
}

fn container<'a>(pod: &Pod<'a>) -> Option<&'a Value> {
    pod.containers().find(|it| text(it, "/name") == "program")
}

/// What the program is given: ConfigMaps in their order, then what the container says itself.
pub fn environment(overlay: &Overlay, pod: &Pod<'_>) -> Environment {
    let mut environment = Environment::new();
    let Some(container) = container(pod) else {
        return environment;
    };
    for from in list(at(container, "/envFrom")) {
        let map = overlay.find("ConfigMap", text(from, "/configMapRef/name"));
        let data = map.and_then(|it| it.at("/data").as_object());
        for (name, value) in data.into_iter().flatten() {
            environment.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
        }
    }
    for variable in list(at(container, "/env")) {
        environment.insert(
            text(variable, "/name").to_owned(),
            text(variable, "/value").to_owned(),
        );
    }
    environment
}

fn unknown_and_missing(known: &Settings, environment: &Environment) -> Vec<String> {
    let unknown = environment.keys().filter(|name| !known.contains_key(*name));
    let mut found: Vec<_> = unknown
        .map(|name| format!("{name} is no setting of it"))
        .collect();
    let required = known
        .iter()
        .filter(|(name, setting)| setting.is_required && !environment.contains_key(*name));
    found.extend(required.map(|(name, _)| format!("{name} is required and not set")));
    found
}

/// A setting that names a file names one that is mounted; where a volume lists its files, one of these.
fn unmounted(pod: &Pod<'_>, environment: &Environment) -> Vec<String> {
    let mounts: Vec<_> = pod
        .containers()
        .flat_map(|it| list(at(it, "/volumeMounts")))
        .collect();
    let files = environment.iter().filter(|(name, value)| {
        let names_a_place = ["_FILE", "_DIR", "_LISTS"]
            .iter()
            .any(|ending| name.ends_with(ending));
        let mut places = value.split(',');
        names_a_place && !places.all(|place| is_mounted(pod, &mounts, place))
    });
    files
        .map(|(name, value)| format!("{name} is {value}, where nothing is mounted"))
        .collect()
}

fn is_mounted(pod: &Pod<'_>, mounts: &[&Value], path: &str) -> bool {
    mounts.iter().any(|mount| {
        let Some(rest) = path.strip_prefix(text(mount, "/mountPath")) else {
            return false;
        };
        let file = rest.trim_start_matches('/');
        let volume =
            list(at(pod.spec, "/volumes")).find(|it| at(it, "/name") == at(mount, "/name"));
        let items = volume.map(|it| {
            list(at(it, "/secret/items"))
                .map(|it| text(it, "/path"))
                .collect::<Vec<_>>()
        });
        match items {
            None => false,
            Some(items) => items.is_empty() || items.contains(&file),
        }
    })
}

/// Each port of the container is one that a setting opens on every address, and the other way round; what
/// is asked of the machines' port is what its help names.
fn ports(pod: &Pod<'_>, known: &Settings, environment: &Environment) -> Vec<String> {
    let mut found = Vec::new();
    let mut opened = BTreeSet::new();
    for (name, value) in environment
        .iter()
        .filter(|(name, _)| name.ends_with("_ADDR"))
    {
        let (host, port) = value.rsplit_once(':').unwrap_or_default();
        if !["0.0.0.0", "[::]"].contains(&host) {
            found.push(format!(
                "{name} is {value}, which nobody reaches from outside the pod"
            ));
        }
        opened.extend(port.parse::<u64>());
    }
    let named: BTreeSet<u64> = pod.ports().into_iter().map(|(_, number)| number).collect();
    found.extend(
        named
            .difference(&opened)
            .map(|port| format!("nothing opens port {port}")),
    );
    found.extend(
        opened
            .difference(&named)
            .map(|port| format!("port {port} is opened and has no name")),
    );
    let admin = known.get("IRIKTEU_ADMIN_ADDR").map_or("", |it| &it.says);
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let asks = pod
            .containers()
            .map(|it| text(it, &format!("/{probe}/httpGet/path")));
        for path in asks.filter(|path| !path.is_empty() && !admin.contains(&format!("`{path}`"))) {
            found.push(format!(
                "{probe} asks for {path}, which is answered nowhere"
            ));
        }
    }
    found
}

/// Every setting is set in some overlay, or it is written down why its default will do. Otherwise a new one
/// would be forgotten on its way from the program to the cluster.
pub fn decided(overlays: &[Overlay], programs: &Programs, left: &str) -> Vec<Finding> {
    let known: BTreeSet<_> = programs
        .settings
        .values()
        .flat_map(|it| it.keys().cloned())
        .collect();
    let set: BTreeSet<_> = overlays
        .iter()
        .flat_map(|overlay| {
            let pods = overlay.pods();
            let each = pods.iter().flat_map(|pod| environment(overlay, pod));
            each.map(|(name, _)| name).collect::<Vec<_>>()
        })
        .collect();
    let lines = left.lines().filter(|line| line.starts_with("IRIKTEU_"));
    let reasons: BTreeMap<_, _> = lines
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .collect();
    let say = |what: String| Finding::at("k8s/base/settings/left.txt", "setting-decided", what);
    let mut findings = Vec::new();
    for name in known.difference(&set) {
        let reason = reasons.get(name.as_str()).map_or("", |it| it.trim());
        if reason.len() < 10 {
            let what = format!("{name} is in no ConfigMap, and nothing says why not");
            findings.push(say(what));
        }
    }
    for name in reasons.keys().filter(|name| !known.contains(**name)) {
        findings.push(say(format!("no program has {name}")));
    }
    for name in reasons.keys().filter(|name| set.contains(**name)) {
        findings.push(say(format!("{name} is set, and said not to be")));
    }
    findings
}
