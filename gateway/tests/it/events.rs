//! Server-sent events: what a page hears, when it hears nothing, and why it ends.

use std::time::Duration;

use axum::body::Body;
use gateway::GatewayConfig;
use gateway::edge::ClientAddress;
use gateway::events::StreamRules;
use http::request::Builder;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use proto::identity::v1 as identity;
use serde_json::Value;
use tower::ServiceExt;

use crate::stage::{Stage, far_streaming_stage, json, request, signed_in, streaming_stage};
use crate::weather::{Cloud, Winds, sky};

const SKY: &str = "/v1/skies/almaty/watch";
const WINDS: &str = "/v1/accounts/me/winds/watch";

/// Rules under which nothing happens by itself.
fn quiet() -> StreamRules {
    StreamRules {
        heartbeat: Duration::from_secs(3600),
        recheck: Duration::from_secs(3600),
        ..StreamRules::default()
    }
}

fn stage(streams: StreamRules) -> Stage {
    streaming_stage(config(streams))
}

fn config(streams: StreamRules) -> GatewayConfig {
    GatewayConfig {
        streams,
        rates: gateway::limit::Rates::rehearsal(),
        ..GatewayConfig::default()
    }
}

/// A page that listens.
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    read: String,
}

/// One event as a page sees it.
#[derive(Debug, PartialEq)]
struct Heard {
    event: String,
    id: String,
    data: Value,
}

impl Page {
    async fn open(stage: &Stage, builder: Builder) -> Self {
        let request = builder.body(Body::empty()).expect("a request");
        let response = stage.router.clone().oneshot(request).await;
        let (parts, body) = response.expect("an answer").into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            read: String::new(),
        }
    }

    /// The next block of lines; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                return Some(block);
            }
            let frame = self.body.frame().await?.expect("a whole stream");
            let data = frame.into_data().expect("bytes");
            self.read += std::str::from_utf8(&data).expect("text");
        }
    }

    /// The next event, without signs of life and settings.
    async fn next(&mut self) -> Option<Heard> {
        loop {
            let block = self.block().await?;
            let line = |name: &str| {
                let found = block.lines().find_map(|it| it.strip_prefix(name));
                found.unwrap_or_default().to_owned()
            };
            if !line("event: ").is_empty() {
                return Some(Heard {
                    event: line("event: "),
                    id: line("id: "),
                    data: serde_json::from_str(&line("data: ")).expect("JSON"),
                });
            }
        }
    }

    async fn colour(&mut self) -> String {
        let heard = self.next().await.expect("an event");
        assert_eq!(heard.event, "sky");
        heard.data["colour"].as_str().expect("a colour").to_owned()
    }
}

async fn mine(stage: &Stage, path: &str) -> Page {
    Page::open(stage, signed_in(request("GET", path))).await
}

fn of_account(number: u128, path: &str) -> Builder {
    request("GET", path).header("authorization", format!("Bearer good-token-{number}"))
}

#[tokio::test]
async fn a_message_is_an_event_with_a_name_an_id_and_json() {
    for stage in [stage(quiet()), far_streaming_stage(config(quiet()))] {
        let mut page = mine(&stage, WINDS).await;
        assert_eq!(page.status, 200);
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
            ("content-language", "kk"),
        ] {
            assert_eq!(page.headers[name], value);
        }
        assert!(!page.headers.contains_key("content-encoding"));
        let call = stage.weather.opened().await;
        assert_eq!(call.request.what, "accounts/me");
        call.say(&Winds {
            resume_token: "t1".into(),
            strong_gust: Some("a\nb".into()),
            calm: None,
        });
        call.say(&Winds {
            resume_token: "not an id".into(),
            strong_gust: None,
            calm: Some(true),
        });
        let retry = page.block().await.expect("a setting");
        assert!(retry.starts_with("retry: "), "{retry}");
        assert_eq!(
            page.next().await.expect("an event"),
            Heard {
                event: "strongGust".into(),
                id: "t1".into(),
                data: serde_json::json!({"resumeToken": "t1", "strongGust": "a\nb"}),
            }
        );
        let calm = page.next().await.expect("an event");
        assert_eq!((calm.event.as_str(), calm.id.as_str()), ("calm", ""));
        drop(call);
        assert_eq!(page.next().await, None);
    }
}

#[tokio::test]
async fn a_page_that_comes_back_says_what_it_heard_last() {
    let stage = stage(quiet());
    // The address, the header, what the service is told.
    for (path, header, token) in [
        (WINDS.to_owned(), None, ""),
        (WINDS.to_owned(), Some("t7"), "t7"),
        (format!("{WINDS}?resumeToken=t1"), None, "t1"),
        (format!("{WINDS}?resume_token=t1"), Some("t7"), "t7"),
        (format!("{WINDS}?resumeToken=t1"), Some(""), "t1"),
    ] {
        let mut builder = signed_in(request("GET", &path));
        if let Some(header) = header {
            builder = builder.header("last-event-id", header);
        }
        let _page = Page::open(&stage, builder).await;
        assert_eq!(stage.weather.opened().await.request.resume_token, token);
    }
    let builder = signed_in(request("GET", WINDS)).header("last-event-id", "ә");
    let reply = stage.send(builder, "").await;
    assert_eq!(reply.violations(), ["Last-Event-ID INVALID_FORMAT"]);
}

