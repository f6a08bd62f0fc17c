//! Bodies that are wrong: each has a reason of its own, and none reaches a service.

use crate::stage::{Reply, json, request, stage};

const SECTION: &str = "/v1/campaigns/c/applications/a/sections/s";

async fn patched(body: &str) -> Reply {
    let stage = stage();
    let reply = stage.send(json("PATCH", SECTION), body.to_owned()).await;
    assert!(stage.seen.paths().is_empty(), "it reached the service");
    reply
}

#[tokio::test]
async fn every_wrong_field_is_told_with_its_path() {
    let body = r#"{
        "answers": {"rows": [{"a": 1, "a": 2}]},
        "name": 5,
        "colour": "red",
        "complete": "yes",
        "problems": [{"field": 1}, 2],
        "updateTime": "yesterday",
        "etag": "a",
        "etag": "b"
    }"#;
    let reply = patched(body).await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.violations(),
        [
            "answers.rows[0].a DUPLICATE_FIELD",
            "name WRONG_TYPE",
            "colour UNKNOWN_FIELD",
            "complete WRONG_TYPE",
            "problems[0].field WRONG_TYPE",
            "problems[1] WRONG_TYPE",
            "updateTime INVALID_FORMAT",
            "etag DUPLICATE_FIELD",
        ]
    );
}

#[tokio::test]
async fn what_is_not_json_is_told_with_its_place() {
    let reply = patched("{\n \"answers\": {},\n}").await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.violations(), ["body MALFORMED_JSON"]);
    assert_eq!(reply.json["metadata"]["line"], "3");
    assert_eq!(patched("[1]").await.violations(), ["body WRONG_TYPE"]);
    assert_eq!(
        patched("{\"etag\": \"a\\u0000b\"}").await.violations(),
        ["etag INVALID_FORMAT"]
    );
}

#[tokio::test]
async fn deep_json_is_refused_and_wide_json_is_not() {
    let deep = format!(
        "{{\"answers\": {{\"a\": {}{}}}}}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let reply = patched(&deep).await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.violations()[0].ends_with("TOO_DEEP"),
        "{:?}",
        reply.violations()
    );
    let stage = stage();
    let wide = format!(
        "{{\"answers\": {{\"a\": [{}]}}}}",
        vec!["1"; 60_000].join(",")
    );
    assert_eq!(stage.send(json("PATCH", SECTION), wide).await.status, 200);
    let level = format!(
        "{{\"answers\": {{\"a\": {}1{}}}}}",
        "[".repeat(14),
        "]".repeat(14)
    );
    assert_eq!(stage.send(json("PATCH", SECTION), level).await.status, 200);
}

#[tokio::test]
async fn huge_json_is_refused_before_it_is_read() {
    let huge = format!("{{\"answers\": {{\"a\": \"{}\"}}}}", "x".repeat(300_000));
    let reply = patched(&huge).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (413, &"PAYLOAD_TOO_LARGE".into())
    );
    assert_eq!(reply.json["metadata"]["max"], "262144");
    let stage = stage();
    let builder = json("PATCH", SECTION).header("content-length", "999999999");
    assert_eq!(stage.send(builder, "{}").await.status, 413);
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let stage = stage();
    for wrong in [
        "text/xml",
        "application/x-www-form-urlencoded",
        "application/json; charset=koi8-r",
        "",
        "application/jsonx",
    ] {
        let builder = request("POST", "/v1/sessions").header("content-type", wrong);
        let reply = stage.send(builder, "{}").await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json["reason"]),
            (415, &"UNSUPPORTED_MEDIA_TYPE".into()),
            "{wrong}"
        );
    }
    for good in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/merge-patch+json",
    ] {
        let builder = request("POST", "/v1/sessions").header("content-type", good);
        assert_eq!(stage.send(builder, "{}").await.status, 200, "{good}");
    }
    let zipped = json("POST", "/v1/sessions").header("content-encoding", "gzip");
    assert_eq!(stage.send(zipped, "{}").await.status, 415);
}

#[tokio::test]
async fn one_of_two_is_not_both() {
    let stage = stage();
    let body = r#"{"code": "123456", "token": "t"}"#;
    let reply = stage
        .post("/v1/registrationAttempts/r1/proveEmail", body)
        .await;
    assert_eq!(reply.violations(), ["token TOO_MANY"]);
}

#[tokio::test]
async fn a_body_of_trickles_is_not_waited_for() {
    let config = gateway::GatewayConfig {
        body_timeout: std::time::Duration::from_millis(50),
        ..Default::default()
    };
    let stage = crate::stage::stage_with(config);
    let never = axum::body::Body::from_stream(futures_util::stream::pending::<
        Result<bytes::Bytes, std::io::Error>,
    >());
    let reply = stage.send(json("POST", "/v1/sessions"), never).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (408, &"DEADLINE_EXCEEDED".into())
    );
}
