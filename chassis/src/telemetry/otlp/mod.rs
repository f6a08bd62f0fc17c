//! Spans and metrics to a collector, over OTLP/gRPC.
//!
//! What ends is put into a bounded queue; a thread of its own takes it from there. A collector that is
//! slow or gone costs spans, which are counted, and nothing else: nobody waits for it.

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor};
use tokio::sync::{mpsc, oneshot};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

use super::metrics::METRICS;
use super::trace;
use crate::config::OtlpArgs;

mod sender;
mod wire;

/// One request to the collector may take so long.
const ANSWER: Duration = Duration::from_secs(5);

/// A program that ends waits so long at most for what is still to be sent.
const FAREWELL: Duration = Duration::from_secs(3);

/// Asks the sender to send everything, and to say when.
type Flush = oneshot::Sender<()>;

static SENDER: OnceLock<mpsc::Sender<Flush>> = OnceLock::new();

/// Begins to record and to send. Calling it twice changes nothing.
pub(super) fn start(name: &'static str, url: &str, args: &OtlpArgs) -> anyhow::Result<()> {
    if SENDER.get().is_some() {
        return Ok(());
    }
    let endpoint = endpoint(url, args)?;
    let (spans, queue) = mpsc::channel(args.trace_queue as usize);
    let (flush, flushes) = mpsc::channel(1);
    let every = Some(args.otlp_metrics_seconds).filter(|it| *it > 0);
    let every = every.map(|it| Duration::from_secs(it.into()));
    let resource = wire::resource(name);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("telemetry".into())
        .spawn(move || {
            runtime.block_on(sender::run(endpoint, resource, queue, flushes, every));
        })
        .context("the thread of the telemetry")?;
    let share = Sampler::TraceIdRatioBased(args.trace_share);
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(share)))
        .with_span_processor(Queue { spans })
        .build();
    trace::begin(provider.tracer("irikteu"));
    let _ = SENDER.set(flush);
    Ok(())
}

/// Sends what is still to be sent, before the process ends. Waits a few seconds at most.
pub async fn stop() {
    let Some(sender) = SENDER.get() else {
        return;
    };
    let (done, told) = oneshot::channel();
    let flushed = async {
        if sender.send(done).await.is_ok() {
            // It ends without a word where the thread has gone.
            let _ = told.await;
        }
    };
    if tokio::time::timeout(FAREWELL, flushed).await.is_err() {
        tracing::warn!("the collector did not take the last spans and metrics");
    }
}

/// Where the collector is, as the settings say.
///
/// # Errors
/// If they say nothing that can be used.
pub fn endpoint(url: &str, args: &OtlpArgs) -> anyhow::Result<Endpoint> {
    let wrong = || {
        format!("IRIKTEU_OTLP_URL is {url:?}, which is no address such as http://collector:4317")
    };
    let uri: http::Uri = url.parse().with_context(wrong)?;
    let scheme = uri.scheme_str();
    anyhow::ensure!(matches!(scheme, Some("http" | "https")), wrong());
    let is_https = scheme == Some("https");
    let endpoint = Endpoint::from(uri).connect_timeout(ANSWER).timeout(ANSWER);
    if !is_https {
        return Ok(endpoint);
    }
    crate::tls::use_ring();
    let file = args.otlp_authority_file.as_ref().context(
        "IRIKTEU_OTLP_URL is https: IRIKTEU_OTLP_AUTHORITY_FILE must say whom to believe",
    )?;
    let pem = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
    Ok(endpoint.tls_config(tls)?)
}

/// Takes spans as they end, and drops those that there is no room for.
#[derive(Debug)]
struct Queue {
    spans: mpsc::Sender<SpanData>,
}

impl SpanProcessor for Queue {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() && self.spans.try_send(span).is_err() {
            METRICS.spans.with_label_values(&["dropped"]).inc();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
