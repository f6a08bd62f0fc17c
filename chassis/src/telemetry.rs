//! Logs and metrics. Neither ever holds personal data: requests are named by RPC, not by content.

use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::Duration;

use prometheus::{Encoder, HistogramVec, IntCounterVec, IntGaugeVec, Registry, TextEncoder};
use tracing_subscriber::EnvFilter;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For a person at a terminal.
    Text,
    /// For a collector.
    Json,
}

/// Starts logging to standard error. Calling it twice changes nothing.
pub fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // An error means that a subscriber is there already.
    let _ = match format {
        LogFormat::Text => builder
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}

struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    seconds: HistogramVec,
    gauges: IntGaugeVec,
}

#[expect(
    clippy::expect_used,
    reason = "names and labels are constants; a wrong one fails every test"
)]
static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let registry = Registry::new();
    let calls = IntCounterVec::new(
        prometheus::Opts::new(
            "irikteu_calls_total",
            "Calls answered, by service, RPC and code.",
        ),
        &["service", "rpc", "code"],
    )
    .expect("a counter");
    let seconds = HistogramVec::new(
        prometheus::HistogramOpts::new("irikteu_call_seconds", "Time to the answer's start.")
            .buckets(vec![
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            ]),
        &["service", "rpc"],
    )
    .expect("a histogram");
    let gauges = IntGaugeVec::new(
        prometheus::Opts::new(
            "irikteu_level",
            "Levels of what waits: outbox, dead events, open tasks.",
        ),
        &["service", "what"],
    )
    .expect("a gauge");
    registry
        .register(Box::new(calls.clone()))
        .expect("registered once");
    registry
        .register(Box::new(seconds.clone()))
        .expect("registered once");
    registry
        .register(Box::new(gauges.clone()))
        .expect("registered once");
    Metrics {
        registry,
        calls,
        seconds,
        gauges,
    }
});

/// Counts one answered call.
pub fn answered(service: &str, rpc: &str, code: &str, took: Duration) {
    METRICS.calls.with_label_values(&[service, rpc, code]).inc();
    METRICS
        .seconds
        .with_label_values(&[service, rpc])
        .observe(took.as_secs_f64());
}

pub fn level(service: &str, what: &str, value: i64) {
    METRICS
        .gauges
        .with_label_values(&[service, what])
        .set(value);
}

/// Moves a level up or down: for what is open now.
pub fn change(service: &str, what: &str, by: i64) {
    METRICS.gauges.with_label_values(&[service, what]).add(by);
}

/// All metrics of the process in Prometheus' text format.
pub fn metrics() -> String {
    let mut text = Vec::new();
    if let Err(error) = TextEncoder::new().encode(&METRICS.registry.gather(), &mut text) {
        tracing::warn!(%error, "metrics were not written");
    }
    String::from_utf8(text).unwrap_or_default()
}