#[tokio::test]
async fn a_refusal_before_the_first_event_is_an_answer_like_any_other() {
    let stage = stage(quiet());
    let reply = stage.get(WINDS).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (401, &"NOT_SIGNED_IN".into())
    );
    for path in [
        "/v1/skies/missing/watch",
        "/v1/accounts/missing/winds/watch",
    ] {
        let reply = stage.send(signed_in(request("GET", path)), "").await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    assert_eq!(stage.weather.count(), 0);
}

#[tokio::test]
async fn a_refusal_in_the_middle_is_told_in_the_pages_language() {
    let stage = stage(quiet());
    for path in [WINDS, SKY] {
        let builder = signed_in(request("GET", path)).header("accept-language", "ru");
        let mut page = Page::open(&stage, builder).await;
        let call = stage.weather.opened().await;
        call.refuse(chassis::Error::Unavailable(anyhow::anyhow!("closing")));
        let told = page.next().await.expect("an event");
        assert_eq!(told.event, "problem");
        assert_eq!(told.data["reason"], "UNAVAILABLE");
        assert_eq!(told.data["title"], "Временно недоступно");
        assert_eq!(page.next().await, None);
    }
}

#[tokio::test]
async fn listeners_of_the_same_cost_one_call() {
    for stage in [stage(quiet()), far_streaming_stage(config(quiet()))] {
        let mut pages = Vec::new();
        for number in 0..50 {
            pages.push(Page::open(&stage, of_account(number, SKY)).await);
        }
        let call = stage.weather.opened().await;
        for (colour, token) in [("blue", "1"), ("grey", "2")] {
            call.say(&sky(colour, token));
            for page in &mut pages {
                assert_eq!(page.colour().await, colour);
            }
        }
        assert_eq!(stage.weather.count(), 1);
        // Another sky and another language are another call; one account's own is never shared.
        let other = of_account(1, "/v1/skies/astana/watch");
        let russian = of_account(1, SKY).header("accept-language", "ru");
        let _others = [
            Page::open(&stage, other).await,
            Page::open(&stage, russian).await,
            Page::open(&stage, of_account(1, WINDS)).await,
            Page::open(&stage, of_account(2, WINDS)).await,
        ];
        assert_eq!(stage.weather.count(), 5);
        // With its last listener a call ends, and the next one is a new call.
        drop(pages);
        call.left_alone().await;
        let _again = Page::open(&stage, of_account(1, SKY)).await;
        assert_eq!(stage.weather.count(), 6);
    }
}

#[tokio::test]
async fn who_comes_later_is_told_how_it_is_now_and_nothing_twice() {
    let stage = stage(quiet());
    let mut first = mine(&stage, SKY).await;
    let call = stage.weather.opened().await;
    call.say(&sky("blue", "1"));
    call.say(&sky("grey", "2"));
    assert_eq!(
        (first.colour().await, first.colour().await),
        ("blue".into(), "grey".into())
    );
    let mut later = Page::open(&stage, of_account(2, SKY)).await;
    assert_eq!(later.colour().await, "grey");
    // One that was away for a moment, one that was away for longer.
    let back = |id: &str| of_account(3, SKY).header("last-event-id", id);
    let mut at_once = Page::open(&stage, back("2")).await;
    let mut long_after = Page::open(&stage, back("1")).await;
    assert_eq!(long_after.colour().await, "grey");
    call.say(&sky("red", "3"));
    for page in [&mut later, &mut at_once, &mut long_after] {
        assert_eq!(page.colour().await, "red");
    }
    // What one of them heard last is no question to the service: all hear the same.
    assert_eq!(call.request.resume_token, "");
}

#[tokio::test]
async fn a_stranger_does_not_join_those_who_listen() {
    let stage = stage(quiet());
    let _page = mine(&stage, SKY).await;
    assert_eq!(stage.get(SKY).await.status, 401);
    let old = request("GET", SKY).header("cookie", "__Host-irikteu=old");
    let reply = stage.send(old, "").await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (401, &"SESSION_ENDED".into())
    );
    let builder = request("GET", SKY).header("cookie", "__Host-irikteu=good-token");
    assert_eq!(Page::open(&stage, builder).await.status, 200);
}

