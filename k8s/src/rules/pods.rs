//! How containers are run: their rights, what they ask for, how they are probed, which image it is.

use serde_json::{Value, json};

use crate::finding::Finding;
use crate::object::{Overlay, Pod, at, text};

/// Where nothing runs in earnest: images by a tag.
const TRIED: &str = "dev";

pub fn check(overlay: &Overlay) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pod in overlay.pods() {
        let mut say = |rule, what: String| findings.push(Finding::of(pod.owner, rule, what));
        if at(pod.spec, "/automountServiceAccountToken") != &json!(false) {
            say(
                "token-off",
                "it is given a token of the Kubernetes API, which no program uses".into(),
            );
        }
        for what in rights_of_pod(pod.spec) {
            say("locked-down", what);
        }
        for container in pod.every_container() {
            let name = text(container, "/name");
            for what in rights(container).into_iter().chain(asks(container)) {
                say("locked-down", format!("{name}: {what}"));
            }
            if let Some(what) = image(&overlay.name, text(container, "/image")) {
                say("image-by-digest", format!("{name}: {what}"));
            }
        }
        if !pod.owner.is("Job") {
            for what in probes(&pod) {
                say("probes", what);
            }
        }
    }
    findings
}

fn rights_of_pod(spec: &Value) -> Vec<String> {
    let rules = [
        ("/securityContext/runAsNonRoot", json!(true)),
        (
            "/securityContext/seccompProfile/type",
            json!("RuntimeDefault"),
        ),
        ("/enableServiceLinks", json!(false)),
    ];
    unmet(spec, &rules)
}

fn rights(container: &Value) -> Vec<String> {
    let rules = [
        ("/securityContext/allowPrivilegeEscalation", json!(false)),
        ("/securityContext/readOnlyRootFilesystem", json!(true)),
        ("/securityContext/capabilities/drop", json!(["ALL"])),
    ];
    unmet(container, &rules)
}

fn unmet(value: &Value, rules: &[(&str, Value)]) -> Vec<String> {
    let unmet = rules
        .iter()
        .filter(|(field, wanted)| at(value, field) != wanted);
    unmet
        .map(|(field, wanted)| format!("{field} is to be {wanted}"))
        .collect()
}

fn asks(container: &Value) -> Vec<String> {
    let fields = [
        "/resources/requests/cpu",
        "/resources/requests/memory",
        "/resources/limits/memory",
    ];
    let missing = fields.iter().filter(|field| at(container, field).is_null());
    missing.map(|field| format!("{field} is missing")).collect()
}

/// In the base a name and no more; where it is tried a tag; anywhere else a digest.
fn image(overlay: &str, image: &str) -> Option<String> {
    let has_digest = image.split_once("@sha256:").is_some_and(|(_, digest)| {
        digest.len() == 64 && digest.bytes().all(|it| it.is_ascii_hexdigit())
    });
    let name = image.rsplit('/').next().unwrap_or_default();
    let tag = name.split_once(':').map(|(_, tag)| tag);
    match overlay {
        "base" if tag.is_some() || image.contains('@') => {
            Some(format!("{image:?} says which one; that is for overlays"))
        }
        "base" => None,
        TRIED if tag.is_none() || tag == Some("latest") => {
            Some(format!("{image:?} is another one every week"))
        }
        TRIED => None,
        _ if has_digest => None,
        _ => Some(format!(
            "{image:?} can be moved to other bytes: it needs a digest"
        )),
    }
}

/// A digest of zeros keeps the place of one that a release writes.
pub fn is_placeholder(image: &str) -> bool {
    let digest = image
        .split_once("@sha256:")
        .map_or("", |(_, digest)| digest);
    digest.len() == 64 && digest.bytes().all(|it| it == b'0')
}

fn probes(pod: &Pod<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for container in pod.containers().filter(|it| !at(it, "/ports").is_null()) {
        let name = text(container, "/name");
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let probe_of = at(container, &format!("/{probe}"));
            let port = ["/httpGet/port", "/tcpSocket/port", "/grpc/port"]
                .iter()
                .map(|field| at(probe_of, field))
                .find(|port| !port.is_null());
            match port {
                None => found.push(format!("{name} has no {probe}")),
                Some(port) if pod.port(port).is_none() => {
                    found.push(format!(
                        "{name}: {probe} asks port {port}, which it has not"
                    ));
                }
                Some(_) => {}
            }
        }
        let alive = at(container, "/livenessProbe/httpGet/path");
        if ["gateway", "service"].contains(&pod.kind())
            && !alive.is_null()
            && alive == at(container, "/readinessProbe/httpGet/path")
        {
            found.push(format!(
                "{name}: losing a neighbour would restart it: {alive} is liveness and readiness"
            ));
        }
    }
    found
}
