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

async fn read(stage: &Stage) -> u16 {
    let builder = signed_in(request("GET", "/v1/campaigns"));
    stage.send(builder, "").await.status.as_u16()
}

#[tokio::test]
async fn a_page_that_asks_for_ten_things_costs_one_exchange_for_each_service() {
    let stage = stage();
    for _ in 0..5 {
        assert_eq!(read(&stage).await, 200);
        let builder = signed_in(request("GET", "/v1/reviewTasks"));
        assert_eq!(stage.send(builder, "").await.status, 200);
    }
    assert_eq!(stage.gateway_calls(), 2);
    stage.clock.advance(jiff::SignedDuration::from_secs(3));
    read(&stage).await;
    assert_eq!(stage.gateway_calls(), 3);
    // A token that is not good is asked about each time.
    for _ in 0..2 {
        let builder = request("GET", "/v1/campaigns").header("authorization", "Bearer old");
        assert_eq!(stage.send(builder, "").await.status, 401);
    }
    assert_eq!(stage.gateway_calls(), 5);
}

#[tokio::test]
async fn a_session_that_this_gateway_ends_or_changes_is_asked_about_again_at_once() {
    let account = format!("accounts/{}", uuid::Uuid::from_u128(7));
    // What is called, by the account itself or by somebody else, and what it answers with.
    for (path, rpc, by_itself) in [
        ("/v1/sessions/current/end", "EndSession", true),
        ("/v1/sessions/refresh", "RefreshSession", false),
        ("/v1/accounts/7/grantRole", "GrantRole", false),
    ] {
        let stage = stage();
        let named = account.clone();
        if rpc == "GrantRole" {
            stage.on(rpc, move |_: identity::GrantRoleRequest| {
                Ok(identity::Account {
                    name: named.clone(),
                    ..Default::default()
                })
            });
        } else if rpc == "RefreshSession" {
            stage.on(rpc, move |_: identity::RefreshSessionRequest| {
                Ok(identity::Session {
                    account: named.clone(),
                    ..Default::default()
                })
            });
        }
        read(&stage).await;
        read(&stage).await;
        assert_eq!(stage.gateway_calls(), 1, "{rpc}");
        let builder = json("POST", path);
        let builder = if by_itself {
            signed_in(builder)
        } else {
            builder
        };
        assert_eq!(stage.send(builder, "{}").await.status, 200, "{rpc}");
        let before = stage.gateway_calls();
        read(&stage).await;
        assert_eq!(stage.gateway_calls(), before + 1, "{rpc}");
    }
}

#[tokio::test]
async fn a_stolen_refresh_token_makes_the_gateway_ask_about_everybody() {
    let stage = stage();
    stage.on("RefreshSession", |_: identity::RefreshSessionRequest| {
        Err::<identity::Session, _>(chassis::Error::Unauthenticated("REFRESH_TOKEN_REUSED"))
    });
    read(&stage).await;
    let reply = stage
        .post("/v1/sessions/refresh", r#"{"refreshToken": "copied"}"#)
        .await;
    assert_eq!(reply.status, 401);
    read(&stage).await;
    assert_eq!(stage.gateway_calls(), 2);
}
