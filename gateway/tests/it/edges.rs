//! What every route has: security headers, health, metrics, origins that may call.

use gateway::edge::ClientAddress;

use crate::stage::{request, signed_in, stage, stage_with};

#[tokio::test]
async fn every_route_has_the_security_headers() {
    let stage = stage();
    for path in [
        "/",
        "/docs",
        "/docs/docs.js",
        "/confirm",
        "/confirm-email",
        "/recover",
        "/accept-invitation",
        "/reject-offer",
        "/pages/link.js",
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
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            (
                "permissions-policy",
                "camera=(), geolocation=(), microphone=(), payment=()",
            ),
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

#[tokio::test]
async fn a_listed_origin_reads_answers_refusals_and_their_headers() {
    let config = gateway::GatewayConfig {
        allowed_origins: vec!["https://app.example".into()],
        ..Default::default()
    };
    let stage = stage_with(config);
    // Path, origin, whether its page may read the answer.
    for (path, origin, may) in [
        ("/v1/campaigns", "https://app.example", true),
        ("/v1/nothing", "https://app.example", true),
        ("/v1/campaigns", "http://app.example", false),
        ("/v1/campaigns", "https://app.example.evil", false),
        ("/v1/campaigns", "null", false),
    ] {
        let reply = stage
            .send(request("GET", path).header("origin", origin), "")
            .await;
        let allowed = reply.header("access-control-allow-origin");
        assert_eq!(allowed, if may { origin } else { "" }, "{path} {origin}");
        // A cache must not give one origin's answer to another.
        let vary = reply.headers.get_all("vary").iter();
        let vary: Vec<_> = vary.map(|it| it.to_str().expect("text")).collect();
        assert!(vary.join(",").contains("origin"), "{vary:?}");
        if may {
            let exposed = reply.header("access-control-expose-headers");
            for name in ["etag", "retry-after", "x-trace-id"] {
                assert!(exposed.contains(name), "{name}: {exposed}");
            }
        }
    }
    // Without the setting nobody from elsewhere may read anything.
    let builder = request("GET", "/v1/campaigns").header("origin", "https://app.example");
    let reply = crate::stage::stage().send(builder, "").await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn services_are_told_the_address_that_our_own_proxies_saw() {
    // Proxies of ours, what the client sent, what the service is told.
    type Sent = &'static [(&'static str, &'static str)];
    let cases: [(usize, Sent, &str); 6] = [
        (0, &[], "9.9.9.9"),
        (0, &[("x-forwarded-for", "6.6.6.6")], "9.9.9.9"),
        (0, &[("x-client-address", "6.6.6.6")], "9.9.9.9"),
        (1, &[("x-forwarded-for", "6.6.6.6, 1.2.3.4")], "1.2.3.4"),
        (
            1,
            &[
                ("x-forwarded-for", "1.2.3.4"),
                ("x-client-address", "6.6.6.6"),
            ],
            "1.2.3.4",
        ),
        (1, &[("x-forwarded-for", "not an address")], "9.9.9.9"),
    ];
    for (trusted_proxies, sent, told) in cases {
        let stage = stage_with(gateway::GatewayConfig {
            trusted_proxies,
            ..Default::default()
        });
        for path in ["/v1/campaigns", "/v1/sessions/current"] {
            let mut builder = signed_in(request("GET", path));
            for (name, value) in sent {
                builder = builder.header(*name, *value);
            }
            let from = ClientAddress("9.9.9.9".parse().expect("an address"));
            assert_eq!(stage.send(builder.extension(from), "").await.status, 200);
            let headers = stage.seen.headers();
            let all: Vec<_> = headers.get_all("x-client-address").iter().collect();
            assert_eq!(all, [told], "{trusted_proxies} {sent:?}");
            assert!(!headers.contains_key("x-forwarded-for"));
            // Only the identity service counts addresses, so only it is told that this one is ours.
            let vouched = headers.contains_key("x-gateway-token");
            assert_eq!(vouched, path == "/v1/sessions/current", "{path}");
        }
    }
}

#[tokio::test]
async fn a_client_cannot_vouch_for_an_address_of_its_own() {
    let stage = stage();
    for path in ["/v1/campaigns", "/v1/sessions/current"] {
        let builder = signed_in(request("GET", path)).header("x-gateway-token", "mine");
        let from = ClientAddress("9.9.9.9".parse().expect("an address"));
        assert_eq!(stage.send(builder.extension(from), "").await.status, 200);
        let headers = stage.seen.headers();
        let vouched: Vec<_> = headers.get_all("x-gateway-token").iter().collect();
        assert!(vouched.iter().all(|token| *token != "mine"), "{vouched:?}");
    }
}

#[tokio::test]
async fn answers_are_in_the_language_that_is_asked_for() {
    let stage = stage();
    for (asked, told) in [
        ("ru", "ru"),
        ("en;q=0.3, ru;q=0.7, kk;q=0.1", "ru"),
        ("fr, en", "en"),
        ("kk-KZ", "kk"),
        ("*", "kk"),
        ("nonsense;;q", "kk"),
    ] {
        let builder = request("GET", "/v1/campaigns").header("accept-language", asked);
        let reply = stage.send(builder, "").await;
        assert_eq!(reply.header("content-language"), told, "{asked}");
        assert_eq!(stage.seen.headers()["accept-language"], told, "{asked}");
    }
}
