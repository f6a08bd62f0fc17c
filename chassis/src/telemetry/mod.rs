//! What a process tells of itself: logs, metrics and traces. None of them ever holds personal data:
//! requests are named by RPC, statements by verb and table, nothing by its content.
//!
//! | room | what it gives |
//! |---|---|
//! | [`log`] | lines for a person or a collector, each with the trace it belongs to |
//! | [`metrics`] | counters, durations and levels, in Prometheus' text format |
//! | [`trace`] | spans: what a call, a statement and an event took, each under its cause |
//! | [`carry`] | the trace between processes: in headers, in rows, in streams |
//! | [`otlp`] | spans and metrics to a collector, if there is one |
//! | [`admin`] | the port that probes and scrapers ask |
//! | [`names`] | every name that is shown; `docs/telemetry.md` says what each means |

use crate::config::CommonArgs;

pub mod admin;
pub mod carry;
#[cfg(any(test, feature = "testing"))]
pub mod collector;
pub mod log;
pub mod metrics;
pub mod names;
pub mod otlp;
mod process;
pub(crate) mod summary;
pub mod trace;

pub use log::LogFormat;
pub use metrics::{answered, change, level, levels, metrics};
pub use otlp::stop;

/// Starts logging, and the sending of spans and metrics where a collector is named. `name` is what the
/// process calls itself there.
///
/// # Errors
/// If a setting can't be read. A collector that does not answer is no error.
pub fn start(name: &'static str, args: &CommonArgs) -> anyhow::Result<()> {
    log::start(&args.log, args.log_format)?;
    process::begin();
    match &args.otlp.otlp_url {
        Some(url) => otlp::start(name, url, &args.otlp),
        None => Ok(()),
    }
}
