//! What every route has: security headers, health, metrics, origins that may call.

use crate::stage::{request, stage, stage_with};

#[tokio::test]
async fn every_route_has_the_security_headers() {
    let stage = stage();
    for path in [
        "/",
        "/docs",
        "/docs/docs.js",
        "/confirm",
        "/openapi.json",
        "/healthz",
        "/metrics",
        "/v1/campaigns",
        "/nothing",
    ] {
        let reply = stage.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(reply.header(name), value, "{path}");
        }
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(reply.header("strict-transport-security"), "", "{path}");
    }
    let config = gateway::GatewayConfig {
        is_https: true,
        ..Default::default()
    };
    let reply = stage_with(config).get("/healthz").await;
    assert!(
        reply
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn pages_bring_no_script_of_their_own_and_nothing_from_elsewhere() {
    let stage = stage();
    for path in ["/docs", "/confirm"] {
        let page = stage.get(path).await;
        let text = String::from_utf8(page.bytes.to_vec()).expect("text");
        assert!(
            !text.contains("<script>") && !text.contains(" style=") && !text.contains(" onclick"),
            "{path}"
        );
        assert!(
            !text.contains("//cdn") && !text.contains("https://"),
            "{path}"
        );
        for link in text
            .split(['"', '\''])
            .filter(|it| it.starts_with('/') && it.contains('.'))
        {
            assert_eq!(stage.get(link).await.status, 200, "{path} needs {link}");
        }
    }
    assert_eq!(stage.get("/").await.header("location"), "/docs");
}

#[tokio::test]
async fn health_and_metrics_are_told() {
    let stage = stage();
    assert_eq!(stage.get("/healthz").await.status, 200);
    assert_eq!(stage.get("/readyz").await.status, 200);
    stage.get("/v1/campaigns/secret-name").await;
    stage
        .send(request("BREW", "/v1/campaigns/secret-name"), "")
        .await;
    let text = String::from_utf8(stage.get("/metrics").await.bytes.to_vec()).expect("text");
    assert!(text.contains("GET /v1/{name=campaigns/*}"), "{text}");
    assert!(text.contains("OTHER unmatched"), "{text}");
    assert!(!text.contains("secret-name"));
}

#[tokio::test]
async fn only_listed_origins_may_call_from_elsewhere() {
    let config = gateway::GatewayConfig {
        allowed_origins: vec!["https://app.example".into()],
        ..Default::default()
    };
    let stage = stage_with(config);
    let ask = |origin: &str| {
        request("OPTIONS", "/v1/sessions")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,x-irikteu-session",
            )
    };
    let reply = stage.send(ask("https://app.example"), "").await;
    assert_eq!(
        reply.header("access-control-allow-origin"),
        "https://app.example"
    );
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    let reply = stage.send(ask("https://evil.example"), "").await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
}
