//! That what is named is there: pods by their labels, ports, services behind routes, secrets and
//! ConfigMaps, and what the place itself brings only if README says so.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;
use serde_json::{Value, json};

use crate::finding::Finding;
use crate::home;
use crate::object::{Labels, Object, Overlay, Pod, at, labels, list, selects, text};

pub fn check(overlay: &Overlay) -> Result<Vec<Finding>> {
    let readme = fs::read_to_string(home().join("README.md"))?;
    let mut findings = Vec::new();
    let pods = overlay.pods();
    for object in &overlay.objects {
        let found = match object.kind() {
            "Deployment" | "StatefulSet" => own_pods(object),
            "Service" => service(object, &pods),
            "PodDisruptionBudget" => meets(object.at("/spec/selector"), &pods),
            "NetworkPolicy" => policy(overlay, object, &pods),
            "HorizontalPodAutoscaler" => target(overlay, object),
            "PodMonitor" => monitor(object, &pods),
            "HTTPRoute" | "TLSRoute" => route(overlay, object),
            _ => Vec::new(),
        };
        findings.extend(
            found
                .into_iter()
                .map(|what| Finding::of(object, "names-what-is-there", what)),
        );
        if let (Some(pod), false) = (
            object.pod(),
            object.text("/metadata/namespace") == "irikteu",
        ) {
            let what = format!("{} is in another namespace than the suite", pod.name());
            findings.push(Finding::of(object, "namespace", what));
        }
    }
    for pod in &pods {
        for what in brought(overlay, pod, &readme) {
            findings.push(Finding::of(pod.owner, "names-what-is-there", what));
        }
    }
    Ok(findings)
}

/// The labels of all pods, those among them that an operator makes.
pub fn labels_of_pods(overlay: &Overlay) -> Vec<(String, Labels)> {
    let mut all: Vec<_> = overlay
        .pods()
        .iter()
        .map(|pod| (pod.name().to_owned(), pod.labels.clone()))
        .collect();
    for cluster in overlay.of("Cluster") {
        let made = labels(&json!({"cnpg.io/cluster": cluster.name()}));
        all.push((cluster.name().to_owned(), made));
    }
    all
}

fn own_pods(object: &Object) -> Vec<String> {
    let selector = object.at("/spec/selector");
    let ours = labels(object.at("/spec/template/metadata/labels"));
    let says =
        (!selects(selector, &ours)).then(|| "its selector does not mean its own pods".to_owned());
    says.into_iter().collect()
}