#[tokio::test]
async fn a_silent_stream_gives_signs_of_life() {
    let stage = stage(StreamRules {
        heartbeat: Duration::from_millis(10),
        ..quiet()
    });
    let mut page = mine(&stage, SKY).await;
    page.block().await;
    for _ in 0..3 {
        assert_eq!(page.block().await.as_deref(), Some(":"));
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    // Ended elsewhere: found out by asking.
    let stage = stage(StreamRules {
        recheck: Duration::from_millis(10),
        ..quiet()
    });
    for path in [SKY, WINDS] {
        stage.let_sessions_be(Ok(()));
        let mut page = mine(&stage, path).await;
        let call = stage.weather.opened().await;
        // While nobody can be asked, it goes on.
        stage.let_sessions_be(Err(|| chassis::Error::Unavailable(anyhow::anyhow!("down"))));
        let before = stage.gateway_calls();
        while stage.gateway_calls() < before + 3 {
            tokio::select! {
                _ = page.block() => {}
                () = tokio::task::yield_now() => {}
            }
        }
        stage.let_sessions_be(Err(|| chassis::Error::Unauthenticated("SESSION_ENDED")));
        let told = page.next().await.expect("an event");
        assert_eq!(told.data["reason"], "SESSION_ENDED", "{path}");
        assert_eq!(page.next().await, None);
        drop(page);
        call.left_alone().await;
    }
}

#[tokio::test]
async fn signing_out_here_ends_the_streams_at_once() {
    let stage = stage(quiet());
    let mut page = mine(&stage, WINDS).await;
    let mut other = Page::open(&stage, of_account(9, WINDS)).await;
    let (_call, of_other) = (stage.weather.opened().await, stage.weather.opened().await);
    let sessions = stage.sessions.clone();
    stage.on("EndSession", move |_: identity::EndSessionRequest| {
        sessions.end("good-token");
        Ok(identity::Session::default())
    });
    let builder = signed_in(json("POST", "/v1/sessions/current/end"));
    assert_eq!(stage.send(builder, "{}").await.status, 200);
    let told = page.next().await.expect("an event");
    assert_eq!(told.data["reason"], "SESSION_ENDED");
    of_other.say(&Winds {
        calm: Some(true),
        ..Winds::default()
    });
    assert_eq!(other.next().await.expect("an event").event, "calm");
}

#[tokio::test]
async fn nobody_listens_more_than_they_may() {
    let stage = stage(StreamRules {
        account: 2,
        address: 3,
        ..quiet()
    });
    let from = |number, address: &str| {
        of_account(number, SKY).extension(ClientAddress(address.parse().expect("an address")))
    };
    let mut pages = Vec::new();
    // Account, address, status.
    for (number, address, status) in [
        (1, "10.0.0.1", 200),
        (1, "10.0.0.2", 200),
        (1, "10.0.0.3", 429),
        (2, "10.0.0.1", 200),
        (3, "10.0.0.1", 200),
        (4, "10.0.0.1", 429),
        (4, "10.0.0.2", 200),
    ] {
        let page = Page::open(&stage, from(number, address)).await;
        assert_eq!(page.status.as_u16(), status, "{number} {address}");
        if status == 429 {
            assert_eq!(page.headers["retry-after"], "10");
        } else {
            pages.push(page);
        }
    }
    pages.remove(0);
    assert_eq!(Page::open(&stage, from(1, "10.0.0.1")).await.status, 200);
}

#[tokio::test]
async fn a_stream_that_has_an_end_says_that_it_is_there() {
    let stage = stage(quiet());
    let mut page = Page::open(&stage, request("GET", "/v1/clouds/stream")).await;
    let call = stage.weather.opened().await;
    call.say(&Cloud {
        shape: "a horse".into(),
    });
    drop(call);
    let names = [page.next().await, page.next().await].map(|it| it.expect("an event").event);
    assert_eq!(names, ["clouds", "end"]);
    assert_eq!(page.next().await, None);
}

#[tokio::test]
async fn asking_for_the_head_alone_opens_nothing() {
    let stage = stage(quiet());
    let reply = stage.send(signed_in(request("HEAD", SKY)), "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(stage.weather.count(), 0);
}

#[tokio::test]
async fn the_document_tells_of_events() {
    let document = stage(quiet()).get("/openapi.json").await.json;
    let watch = &document["paths"]["/v1/accounts/{account}/winds/watch"]["get"];
    let good = &watch["responses"]["200"];
    assert!(good["content"]["text/event-stream"]["schema"]["$ref"].is_string());
    let text = good["description"].as_str().expect("words");
    assert!(text.contains("`strongGust`, `calm`"), "{text}");
    let parameters = watch["parameters"].to_string();
    assert!(parameters.contains("LastEventId") && parameters.contains("resumeToken"));
    let clouds = &document["paths"]["/v1/clouds/stream"]["get"];
    let text = clouds["responses"]["200"]["description"].as_str();
    assert!(text.expect("words").contains("`end`"));
}
