//! How many: budgets below replicas, nobody alone in earnest, connections below what the database lets in.

use crate::finding::Finding;
use crate::object::{Object, Overlay, Pod, at, list, selects, text};
use crate::programs::Programs;

/// Kept for the operator, its standbys' replication, the exporter, and whoever has to look.
const KEPT_CONNECTIONS: u64 = 30;

/// The settings that say how many a pod opens.
const CONNECTIONS: [&str; 2] = [
    "IRIKTEU_DATABASE_CONNECTIONS",
    "IRIKTEU_DATABASE_READ_CONNECTIONS",
];

pub fn check(overlay: &Overlay, programs: &Programs) -> Vec<Finding> {
    let mut findings = Vec::new();
    for budget in overlay.of("PodDisruptionBudget") {
        for pod in overlay
            .pods()
            .iter()
            .filter(|pod| selects(budget.at("/spec/selector"), &pod.labels))
        {
            let (least, _) = replicas(overlay, pod);
            if let Some(what) = budget_leaves_none(budget, least) {
                findings.push(Finding::of(budget, "disruption-below-replicas", what));
            }
        }
    }
    for scaler in overlay.of("HorizontalPodAutoscaler") {
        let (least, most) = bounds(scaler);
        if least > most {
            let what = format!("from {least} to {most} replicas");
            findings.push(Finding::of(scaler, "replicas", what));
        }
        if overlay.name != "dev" && least < 2 {
            let what = "one pod alone is none while its node is drained";
            findings.push(Finding::of(scaler, "replicas", what));
        }
    }
    findings.extend(connections(overlay, programs));
    findings
}

fn bounds(scaler: &Object) -> (u64, u64) {
    let least = scaler.at("/spec/minReplicas").as_u64().unwrap_or(1);
    (least, scaler.at("/spec/maxReplicas").as_u64().unwrap_or(1))
}

/// At least and at most.
pub fn replicas(overlay: &Overlay, pod: &Pod<'_>) -> (u64, u64) {
    let scaler = overlay.of("HorizontalPodAutoscaler").find(|scaler| {
        scaler.text("/spec/scaleTargetRef/name") == pod.owner.name()
            && scaler.text("/spec/scaleTargetRef/kind") == pod.owner.kind()
    });
    let fixed = pod.owner.at("/spec/replicas").as_u64().unwrap_or(1);
    scaler.map_or((fixed, fixed), bounds)
}

fn budget_leaves_none(budget: &Object, least: u64) -> Option<String> {
    let asked = budget.at("/spec/minAvailable");
    if asked.is_null() {
        let may = budget.at("/spec/maxUnavailable");
        return (may.as_u64() == Some(0)).then(|| "no node could ever be drained".into());
    }
    match asked.as_u64() {
        Some(kept) if kept < least => None,
        _ => Some(format!(
            "of {least} replicas {asked} are to stay: no node could be drained"
        )),
    }
}

/// Every pod of every service with all its connections open, one more of each while it is rolled out,
/// and the migrations.
fn connections(overlay: &Overlay, programs: &Programs) -> Option<Finding> {
    let cluster = overlay.of("Cluster").next()?;
    let allowed = allowed(cluster);
    let (opened, sum) = opened(overlay, programs);
    let what = format!(
        "{opened} connections may be opened ({}), {allowed} are let in",
        sum.join(", ")
    );
    (opened > allowed).then(|| Finding::of(cluster, "connections-fit", what))
}

/// How many may be opened, and how many are let in.
pub fn connections_sum(overlay: &Overlay, programs: &Programs) -> (u64, u64) {
    let allowed = overlay.of("Cluster").next().map_or(0, allowed);
    (opened(overlay, programs).0, allowed)
}

fn allowed(cluster: &Object) -> u64 {
    let allowed = cluster.text("/spec/postgresql/parameters/max_connections");
    allowed.parse().unwrap_or_default()
}

/// All together, and what they consist of.
fn opened(overlay: &Overlay, programs: &Programs) -> (u64, Vec<String>) {
    let mut opened = KEPT_CONNECTIONS;
    let mut sum = vec![format!("{KEPT_CONNECTIONS} kept")];
    let pods = overlay.programs();
    for pod in pods.iter().filter(|pod| pod.kind() == "service") {
        let (_, most) = replicas(overlay, pod);
        let environment = super::settings::environment(overlay, pod);
        let each: u64 = CONNECTIONS
            .iter()
            .filter_map(|name| {
                let default = || {
                    programs
                        .of(pod.name(), "serve")?
                        .get(*name)?
                        .default
                        .clone()
                };
                let set = environment.get(*name).cloned();
                set.or_else(default)?.parse::<u64>().ok()
            })
            .sum();
        opened += (most + 1) * each;
        sum.push(format!("{} {} x {each}", pod.name(), most + 1));
    }
    let migrations = u64::try_from(overlay.of("Job").count()).unwrap_or_default();
    opened += 2 * migrations;
    sum.push(format!("migrations {migrations} x 2"));
    (opened, sum)
}

/// The request of CPU of a program's container, in thousandths of a core.
pub fn cpu_request(pod: &Pod<'_>) -> u64 {
    let cpu = pod
        .containers()
        .map(|it| text(it, "/resources/requests/cpu"))
        .find(|it| !it.is_empty());
    let cpu = cpu.unwrap_or_default();
    match cpu.strip_suffix('m') {
        Some(thousandths) => thousandths.parse().unwrap_or_default(),
        None => cpu.parse::<u64>().unwrap_or_default() * 1000,
    }
}

/// The share of the requested CPU above which more pods are started, in hundredths.
pub fn cpu_target(overlay: &Overlay, program: &str) -> u64 {
    let scaler = overlay.find("HorizontalPodAutoscaler", program);
    let metrics = scaler
        .into_iter()
        .flat_map(|it| list(it.at("/spec/metrics")));
    let mut targets =
        metrics.filter_map(|it| at(it, "/resource/target/averageUtilization").as_u64());
    targets.next().unwrap_or(100)
}
