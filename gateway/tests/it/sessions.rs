//! Bearer tokens, cookies and the pages that may use them.

use proto::identity::v1 as identity;
use proto::questionnaire::v1 as questionnaire;

use crate::stage::{GOOD_TOKEN, Stage, json, request, signed_in, stage, stage_with};

fn cookie(builder: http::request::Builder, token: &str) -> http::request::Builder {
    builder.header("cookie", format!("theme=dark; __Host-irikteu={token}"))
}

fn with_sessions() -> Stage {
    let stage = stage();
    let session = |stage: &Stage, until: i64| identity::Session {
        name: "sessions/s1".into(),
        access_token: "access-1".into(),
        refresh_token: "refresh-1".into(),
        access_expire_time: Some(prost_types::Timestamp {
            seconds: stage.clock.now().as_second() + until,
            nanos: 0,
        }),
        refresh_expire_time: Some(prost_types::Timestamp {
            seconds: stage.clock.now().as_second() + 10 * until,
            nanos: 0,
        }),
        ..Default::default()
    };
    let made = session(&stage, 900);
    stage.on("CreateSession", move |_: identity::CreateSessionRequest| {
        Ok(made.clone())
    });
    let made = session(&stage, 900);
    stage.on(
        "RefreshSession",
        move |request: identity::RefreshSessionRequest| match request.refresh_token.as_str() {
            "refresh-0" => Ok(made.clone()),
            _ => Err(chassis::Error::Unauthenticated("SESSION_ENDED")),
        },
    );
    stage
}

#[tokio::test]
async fn a_bearer_token_becomes_a_token_for_one_service() {
    let stage = stage();
    let reply = stage
        .send(signed_in(request("GET", "/v1/campaigns/c")), "")
        .await;
    assert_eq!(reply.status, 200);
    let headers = stage.seen.headers();
    let sent = headers["authorization"].to_str().expect("text");
    let token = sent.strip_prefix("Bearer ").expect("a bearer token");
    assert_ne!(token, GOOD_TOKEN);
    let claims = token.split('.').nth(1).expect("claims");
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims);
    let claims: serde_json::Value = serde_json::from_slice(&claims.expect("base64")).expect("JSON");
    assert_eq!(
        (&claims["aud"], &claims["typ"]),
        (&"questionnaire-svc".into(), &"person".into())
    );
}

#[tokio::test]
async fn a_stranger_stays_a_stranger() {
    let stage = stage();
    assert_eq!(stage.get("/v1/campaigns/c").await.status, 200);
    assert!(!stage.seen.headers().contains_key("authorization"));
}

#[tokio::test]
async fn a_bearer_token_that_is_not_good_ends_the_call() {
    let stage = stage();
    for (value, reason) in [
        ("Bearer old", "SESSION_ENDED"),
        ("Basic YTpi", "NOT_SIGNED_IN"),
        ("x", "NOT_SIGNED_IN"),
    ] {
        let reply = stage
            .send(
                request("GET", "/v1/campaigns").header("authorization", value),
                "",
            )
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.json["reason"].as_str()),
            (401, Some(reason))
        );
    }
    assert!(stage.seen.paths().is_empty());
}

#[tokio::test]
async fn a_cookie_that_is_not_good_counts_as_none() {
    let stage = stage();
    let reply = stage
        .send(cookie(request("GET", "/v1/campaigns"), "old"), "")
        .await;
    assert_eq!(reply.status, 200);
    stage.on("GetCampaign", |_: questionnaire::GetCampaignRequest| {
        Err::<questionnaire::Campaign, _>(chassis::Error::Unauthenticated("NOT_SIGNED_IN"))
    });
    let reply = stage
        .send(cookie(request("GET", "/v1/campaigns/c"), "old"), "")
        .await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (401, &"SESSION_ENDED".into())
    );
}

#[tokio::test]
async fn tokens_are_in_the_body_unless_cookies_are_asked_for() {
    let stage = with_sessions();
    let reply = stage.post("/v1/sessions", "{}").await;
    assert_eq!(reply.json["accessToken"], "access-1");
    assert!(reply.cookies().is_empty());

    let builder = json("POST", "/v1/sessions").header("x-irikteu-session", "cookie");
    let reply = stage.send(builder, "{}").await;
    assert_eq!(reply.json["name"], "sessions/s1");
    assert!(reply.json.get("accessToken").is_none() && reply.json.get("refreshToken").is_none());
    assert_eq!(
        reply.cookies(),
        [
            "__Host-irikteu=access-1; Max-Age=900; Path=/; Secure; HttpOnly; SameSite=Lax",
            "__Host-irikteu-refresh=refresh-1; Max-Age=9000; Path=/; Secure; HttpOnly; SameSite=Lax",
        ]
    );
}

#[tokio::test]
async fn a_refresh_takes_the_cookie_and_gives_new_ones() {
    let stage = with_sessions();
    let ours = |token: &str| {
        json("POST", "/v1/sessions/refresh")
            .header("cookie", format!("__Host-irikteu-refresh={token}"))
            .header("sec-fetch-site", "same-origin")
    };
    let reply = stage.send(ours("refresh-0"), "").await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert_eq!(reply.cookies().len(), 2);
    assert!(reply.json.get("refreshToken").is_none());
    let reply = stage.send(ours("stolen"), "").await;
    assert_eq!(reply.status, 401);
    assert!(
        reply.cookies().iter().all(|it| it.contains("Max-Age=0")) && reply.cookies().len() == 2
    );
}

#[tokio::test]
async fn signing_out_takes_the_cookies_away() {
    let stage = with_sessions();
    let builder = cookie(json("POST", "/v1/sessions/current/end"), GOOD_TOKEN);
    let reply = stage
        .send(builder.header("sec-fetch-site", "same-origin"), "{}")
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.cookies().len(), 2);
    let reply = stage
        .send(signed_in(json("POST", "/v1/sessions/current/end")), "{}")
        .await;
    assert!(reply.cookies().is_empty());
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing_with_our_cookies() {
    let allowed = gateway::GatewayConfig {
        allowed_origins: vec!["https://app.example".into()],
        ..Default::default()
    };
    let stage = stage_with(allowed);
    let path = "/v1/reviewTasks/t/claim";
    let cases: [(&[(&str, &str)], u16); 10] = [
        (&[], 403),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("sec-fetch-site", "none")], 200),
        (&[("sec-fetch-site", "same-site")], 403),
        (
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            403,
        ),
        (
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://app.example"),
            ],
            200,
        ),
        (&[("origin", "http://localhost")], 200),
        (&[("origin", "http://localhost:81")], 403),
        (&[("origin", "null")], 403),
        (
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://localhost"),
            ],
            403,
        ),
    ];
    for (headers, status) in cases {
        let mut builder = cookie(json("POST", path), GOOD_TOKEN);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let reply = stage.send(builder, "{}").await;
        assert_eq!(reply.status, status, "{headers:?}");
        if status == 403 {
            assert_eq!(reply.json["reason"], "ORIGIN_NOT_ALLOWED");
        }
    }
    // A bearer token is not sent by a browser on its own, and reading changes nothing.
    assert_eq!(
        stage.send(signed_in(json("POST", path)), "{}").await.status,
        200
    );
    let builder =
        cookie(request("GET", "/v1/campaigns"), GOOD_TOKEN).header("sec-fetch-site", "cross-site");
    assert_eq!(stage.send(builder, "").await.status, 200);
}
