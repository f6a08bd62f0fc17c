//! The thread that talks to the collector. Spans that it did not take wait for its return; beyond the
//! queue they are dropped, counted, and told of once.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::super::metrics::{METRICS, gather};
use super::{ANSWER, Flush, wire};

/// Spans of one request.
const BATCH: usize = 512;

/// How long spans wait for others to go with them, and between two tries.
const TURN: Duration = Duration::from_secs(1);

/// Sends until the process ends.
pub(super) async fn run(
    endpoint: Endpoint,
    resource: Resource,
    mut queue: mpsc::Receiver<SpanData>,
    mut flushes: mpsc::Receiver<Flush>,
    every: Option<Duration>,
) {
    let channel = endpoint.connect_lazy();
    let mut sender = Sender {
        traces: TraceServiceClient::new(channel.clone()),
        metrics: MetricsServiceClient::new(channel),
        resource,
        batch: Vec::with_capacity(BATCH),
        unsent: None,
        is_up: true,
    };
    let mut turn = interval(TURN);
    let mut report = interval(every.unwrap_or(Duration::from_secs(3600)));
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    report.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let room = BATCH - sender.batch.len();
        tokio::select! {
            Some(done) = flushes.recv() => {
                sender.send_all(&mut queue).await;
                if every.is_some() {
                    sender.send_metrics().await;
                }
                let _ = done.send(());
            }
            _ = report.tick(), if every.is_some() => sender.send_metrics().await,
            _ = turn.tick() => sender.send_spans().await,
            taken = queue.recv_many(&mut sender.batch, room), if room > 0 => {
                if taken == 0 {
                    return;
                }
                if sender.batch.len() == BATCH {
                    sender.send_spans().await;
                }
            }
        }
    }
}

struct Sender {
    traces: TraceServiceClient<Channel>,
    metrics: MetricsServiceClient<Channel>,
    resource: Resource,
    batch: Vec<SpanData>,
    /// What the collector did not take, and how many spans that are.
    unsent: Option<(ExportTraceServiceRequest, u64)>,
    is_up: bool,
}

impl Sender {
    async fn send_all(&mut self, queue: &mut mpsc::Receiver<SpanData>) {
        loop {
            while self.batch.len() < BATCH
                && let Ok(span) = queue.try_recv()
            {
                self.batch.push(span);
            }
            if self.batch.is_empty() && self.unsent.is_none() {
                return;
            }
            self.send_spans().await;
            if self.unsent.is_some() {
                return;
            }
        }
    }

    /// What waited longest goes first.
    async fn send_spans(&mut self) {
        if let Some((request, count)) = self.unsent.take() {
            self.send(request, count).await;
        }
        if self.unsent.is_some() || self.batch.is_empty() {
            return;
        }
        let batch: Vec<SpanData> = self.batch.drain(..).collect();
        let count = batch.len() as u64;
        let request = wire::spans(batch, &self.resource);
        self.send(request, count).await;
    }

    async fn send(&mut self, request: ExportTraceServiceRequest, count: u64) {
        let export = self.traces.export(request.clone());
        let outcome = match in_time(export).await {
            Ok(answer) => {
                let partial = answer.into_inner().partial_success;
                let rejected = partial.map_or(0, |it| it.rejected_spans);
                let rejected = u64::try_from(rejected).unwrap_or_default().min(count);
                counted("sent", count - rejected);
                counted("dropped", rejected);
                Ok(())
            }
            Err(status) => {
                if may_pass(status.code()) {
                    self.unsent = Some((request, count));
                } else {
                    counted("dropped", count);
                }
                Err(status)
            }
        };
        self.told(outcome);
    }

    async fn send_metrics(&mut self) {
        let request = wire::metrics(&gather(), &self.resource);
        let outcome = in_time(self.metrics.export(request)).await.map(drop);
        self.told(outcome);
    }

    /// Says once that the collector is away, and once that it is back.
    fn told(&mut self, outcome: Result<(), Status>) {
        METRICS.collector_up.set(i64::from(outcome.is_ok()));
        match outcome {
            Err(status) if self.is_up => {
                self.is_up = false;
                let code = status.code();
                tracing::warn!(
                    ?code,
                    "the collector takes no telemetry: spans wait, and beyond the queue they are dropped"
                );
            }
            Ok(()) if !self.is_up => {
                self.is_up = true;
                let dropped = METRICS.spans.with_label_values(&["dropped"]).get();
                tracing::info!(dropped, "the collector takes telemetry again");
            }
            _ => {}
        }
    }
}

fn counted(outcome: &str, spans: u64) {
    METRICS.spans.with_label_values(&[outcome]).inc_by(spans);
}

async fn in_time<T>(export: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
    let late = || Err(Status::deadline_exceeded("no answer in time"));
    tokio::time::timeout(ANSWER, export)
        .await
        .unwrap_or_else(|_| late())
}

/// Whether the same request may be taken later; one that is wrong never will be.
fn may_pass(code: Code) -> bool {
    !matches!(
        code,
        Code::InvalidArgument
            | Code::Unimplemented
            | Code::Unauthenticated
            | Code::PermissionDenied
            | Code::NotFound
            | Code::Internal
    )
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{Tracer, TracerProvider};
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tokio::sync::oneshot;

    use super::super::Queue;
    use super::*;
    use crate::clock::Stopwatch;
    use crate::telemetry::collector::Collector;

    const ROOM: usize = 8;

    #[tokio::test]
    async fn a_collector_that_is_away_costs_spans_and_nobody_waits_for_it() {
        let collector = Collector::start();
        collector.refuse(true);
        let (spans, queue) = mpsc::channel(ROOM);
        let (flush, flushes) = mpsc::channel(1);
        let endpoint = Endpoint::from_shared(collector.url()).expect("an address");
        let sending = tokio::spawn(run(endpoint, wire::resource("away"), queue, flushes, None));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(Queue { spans })
            .build();
        let tracer = provider.tracer("away");
        let dropped = || METRICS.spans.with_label_values(&["dropped"]).get();
        let before = dropped();

        // One runtime with one thread: nothing is sent while these end, and still they end at once.
        let watch = Stopwatch::start();
        for _ in 0..1000 {
            drop(tracer.start("work"));
        }
        assert!(watch.elapsed() < Duration::from_secs(1));
        assert_eq!(dropped() - before, 1000 - ROOM as u64);
        let (done, told) = oneshot::channel();
        flush.send(done).await.expect("the sender");
        told.await.expect("an end, although nobody takes it");
        assert_eq!(METRICS.collector_up.get(), 0);
        assert!(collector.taken().spans.is_empty());

        collector.refuse(false);
        let taken = collector.until(|it| it.spans.len() >= ROOM).await;
        assert_eq!(taken.spans.len(), ROOM, "what waited, once");
        let (done, told) = oneshot::channel();
        flush.send(done).await.expect("the sender");
        told.await.expect("an end");
        assert_eq!(METRICS.collector_up.get(), 1);
        sending.abort();
    }
}
