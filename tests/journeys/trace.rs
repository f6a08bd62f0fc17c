//! One trace of a whole submission, as a collector sees it; and that nobody's data is in what is told.
//!
//! The tracer is one for the process, so what the other journeys do is told too: the people of all of
//! them are looked for.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use chassis::telemetry::collector::{Collector, Span, SpanKind, Taken, attribute};
use chassis::telemetry::log::{LogFormat, lines};
use clap::Parser;
use serde_json::{Value, json};
use tests::town::Town;
use tracing_subscriber::fmt::MakeWriter;

use crate::steps::*;

const SUBMIT: &str = "irikteu.questionnaire.v1.Applications/SubmitApplication";
const SUBMITTED: &str = "irikteu.events.v1.ApplicationSubmitted";
/// Who takes a submission, and the row that comes of it.
const EFFECTS: [(&str, &str); 3] = [
    ("review", "review_task"),
    ("identity", "message"),
    ("testing", "directions"),
];

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    common: chassis::config::CommonArgs,
}

/// Log lines, kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

struct Told {
    collector: Collector,
    log: Kept,
}

static TOLD: LazyLock<Told> = LazyLock::new(|| {
    let (collector, log) = (Collector::start(), Kept::default());
    let filter = "debug,h2=info,hyper=info,tower=info";
    let subscriber = lines(filter, LogFormat::Json, false, log.clone()).unwrap();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let url = collector.url();
    // Room for what all journeys do at once, so that none of a trace is missing.
    let args = [
        "test",
        "--otlp-url",
        &url,
        "--otlp-metrics-seconds",
        "1",
        "--trace-queue",
        "100000",
    ];
    let args = Settings::try_parse_from(args).unwrap();
    chassis::telemetry::start("journeys", &args.common).unwrap();
    Told { collector, log }
});

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_is_one_trace_from_the_request_to_the_message() {
    let told = &*TOLD;
    let town = Town::at_ten_on_the_first_of_june().await;
    let candidate = registers(&town).await;
    let application = opens_the_questionnaire(&town, &candidate).await;
    fills_personal_education_and_work(&candidate, &application).await;
    takes_the_language_test(&town, &candidate, &application).await;
    let path = format!("/v1/{application}/submit");
    let answer = candidate.post(&path, declarations()).await;
    let trace = answer.headers["x-trace-id"].to_str().unwrap().to_owned();
    assert_eq!(answer.ok()["state"], "STATE_SUBMITTED");
    town.settled().await;

    let is_whole = |taken: &Taken| {
        let tree = Tree::of(taken, &trace);
        let had_it = |(group, table): &(&str, &str)| !tree.effects(group, table).is_empty();
        EFFECTS.iter().all(had_it) && tree.roots().len() == 1
    };
    let taken = told.collector.until(is_whole).await;
    let tree = Tree::of(&taken, &trace);

    // HTTP, gRPC, database.
    let request = tree.only(
        SpanKind::Server,
        "POST /v1/{name=campaigns/*/applications/*}/submit",
    );
    assert!(request.parent_span_id.is_empty());
    let call = tree.only(SpanKind::Client, SUBMIT);
    assert_eq!(call.parent_span_id, request.span_id);
    let service = tree.only(SpanKind::Server, SUBMIT);
    assert_eq!(service.parent_span_id, call.span_id);
    assert_eq!(
        attribute(service, "rpc.grpc.status_code").as_deref(),
        Some("0")
    );
    for statement in ["BEGIN", "INSERT once", "UPDATE once", "COMMIT"] {
        tree.below(service, SpanKind::Client, statement);
    }
    // The event is written within the call, and taken where it was written, by each who wants it.
    let sent = tree.below(service, SpanKind::Producer, &format!("send {SUBMITTED}"));
    tree.below(sent, SpanKind::Client, "INSERT outbox");
    for (group, table) in EFFECTS {
        // On a busy machine an event may come again; it has its effect once.
        let effects = tree.effects(group, table);
        assert_eq!(effects.len(), 1, "{table} in {:#?}", tree.names());
        assert_eq!(effects[0].parent_span_id, sent.span_id, "{group}");
    }

    candidate.get("/v1/nowhere").await.refused("NOT_FOUND");
    town.close().await;
    nothing_personal(told).await;
    every_line_has_its_trace(told, &trace);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_its_trace() {
    let told = &*TOLD;
    let town = Town::at_ten_on_the_first_of_june().await;
    let answer = town.someone().get("/v1/accounts/me?pageSize=1").await;
    let header = answer.headers["x-trace-id"].to_str().unwrap().to_owned();
    assert_eq!(answer.body["traceId"], header.as_str());
    let seen = |taken: &Taken| {
        let mut all = taken.spans.iter();
        all.any(|it| hex::encode(&it.trace_id) == header)
    };
    let taken = told.collector.until(seen).await;
    let tree = Tree::of(&taken, &header);
    // A template, not the path and never the query.
    let shown = format!("{:?}", tree.spans);
    assert!(!shown.contains("pageSize"), "{shown}");
    town.close().await;
}

/// The spans of one trace.
struct Tree<'a> {
    spans: Vec<&'a Span>,
}

