//! Spans: what a call, a statement and an event took, each under its cause.
//!
//! They are apart from the spans of the log: what leaves the process is set here, name by name, and
//! nothing else does. Where no collector is named there are none, and what arrives with a call is
//! passed on with the calls and events that it causes.

use std::borrow::Cow;
use std::future::Future;
use std::sync::OnceLock;

use http::HeaderMap;
use opentelemetry::trace::{
    FutureExt, Link, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer, get_active_span,
};
/// What a place in a trace is made of.
pub use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;

use super::names::attribute;
use super::{carry, carry::Carried};
use crate::bus::Event;

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// From now on spans are made. The first call counts.
pub(super) fn begin(tracer: SdkTracer) {
    let _ = TRACER.set(tracer);
}

/// The place in a trace that the work of this moment has.
pub fn current() -> Option<SpanContext> {
    get_active_span(|span| {
        let place = span.span_context();
        place.is_valid().then(|| place.clone())
    })
}

pub(super) fn current_ids() -> Option<(TraceId, SpanId)> {
    get_active_span(|span| {
        let place = span.span_context();
        place
            .is_valid()
            .then(|| (place.trace_id(), place.span_id()))
    })
}

fn current_is_sampled() -> bool {
    get_active_span(|span| span.span_context().is_sampled())
}

/// Where a call that arrives stands: whose trace it goes on with, and which it only points to.
#[derive(Debug, Clone)]
pub enum Origin {
    Nowhere,
    /// One of our own says so.
    Ours(SpanContext),
    /// A stranger says so. Had we gone on with it, anybody could choose our ids and have everything
    /// recorded; so a trace of our own begins, and points to it.
    Stranger(SpanContext),
}

impl Origin {
    /// What the headers say, believed or not.
    pub fn of(headers: &HeaderMap, is_ours: bool) -> Self {
        match carry::from_headers(headers) {
            None => Self::Nowhere,
            Some(place) if is_ours => Self::Ours(place),
            Some(place) => Self::Stranger(place),
        }
    }
}

/// Work under way. It ends when the value goes.
#[must_use]
pub struct Span {
    /// What the work stands in; `None` leaves that as it is.
    context: Option<Context>,
    /// Whether the span of the context is this one, or that of a caller somewhere else.
    is_own: bool,
}

impl Span {
    const NONE: Self = Self {
        context: None,
        is_own: false,
    };

    /// A call over HTTP. Its route is known later; `or_else` names its place where nothing is recorded.
    pub fn http(method: &str, origin: Origin, or_else: impl FnOnce() -> SpanContext) -> Self {
        let attributes = || vec![text(attribute::HTTP_METHOD, method.to_owned())];
        let span = Self::entry(SpanKind::Server, method.to_owned(), origin, attributes);
        match span.context {
            Some(_) => span,
            None => Self::passing(or_else()),
        }
    }

    /// A call that arrives over gRPC. `rpc` is one that the service knows: paths are the caller's choice.
    pub fn rpc_server(rpc: &str, origin: Origin) -> Self {
        Self::entry(SpanKind::Server, name_of(rpc), origin, || of_rpc(rpc))
    }

    /// A call that leaves over gRPC. Where no work of this moment causes it, it goes on with what its
    /// headers say, or begins a trace.
    pub fn rpc_client(rpc: &str, headers: &HeaderMap) -> Self {
        let attributes = || of_rpc(rpc);
        if current_ids().is_some() {
            return Self::child(SpanKind::Client, || name_of(rpc).into(), attributes);
        }
        let origin = Origin::of(headers, true);
        Self::entry(SpanKind::Client, name_of(rpc), origin, attributes)
    }

    /// A statement. `summary` is its verb and its table, never its values.
    pub fn statement(
        system: &'static str,
        operation: &'static str,
        summary: impl Fn() -> String,
    ) -> Self {
        let attributes = || {
            vec![
                KeyValue::new(attribute::DB_SYSTEM, system),
                KeyValue::new(attribute::DB_OPERATION, operation),
                text(attribute::DB_SUMMARY, summary()),
            ]
        };
        Self::child(SpanKind::Client, || summary().into(), attributes)
    }

    /// An event that is written into the outbox.
    pub fn producer(kind: &str, id: uuid::Uuid) -> Self {
        let attributes = || {
            let mut all = of_message(kind, id);
            all.push(KeyValue::new(attribute::MESSAGING_OPERATION, "send"));
            all
        };
        Self::child(
            SpanKind::Producer,
            || format!("send {kind}").into(),
            attributes,
        )
    }

    /// An event that a subscriber takes: it goes on where the event was written.
    pub fn consumer(subscriber: &'static str, event: &Event) -> Self {
        let origin = event.trace.as_ref().and_then(Carried::place);
        let attributes = || {
            let mut all = of_message(&event.kind, event.id);
            all.push(KeyValue::new(attribute::MESSAGING_OPERATION, "process"));
            all.push(KeyValue::new(attribute::MESSAGING_GROUP, subscriber));
            all
        };
        let origin = origin.map_or(Origin::Nowhere, Origin::Ours);
        let name = format!("process {}", event.kind);
        Self::entry(SpanKind::Consumer, name, origin, attributes)
    }

