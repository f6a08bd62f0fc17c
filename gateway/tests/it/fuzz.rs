//! No input gives a 5xx or a panic: random requests against stand-ins that take everything.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::stage::{GOOD_TOKEN, Stage, request, stage};

static STAGE: LazyLock<Stage> = LazyLock::new(stage);
static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Runtime::new().expect("a runtime"));

fn paths() -> Vec<(String, String)> {
    let pool = prost_reflect::DescriptorPool::decode(proto::DESCRIPTOR).expect("the contract");
    let routes =
        gateway::route::Routes::read(&pool, &gateway::route::access::SUITE).expect("routes");
    let path = |it: &gateway::route::Operation| {
        let steps = it.template.steps.iter().map(|step| match step {
            gateway::template::Step::Literal(text) => format!("/{text}"),
            gateway::template::Step::Any => "/*".to_owned(),
        });
        (it.method.to_string(), steps.collect())
    };
    routes.operations.iter().map(path).collect()
}

/// A path of the contract with anything at its stars, and its method.
fn place() -> impl Strategy<Value = (String, String)> {
    let star = prop_oneof![
        Just("a1".to_owned()),
        "[a-zA-Z0-9%._~-]{0,12}",
        "(%[0-9a-f]{2}){1,4}"
    ];
    (
        prop::sample::select(paths()),
        prop::collection::vec(star, 4),
    )
        .prop_map(|((method, path), stars)| {
            let mut stars = stars.into_iter();
            let filled = path.split('*').map(str::to_owned).collect::<Vec<_>>();
            let mut text = filled[0].clone();
            for part in &filled[1..] {
                text.push_str(&stars.next().unwrap_or_default());
                text.push_str(part);
            }
            (method, text)
        })
}

fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("name".to_owned()),
        Just("answers".into()),
        Just("etag".into()),
        Just("requestId".into()),
        Just("state".into()),
        Just("createTime".into()),
        Just("titles".into()),
        Just("rules".into()),
        Just("holdDuration".into()),
        Just("declarations".into()),
        Just("sizeBytes".into()),
        "\\PC{0,6}",
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|it| it.to_string()),
        any::<i64>().prop_map(|it| it.to_string()),
        any::<f64>().prop_map(|it| serde_json::to_string(&it).unwrap_or_default()),
        "\\PC{0,10}".prop_map(|it| serde_json::to_string(&it).expect("JSON")),
        Just("\"2026-06-01T00:00:00Z\"".to_owned()),
        Just("\"9999999999999999s\"".to_owned()),
        Just("\"-0.1s\"".to_owned()),
        Just("\"99999-99-99T99:99:99Z\"".to_owned()),
    ];
    let tree = leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|it| format!("[{}]", it.join(","))),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|entries| {
                let entries: Vec<_> = entries
                    .into_iter()
                    .map(|(key, value)| {
                        format!("{}:{value}", serde_json::to_string(&key).expect("JSON"))
                    })
                    .collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    });
    prop_oneof![4 => tree, 1 => "\\PC{0,30}"]
}

fn query() -> impl Strategy<Value = String> {
    let pair = (
        "(pageSize|pageToken|state|role|etag|updateMask|requestId|earliestStartTime|freeOnly|[a-z._]{1,8})",
        "[a-zA-Z0-9%+.:-]{0,10}",
    );
    prop::collection::vec(pair, 0..4).prop_map(|pairs| {
        let pairs: Vec<_> = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    })
}

fn header() -> impl Strategy<Value = (&'static str, String)> {
    const NAMES: &[&str] = &[
        "idempotency-key",
        "if-match",
        "accept-language",
        "traceparent",
        "cookie",
        "content-digest",
        "x-irikteu-session",
        "content-length",
        "authorization",
        "origin",
        "x-forwarded-for",
        "content-encoding",
    ];
    (prop::sample::select(NAMES), "[ -~]{0,40}")
}

const METHODS: &[&str] = &[
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_breaks_the_gateway(
        (own, path) in place(),
        other in prop::option::weighted(0.2, prop::sample::select(METHODS)),
        query in query(),
        body in json(),
        headers in prop::collection::vec(header(), 0..3),
        is_known: bool,
        is_json in prop::bool::weighted(0.9),
    ) {
        let method = other.unwrap_or(&own);
        let uri = format!("{path}?{query}");
        prop_assume!(uri.parse::<http::Uri>().is_ok());
        let mut builder = request(method, &uri);
        if is_json {
            builder = builder.header("content-type", "application/json");
        }
        if is_known {
            builder = builder.header("authorization", format!("Bearer {GOOD_TOKEN}"));
        }
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let reply = RUNTIME.block_on(STAGE.send(builder, body.clone()));
        prop_assert!(reply.status.as_u16() < 500, "{method} {uri} {body}: {} {}", reply.status, reply.json);
        if reply.status.as_u16() >= 400 && method != "HEAD" {
            prop_assert!(reply.json["reason"].is_string(), "{method} {uri}: {:?}", reply.bytes);
        }
    }
}
