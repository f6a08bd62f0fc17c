//! Rate limits: whom they stop, whom they must not, and what they say. The clock is held.

use chassis::clock::Clock;
use gateway::GatewayConfig;
use gateway::edge::ClientAddress;
use gateway::limit::{Rate, Rates};
use http::request::Builder;
use jiff::SignedDuration;

use crate::stage::{Reply, Stage, json, request, signed_in, stage_with};

fn stage(rates: Rates) -> Stage {
    stage_with(GatewayConfig {
        rates,
        ..GatewayConfig::default()
    })
}

fn from(address: &str, builder: Builder) -> Builder {
    builder.extension(ClientAddress(address.parse().expect("an address")))
}

async fn sign_in(stage: &Stage, address: &str) -> Reply {
    let builder = from(address, json("POST", "/v1/sessions"));
    stage.send(builder, "{}").await
}

async fn read(stage: &Stage, address: &str) -> Reply {
    let builder = from(address, request("GET", "/v1/campaigns"));
    stage.send(builder, "").await
}

fn pass(clock: &Clock, seconds: i64) {
    clock.advance(SignedDuration::from_secs(seconds));
}

#[tokio::test]
async fn a_class_of_forty_signs_in_registers_and_works_at_once() {
    let stage = stage(Rates::default());
    for person in 0..40 {
        // A registration takes five calls, a sign-in one; then a page loads what it needs.
        for path in [
            "/v1/registrationAttempts",
            "/v1/registrationAttempts/a/resendCode",
            "/v1/registrationAttempts/a/proveEmail",
            "/v1/registrationAttempts/a/complete",
            "/v1/sessions",
        ] {
            let reply = stage.send(from("10.0.0.1", json("POST", path)), "{}").await;
            assert_eq!(reply.status, 200, "person {person} {path} {}", reply.json);
        }
        for _ in 0..20 {
            assert_eq!(read(&stage, "10.0.0.1").await.status, 200, "{person}");
        }
    }
}

#[tokio::test]
async fn credentials_are_tried_at_a_pace_of_their_own() {
    let stage = stage(Rates {
        credentials: Rate::new(3, 60),
        ..Rates::default()
    });
    // Seconds that pass before, the address, the status.
    for (at, (wait, address, status)) in [
        (0, "10.0.0.1", 200),
        (0, "10.0.0.1", 200),
        (0, "10.0.0.1", 200),
        (0, "10.0.0.1", 429),
        (0, "10.0.0.2", 200),
        (1, "10.0.0.1", 200),
        (0, "10.0.0.1", 429),
        (60, "10.0.0.1", 200),
        (0, "10.0.0.1", 200),
        (0, "10.0.0.1", 200),
        (0, "10.0.0.1", 429),
    ]
    .into_iter()
    .enumerate()
    {
        pass(&stage.clock, wait);
        let reply = sign_in(&stage, address).await;
        assert_eq!(reply.status.as_u16(), status, "step {at}");
    }
    // What is no credential is not counted there.
    assert_eq!(read(&stage, "10.0.0.1").await.status, 200);
}

#[tokio::test]
async fn an_address_and_an_account_have_limits_of_their_own() {
    let stage = stage(Rates {
        address: Rate::new(5, 60),
        account: Rate::new(2, 60),
        ..Rates::default()
    });
    let mine = |address: &str| signed_in(from(address, request("GET", "/v1/campaigns")));
    // One account from three addresses: the third call is too many.
    for (address, status) in [("10.0.0.1", 200), ("10.0.0.2", 200), ("10.0.0.3", 429)] {
        let reply = stage.send(mine(address), "").await;
        assert_eq!(reply.status.as_u16(), status, "{address}");
    }
    for (call, status) in [200, 200, 200, 200, 200, 429, 429].into_iter().enumerate() {
        let reply = read(&stage, "10.9.9.9").await;
        assert_eq!(reply.status.as_u16(), status, "call {call}");
    }
    // A refused call costs nothing: a second later there is room again, in spite of the knocking.
    pass(&stage.clock, 1);
    assert_eq!(read(&stage, "10.9.9.9").await.status, 200);
    assert_eq!(stage.send(mine("10.0.0.3"), "").await.status, 200);
}

#[tokio::test]
async fn a_call_over_the_limit_reaches_no_service() {
    let stage = stage(Rates {
        address: Rate::new(1, 1),
        ..Rates::default()
    });
    let mine = || signed_in(from("10.0.0.1", request("GET", "/v1/campaigns")));
    stage.send(mine(), "").await;
    let (calls, exchanges) = (stage.seen.paths().len(), stage.gateway_calls());
    assert_eq!(stage.send(mine(), "").await.status, 429);
    assert_eq!(
        (stage.seen.paths().len(), stage.gateway_calls()),
        (calls, exchanges)
    );
}

#[tokio::test]
async fn the_refusal_says_when_to_come_back_in_three_languages() {
    let stage = stage(Rates {
        address: Rate::new(2, 6),
        ..Rates::default()
    });
    let first = read(&stage, "10.0.0.1").await;
    assert_eq!(first.header("ratelimit-policy"), "\"address\";q=2;w=20");
    assert_eq!(first.header("ratelimit"), "\"address\";r=1;t=10");
    read(&stage, "10.0.0.1").await;
    for (language, detail) in [
        ("kk", "Сұраулар тым көп. Сәл кейінірек қайталаңыз."),
        ("ru", "Слишком много запросов. Повторите немного позже."),
        ("en", "Too many requests. Try again a little later."),
    ] {
        let builder = from("10.0.0.1", request("GET", "/v1/campaigns"));
        let reply = stage
            .send(builder.header("accept-language", language), "")
            .await;
        assert_eq!(reply.status, 429);
        assert_eq!(
            (&reply.json["reason"], &reply.json["detail"]),
            (&"RATE_LIMITED".into(), &detail.into())
        );
        assert_eq!(reply.header("retry-after"), "10");
        assert_eq!(reply.header("ratelimit"), "\"address\";r=0;t=20");
    }
    // Health is asked by machines of ours, from one address all day.
    for _ in 0..5 {
        let builder = from("10.0.0.1", request("GET", "/healthz"));
        assert_eq!(stage.send(builder, "").await.status, 200);
    }
}