    /// Where work comes in. It stands in no other work of this process.
    fn entry(
        kind: SpanKind,
        name: String,
        origin: Origin,
        attributes: impl FnOnce() -> Vec<KeyValue>,
    ) -> Self {
        let Some(tracer) = TRACER.get() else {
            return match origin {
                Origin::Ours(place) => Self::passing(place),
                Origin::Nowhere | Origin::Stranger(_) => Self::NONE,
            };
        };
        let mut builder = SpanBuilder::from_name(name).with_kind(kind);
        let parent = match origin {
            Origin::Ours(place) if !place.is_sampled() => return Self::passing(place),
            Origin::Ours(place) => Context::new().with_remote_span_context(place),
            Origin::Stranger(place) => {
                builder = builder.with_links(vec![Link::with_context(place)]);
                Context::new()
            }
            Origin::Nowhere => Context::new(),
        };
        Self::started(tracer, builder.with_attributes(attributes()), &parent)
    }

    /// Work within work that is recorded; otherwise nothing.
    fn child(
        kind: SpanKind,
        name: impl FnOnce() -> Cow<'static, str>,
        attributes: impl FnOnce() -> Vec<KeyValue>,
    ) -> Self {
        match TRACER.get() {
            Some(tracer) if current_is_sampled() => {
                let builder = SpanBuilder::from_name(name()).with_kind(kind);
                let builder = builder.with_attributes(attributes());
                Self::started(tracer, builder, &Context::current())
            }
            _ => Self::NONE,
        }
    }

    fn started(tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Self {
        let span = tracer.build_with_context(builder, parent);
        Self {
            context: Some(parent.with_span(span)),
            is_own: true,
        }
    }

    /// Nothing is recorded here, but what is caused here still belongs to that trace.
    pub fn passing(place: SpanContext) -> Self {
        Self {
            context: Some(Context::new().with_remote_span_context(place)),
            is_own: false,
        }
    }

    /// Does the work in this place of the trace.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        match &self.context {
            Some(context) => work.with_context(context.clone()).await,
            None => work.await,
        }
    }

    /// The same for work that does not wait.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let _place = self.context.clone().map(Context::attach);
        work()
    }

    /// Whether it is recorded: what is worth only that need not be done otherwise.
    pub fn is_recorded(&self) -> bool {
        self.is_own
            && self
                .context
                .as_ref()
                .is_some_and(|it| it.span().is_recording())
    }

    /// The place that others go on from: this one's, or that of the work around it.
    pub fn place(&self) -> Option<SpanContext> {
        match &self.context {
            Some(context) => Some(context.span().span_context().clone()),
            None => current(),
        }
    }

    /// What came of a call over HTTP.
    pub fn answered_http(&self, route: &str, status: u16) {
        self.with_own(|span| {
            span.update_name(route.to_owned());
            let template = route
                .split_once(' ')
                .map_or(route, |(_, template)| template);
            span.set_attribute(text(attribute::HTTP_ROUTE, template.to_owned()));
            span.set_attribute(KeyValue::new(attribute::HTTP_STATUS, i64::from(status)));
            if status >= 500 {
                span.set_attribute(text(attribute::ERROR_TYPE, status.to_string()));
                span.set_status(Status::error(""));
            }
        });
    }

    /// What came of a call that arrived over gRPC. A refusal is no fault of the service.
    pub fn answered_rpc(&self, code: i32) {
        const FAULTS: [i32; 6] = [2, 4, 12, 13, 14, 15];
        self.answered(code, FAULTS.contains(&code));
    }

    /// What came of a call that left over gRPC.
    pub fn got_answer(&self, code: i32) {
        self.answered(code, code != 0);
    }

    fn answered(&self, code: i32, is_fault: bool) {
        self.with_own(|span| {
            span.set_attribute(KeyValue::new(attribute::RPC_STATUS, i64::from(code)));
            if is_fault {
                span.set_attribute(text(attribute::ERROR_TYPE, code.to_string()));
                span.set_status(Status::error(""));
            }
        });
    }

    /// It did not do what it should; `what` is one of a few words of ours.
    pub fn failed(&self, what: &'static str) {
        self.with_own(|span| {
            span.set_attribute(KeyValue::new(attribute::ERROR_TYPE, what));
            span.set_status(Status::error(""));
        });
    }

    fn with_own(&self, set: impl FnOnce(opentelemetry::trace::SpanRef<'_>)) {
        if let Some(context) = self.context.as_ref().filter(|_| self.is_own) {
            set(context.span());
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        // Work that was left may still hold the context; the span ends here all the same.
        self.with_own(|span| span.end());
    }
}

fn text(name: &'static str, value: String) -> KeyValue {
    KeyValue::new(name, value)
}

/// `/package.Service/Method` without its first stroke, as the conventions write it.
fn name_of(rpc: &str) -> String {
    rpc.trim_start_matches('/').to_owned()
}

fn of_rpc(rpc: &str) -> Vec<KeyValue> {
    let mut all = vec![KeyValue::new(attribute::RPC_SYSTEM, "grpc")];
    if let Some((service, method)) = rpc.trim_start_matches('/').split_once('/') {
        all.push(text(attribute::RPC_SERVICE, service.to_owned()));
        all.push(text(attribute::RPC_METHOD, method.to_owned()));
    }
    all
}

fn of_message(kind: &str, id: uuid::Uuid) -> Vec<KeyValue> {
    vec![
        KeyValue::new(attribute::MESSAGING_SYSTEM, "irikteu"),
        text(attribute::MESSAGING_DESTINATION, kind.to_owned()),
        text(attribute::MESSAGING_ID, id.to_string()),
    ]
}
