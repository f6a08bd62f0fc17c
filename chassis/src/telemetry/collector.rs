//! For tests: a collector that keeps what it is sent, and can refuse it for a while.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
pub use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
pub use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that was taken.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    pub spans: Vec<Span>,
    /// As they came: for who looks for something that must not be there.
    pub requests: Vec<ExportTraceServiceRequest>,
    pub metrics: Vec<ExportMetricsServiceRequest>,
}

/// A collector on a port and a thread of its own. It ends when the value goes.
pub struct Collector {
    pub address: SocketAddr,
    taken: Arc<watch::Sender<Taken>>,
    refuses: Arc<AtomicBool>,
    stop: CancellationToken,
}

#[derive(Clone)]
struct Service {
    taken: Arc<watch::Sender<Taken>>,
    refuses: Arc<AtomicBool>,
}

impl Collector {
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let (taken, refuses) = (Arc::new(watch::Sender::default()), Arc::default());
        let stop = CancellationToken::new();
        let service = Service {
            taken: Arc::clone(&taken),
            refuses: Arc::clone(&refuses),
        };
        let stopped = stop.clone();
        std::thread::spawn(move || serve(listener, service, stopped));
        Self {
            address,
            taken,
            refuses,
            stop,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on nothing is taken, or everything again.
    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    pub fn taken(&self) -> Taken {
        self.taken.borrow().clone()
    }

    /// What was taken, once it is enough.
    #[expect(clippy::panic, reason = "a test says no by panicking")]
    pub async fn until(&self, is_enough: impl Fn(&Taken) -> bool) -> Taken {
        let mut news = self.taken.subscribe();
        let enough = news.wait_for(|taken| is_enough(taken));
        let outcome = tokio::time::timeout(PATIENCE, enough).await;
        match outcome {
            Ok(taken) => taken.expect("a collector").clone(),
            Err(_) => panic!("still missing; taken so far: {:#?}", names(&self.taken())),
        }
    }
}

fn names(taken: &Taken) -> Vec<&str> {
    taken.spans.iter().map(|span| span.name.as_str()).collect()
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn serve(listener: std::net::TcpListener, service: Service, stop: CancellationToken) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let serving = Server::builder()
            .add_service(TraceServiceServer::new(service.clone()))
            .add_service(MetricsServiceServer::new(service))
            .serve_with_incoming(TcpIncoming::from(listener));
        tokio::select! {
            served = serving => served.expect("a collector"),
            () = stop.cancelled() => {}
        }
    });
}

impl Service {
    fn take(&self, change: impl FnOnce(&mut Taken)) -> Result<(), Status> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(Status::unavailable("not now"));
        }
        self.taken.send_modify(change);
        Ok(())
    }
}

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let request = request.into_inner();
        self.take(|taken| {
            let scopes = request.resource_spans.iter().flat_map(|it| &it.scope_spans);
            taken.spans.extend(scopes.flat_map(|it| it.spans.clone()));
            taken.requests.push(request.clone());
        })?;
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Service {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.take(|taken| taken.metrics.push(request.into_inner()))?;
        Ok(Response::new(Default::default()))
    }
}

/// The attribute of a span, as text.
pub fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|it| it.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}