fn service(object: &Object, pods: &[Pod<'_>]) -> Vec<String> {
    let selector = json!({"matchLabels": object.at("/spec/selector")});
    let meant: Vec<_> = pods
        .iter()
        .filter(|pod| selects(&selector, &pod.labels))
        .collect();
    if meant.is_empty() {
        return vec!["it leads to no pod".into()];
    }
    let mut found = Vec::new();
    for port in list(object.at("/spec/ports")) {
        let to = at(port, "/targetPort");
        for pod in meant.iter().filter(|pod| pod.port(to).is_none()) {
            found.push(format!("{} has no port {to}", pod.name()));
        }
    }
    found
}

fn meets(selector: &Value, pods: &[Pod<'_>]) -> Vec<String> {
    let none = !pods.iter().any(|pod| selects(selector, &pod.labels));
    none.then(|| "it means no pod".to_owned())
        .into_iter()
        .collect()
}

fn policy(overlay: &Overlay, object: &Object, pods: &[Pod<'_>]) -> Vec<String> {
    let all = labels_of_pods(overlay);
    let mut found = Vec::new();
    let subject = object.at("/spec/podSelector");
    if !all.iter().any(|(_, it)| selects(subject, it)) {
        found.push("it means no pod".into());
    }
    for rule in list(object.at("/spec/ingress")) {
        for port in list(at(rule, "/ports")).map(|port| at(port, "/port")) {
            for pod in pods.iter().filter(|pod| selects(subject, &pod.labels)) {
                if pod.port(port).is_none() {
                    found.push(format!("{} has no port {port}", pod.name()));
                }
            }
        }
    }
    let ways = [("/spec/ingress", "/from"), ("/spec/egress", "/to")];
    for (rules, peers) in ways {
        for peer in list(object.at(rules)).flat_map(|rule| list(at(rule, peers))) {
            let selector = at(peer, "/podSelector");
            let is_here = !selector.is_null() && at(peer, "/namespaceSelector").is_null();
            if is_here && !all.iter().any(|(_, it)| selects(selector, it)) {
                found.push(format!("{selector} means no pod"));
            }
        }
    }
    found
}

fn target(overlay: &Overlay, object: &Object) -> Vec<String> {
    let (kind, name) = (
        object.text("/spec/scaleTargetRef/kind"),
        object.text("/spec/scaleTargetRef/name"),
    );
    match overlay.find(kind, name) {
        None => vec![format!("there is no {kind}/{name}")],
        Some(target) if !target.at("/spec/replicas").is_null() => {
            vec![format!(
                "{kind}/{name} says its replicas too: they would fight"
            )]
        }
        Some(_) => Vec::new(),
    }
}

fn monitor(object: &Object, pods: &[Pod<'_>]) -> Vec<String> {
    let selector = object.at("/spec/selector");
    let mut found = meets(selector, pods);
    for port in list(object.at("/spec/podMetricsEndpoints")).map(|it| at(it, "/port")) {
        for pod in pods.iter().filter(|pod| selects(selector, &pod.labels)) {
            if pod.port(port).is_none() {
                found.push(format!("{} has no port {port}", pod.name()));
            }
        }
    }
    found
}

fn route(overlay: &Overlay, object: &Object) -> Vec<String> {
    let mut found = Vec::new();
    for parent in list(object.at("/spec/parentRefs")) {
        let gateway = overlay.find("Gateway", text(parent, "/name"));
        let mut listeners = gateway
            .into_iter()
            .flat_map(|it| list(it.at("/spec/listeners")));
        if !listeners.any(|it| at(it, "/name") == at(parent, "/sectionName")) {
            found.push(format!(
                "there is no listener {}",
                at(parent, "/sectionName")
            ));
        }
    }
    for behind in list(object.at("/spec/rules")).flat_map(|rule| list(at(rule, "/backendRefs"))) {
        let service = overlay.find("Service", text(behind, "/name"));
        let mut ports = service
            .into_iter()
            .flat_map(|it| list(it.at("/spec/ports")));
        if !ports.any(|it| at(it, "/port") == at(behind, "/port")) {
            found.push(format!("there is no Service {behind}"));
        }
    }
    found
}

/// Secrets and ConfigMaps of volumes and environments.
fn brought(overlay: &Overlay, pod: &Pod<'_>, readme: &str) -> Vec<String> {
    let mut secrets = BTreeSet::new();
    let mut maps = BTreeSet::new();
    for volume in list(at(pod.spec, "/volumes")) {
        secrets.insert(text(volume, "/secret/secretName"));
        maps.insert(text(volume, "/configMap/name"));
    }
    for from in pod
        .every_container()
        .flat_map(|it| list(at(it, "/envFrom")))
    {
        secrets.insert(text(from, "/secretRef/name"));
        maps.insert(text(from, "/configMapRef/name"));
    }
    let issued: BTreeSet<_> = overlay
        .of("Certificate")
        .map(|it| it.text("/spec/secretName"))
        .collect();
    let is_told = |name: &str| {
        let mut words = readme.split('`').skip(1).step_by(2);
        words.any(|word| match word.split_once('>') {
            // `<program>-key`
            Some((_, ending)) => {
                word.starts_with('<') && !ending.is_empty() && name.ends_with(ending)
            }
            None => word == name,
        })
    };
    let missing_secret = secrets
        .into_iter()
        .filter(|name| !name.is_empty() && !issued.contains(name) && !is_told(name));
    let says = |what: &str, name: &str| {
        format!("nobody brings the {what} {name}, and k8s/README.md does not ask for it")
    };
    let mut found: Vec<_> = missing_secret.map(|name| says("secret", name)).collect();
    let is_there = |name: &str| overlay.find("ConfigMap", name).is_some() || is_told(name);
    let missing = maps
        .into_iter()
        .filter(|name| !name.is_empty() && !is_there(name));
    found.extend(missing.map(|name| says("ConfigMap", name)));
    found
}
