//! Log lines on standard error, each with the trace it belongs to.

use std::fmt;
use std::io::IsTerminal;

use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use super::trace;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For a person at a terminal.
    Text,
    /// For a collector.
    Json,
}

/// Starts logging to standard error. Calling it twice changes nothing.
pub(super) fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let colours = std::io::stderr().is_terminal();
    // An error means that a subscriber is there already.
    let _ = lines(filter, format, colours, std::io::stderr)?.try_init();
    Ok(())
}

/// What writes log lines to `to`.
///
/// # Errors
/// If the filter can't be read.
pub fn lines<W>(
    filter: &str,
    format: LogFormat,
    colours: bool,
    to: W,
) -> anyhow::Result<Box<dyn Subscriber + Send + Sync>>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_ansi(colours)
        .with_writer(to);
    Ok(match format {
        LogFormat::Text => Box::new(
            builder
                .with_target(false)
                .map_event_format(|format| Traced {
                    format: format.with_ansi(colours),
                    is_json: false,
                })
                .finish(),
        ),
        LogFormat::Json => Box::new(
            builder
                .json()
                .flatten_event(true)
                .map_event_format(|format| Traced {
                    format,
                    is_json: true,
                })
                .finish(),
        ),
    })
}

/// A format with the ids of the trace in every line that belongs to one: first in JSON, where a
/// collector looks for them, last for a person.
struct Traced<F> {
    format: F,
    is_json: bool,
}

impl<S, N, F> FormatEvent<S, N> for Traced<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some((trace, span)) = trace::current_ids() else {
            return self.format.format_event(ctx, writer, event);
        };
        let mut line = String::new();
        self.format
            .format_event(ctx, Writer::new(&mut line), event)?;
        if self.is_json {
            let rest = line.strip_prefix('{').unwrap_or_default();
            write!(
                writer,
                "{{\"trace_id\":\"{trace}\",\"span_id\":\"{span}\",{rest}"
            )
        } else {
            writeln!(writer, "{} trace_id={trace}", line.trim_end())
        }
    }
}