impl<'a> Tree<'a> {
    fn of(taken: &'a Taken, trace: &str) -> Self {
        let all = taken.spans.iter();
        Self {
            spans: all
                .filter(|it| hex::encode(&it.trace_id) == trace)
                .collect(),
        }
    }

    /// Spans whose parent is not there: one, when the trace hangs together.
    fn roots(&self) -> Vec<&'a Span> {
        let ids: HashSet<&[u8]> = self.spans.iter().map(|it| it.span_id.as_slice()).collect();
        let all = self.spans.iter().copied();
        all.filter(|it| !ids.contains(it.parent_span_id.as_slice()))
            .collect()
    }

    fn all(&self, kind: SpanKind, name: &str) -> Vec<&'a Span> {
        let all = self.spans.iter().copied();
        all.filter(|it| it.kind == i32::from(kind) && it.name == name)
            .collect()
    }

    fn only(&self, kind: SpanKind, name: &str) -> &'a Span {
        let found = self.all(kind, name);
        assert_eq!(found.len(), 1, "{name} {kind:?} in {:#?}", self.names());
        found[0]
    }

    /// A child of `parent`.
    fn below(&self, parent: &Span, kind: SpanKind, name: &str) -> &'a Span {
        let found = self.all(kind, name);
        let found = found
            .into_iter()
            .find(|it| it.parent_span_id == parent.span_id);
        found.unwrap_or_else(|| panic!("{name} below {} in {:#?}", parent.name, self.names()))
    }

    /// Where the subscriber of this service took the submission and wrote a row of this table.
    fn effects(&self, service: &str, table: &str) -> Vec<&'a Span> {
        let mut found = self.all(SpanKind::Consumer, &format!("process {SUBMITTED}"));
        let group = |it: &Span| attribute(it, "messaging.consumer.group.name").unwrap();
        found.retain(|it| group(it).starts_with(service));
        found.retain(|it| self.is_under(it, &format!("INSERT {table}")));
        found
    }

    /// Whether it is somewhere below `parent`.
    fn is_under(&self, parent: &Span, name: &str) -> bool {
        let mut below = vec![parent];
        while let Some(at) = below.pop() {
            if at.name == name {
                return true;
            }
            let children = self
                .spans
                .iter()
                .filter(|it| it.parent_span_id == at.span_id);
            below.extend(children.copied());
        }
        false
    }

    fn names(&self) -> Vec<String> {
        let all = self.spans.iter();
        all.map(|it| format!("{} {}", it.kind, it.name)).collect()
    }
}

/// Nothing of the people of the journeys is in a span, a metric or a line of the log.
async fn nothing_personal(told: &Told) {
    let taken = told.collector.until(|it| it.metrics.len() > 1).await;
    let log = String::from_utf8(told.log.0.lock().unwrap().clone()).unwrap();
    let shown = chassis::telemetry::metrics();
    let places = [
        ("spans", format!("{:?}", taken.requests)),
        ("metrics", format!("{:?}", taken.metrics)),
        ("log", log),
        ("text of metrics", shown),
    ];
    // An empty place would hold nothing, too.
    assert!(places.iter().all(|(_, text)| text.len() > 1000));
    for secret in [
        IIN,
        EMAIL,
        PASSWORD,
        "+77010000000",
        "77010000000",
        "Мәңгілік Ел",
        "Еуразия ұлттық",
        "Еріктілер",
        "Халықаралық",
        "applicant@demo.irikteu.kz",
        "KT-000001",
    ] {
        for (place, text) in &places {
            let at = text.find(secret);
            let around = at.map(|at| text[..at].lines().last().unwrap_or_default());
            assert!(at.is_none(), "{secret} in {place}: {around:?}");
        }
    }
}

fn every_line_has_its_trace(told: &Told, trace: &str) {
    let log = String::from_utf8(told.log.0.lock().unwrap().clone()).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ours = lines.filter(|line| line["trace_id"] == json!(trace));
    let answered = ours
        .find(|line| line["message"] == json!("answered"))
        .unwrap();
    assert_eq!(answered["span_id"].as_str().map(str::len), Some(16));
    assert_eq!(answered["status"], 200);
}
