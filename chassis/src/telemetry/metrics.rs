//! Counters, durations and levels of the process, in Prometheus' text format. Labels are few and
//! bounded: services, RPCs of the contract, templates of routes, codes; never an id.

use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

use super::names::{self, metric};

/// From a call that does nothing to the longest deadline.
const SECONDS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// A statement is quicker than a call.
const STATEMENT_SECONDS: [f64; 12] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0,
];

pub(super) struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    call_seconds: HistogramVec,
    database_seconds: HistogramVec,
    database_errors: IntCounterVec,
    events: IntCounterVec,
    event_seconds: HistogramVec,
    job_failures: IntCounterVec,
    pub(super) spans: IntCounterVec,
    pub(super) collector_up: IntGauge,
    pub(super) memory: IntGauge,
    pub(super) threads: IntGauge,
    pub(super) uptime: IntGauge,
    certificate_left: IntGaugeVec,
    levels: RwLock<HashMap<String, IntGaugeVec>>,
}

pub(super) static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

#[expect(
    clippy::expect_used,
    reason = "names and labels are constants; a wrong one fails every test"
)]
impl Metrics {
    fn new() -> Self {
        let registry = Registry::new();
        let counter = |[name, help]: [&str; 2], labels: &[&str]| {
            let it = IntCounterVec::new(Opts::new(name, help), labels).expect("a counter");
            kept(&registry, it)
        };
        let histogram = |[name, help]: [&str; 2], labels: &[&str], buckets: &[f64]| {
            let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
            kept(
                &registry,
                HistogramVec::new(options, labels).expect("a histogram"),
            )
        };
        let gauge =
            |[name, help]: [&str; 2]| kept(&registry, IntGauge::new(name, help).expect("a gauge"));
        let [name, help] = metric::BUILD;
        let build = Opts::new(name, help).const_label("version", env!("CARGO_PKG_VERSION"));
        kept(&registry, IntGauge::with_opts(build).expect("a gauge")).set(1);
        Self {
            calls: counter(metric::CALLS, &["service", "rpc", "code"]),
            call_seconds: histogram(metric::CALL_SECONDS, &["service", "rpc"], &SECONDS),
            database_seconds: histogram(
                metric::DATABASE_SECONDS,
                &["operation"],
                &STATEMENT_SECONDS,
            ),
            database_errors: counter(metric::DATABASE_ERRORS, &["operation"]),
            events: counter(metric::EVENTS, &["subscriber", "outcome"]),
            event_seconds: histogram(metric::EVENT_SECONDS, &["subscriber"], &SECONDS),
            job_failures: counter(metric::JOB_FAILURES, &["job"]),
            spans: counter(metric::SPANS, &["outcome"]),
            collector_up: gauge(metric::COLLECTOR_UP),
            memory: gauge(metric::MEMORY),
            threads: gauge(metric::THREADS),
            uptime: gauge(metric::UPTIME),
            certificate_left: {
                let [name, help] = metric::CERTIFICATE_LEFT;
                let it = IntGaugeVec::new(Opts::new(name, help), &["door"]).expect("a gauge");
                kept(&registry, it)
            },
            levels: RwLock::default(),
            registry,
        }
    }
}

#[expect(clippy::expect_used, reason = "each name is registered once")]
fn kept<M: Collector + Clone + 'static>(registry: &Registry, metric: M) -> M {
    registry
        .register(Box::new(metric.clone()))
        .expect("registered once");
    metric
}

/// Counts one answered call.
pub fn answered(service: &str, rpc: &str, code: &str, took: Duration) {
    METRICS.calls.with_label_values(&[service, rpc, code]).inc();
    METRICS
        .call_seconds
        .with_label_values(&[service, rpc])
        .observe(took.as_secs_f64());
}

/// Counts one statement.
pub(crate) fn stated(operation: &str, took: Duration, is_good: bool) {
    METRICS
        .database_seconds
        .with_label_values(&[operation])
        .observe(took.as_secs_f64());
    if !is_good {
        METRICS
            .database_errors
            .with_label_values(&[operation])
            .inc();
    }
}

/// Counts one event given to a subscriber.
pub(crate) fn given(subscriber: &str, took: Duration, is_taken: bool) {
    let outcome = if is_taken { "taken" } else { "not_taken" };
    METRICS
        .events
        .with_label_values(&[subscriber, outcome])
        .inc();
    METRICS
        .event_seconds
        .with_label_values(&[subscriber])
        .observe(took.as_secs_f64());
}

/// Counts one failed turn of a job.
pub(crate) fn job_failed(job: &str) {
    METRICS.job_failures.with_label_values(&[job]).inc();
}

/// Says how long the certificate at a door still has.
pub(crate) fn certificate_left(door: &str, seconds: i64) {
    METRICS
        .certificate_left
        .with_label_values(&[door])
        .set(seconds);
}

/// Sets a level, shown as `irikteu_` and `what`. It is listed in [`names::LEVELS`].
pub fn level(service: &str, what: &str, value: i64) {
    if let Ok(gauge) = family(what, &["service"]).get_metric_with_label_values(&[service]) {
        gauge.set(value);
    }
}

/// Moves a level up or down: for what is open now.
pub fn change(service: &str, what: &str, by: i64) {
    if let Ok(gauge) = family(what, &["service"]).get_metric_with_label_values(&[service]) {
        gauge.add(by);
    }
}

/// Sets a level for each value of one more label, and forgets the values that are gone. There must
/// be few of them, and none may be an id.
pub fn levels(service: &str, what: &str, label: &str, values: &[(String, i64)]) {
    let family = family(what, &["service", label]);
    family.reset();
    for (name, value) in values {
        if let Ok(gauge) = family.get_metric_with_label_values(&[service, name.as_str()]) {
            gauge.set(*value);
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "levels are named by constants; a wrong one fails the tests of its service"
)]
fn family(what: &str, labels: &[&str]) -> IntGaugeVec {
    let known = METRICS.levels.read().unwrap_or_else(|e| e.into_inner());
    if let Some(family) = known.get(what) {
        return family.clone();
    }
    drop(known);
    let mut known = METRICS.levels.write().unwrap_or_else(|e| e.into_inner());
    let new = || {
        let options = Opts::new(format!("irikteu_{what}"), names::help(what));
        let family = IntGaugeVec::new(options, labels).expect("a gauge");
        kept(&METRICS.registry, family)
    };
    known.entry(what.to_owned()).or_insert_with(new).clone()
}

/// Everything that is known now.
pub(super) fn gather() -> Vec<MetricFamily> {
    super::process::look();
    METRICS.registry.gather()
}

/// All metrics of the process in Prometheus' text format.
pub fn metrics() -> String {
    let mut text = Vec::new();
    if let Err(error) = TextEncoder::new().encode(&gather(), &mut text) {
        tracing::warn!(%error, "metrics were not written");
    }
    String::from_utf8(text).unwrap_or_default()
}
