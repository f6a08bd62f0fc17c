//! The layers before a handler: what they let through, what they stop, what they answer.

use std::sync::Arc;
use std::time::Duration;

use axum::routing::post;
use chassis::caller::{Caller, CallerClaims, Role, ServiceIdentity, TOKEN_LIFE};
use chassis::client::{Connection, FarNet, LocalNet};
use chassis::clock::Clock;
use chassis::error::WIRE_TEXTS;
use chassis::policy::{Allow, Policy, Row};
use chassis::server::Guard;
use chassis::testing::{clock, keys, person};
use chassis::token::Verifier;
use http::{HeaderMap, Request};
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tonic_types::StatusExt;
use tower::{Service, ServiceExt};

const ROWS: &[Row] = &[
    ("/x.Things/Open", &[Allow::Anyone]),
    ("/x.Things/Mine", &[Allow::SignedIn]),
    ("/x.Things/Desk", &[Allow::Role(Role::ExamDesk)]),
    ("/x.Things/Inner", &[Allow::Service("testing-svc")]),
    ("/x.Things/Panic", &[Allow::Anyone]),
    ("/x.Things/Slow", &[Allow::Anyone]),
    ("/x.Things/Unread", &[Allow::Anyone]),
    ("/x.Things/Large", &[Allow::Anyone]),
];

/// As the transport says it of bytes that are no message, and of too many of them.
const UNREAD: (tonic::Code, &str) = (
    tonic::Code::Internal,
    "failed to decode Protobuf message: invalid tag value: 0",
);
const LARGE: (tonic::Code, &str) = (
    tonic::Code::OutOfRange,
    "Error, decoded message length too large: found 5000000 bytes, the limit is: 4194304 bytes",
);

async fn transport_says((code, text): (tonic::Code, &str)) -> http::Response<axum::body::Body> {
    Status::new(code, text).into_http()
}

struct World {
    net: LocalNet,
    routes: Routes,
    identity: chassis::testing::Keys,
    testing: chassis::testing::Keys,
    clock: Clock,
}

fn world() -> World {
    let (identity, testing) = (keys("identity-svc"), keys("testing-svc"));
    let clock = clock();
    let ok = || async { Status::ok("").into_http::<axum::body::Body>() };
    let router = axum::Router::new()
        .route("/x.Things/Open", post(ok))
        .route("/x.Things/Mine", post(ok))
        .route("/x.Things/Desk", post(ok))
        .route("/x.Things/Inner", post(ok))
        .route("/x.Things/Forgotten", post(ok))
        .route(
            "/x.Things/Panic",
            post(|| async { panic!("on purpose") as () }),
        )
        .route("/x.Things/Unread", post(|| transport_says(UNREAD)))
        .route("/x.Things/Large", post(|| transport_says(LARGE)))
        .route("/x.Things/Slow", post(std::future::pending::<()>));
    let guard = Guard {
        service: "x-svc",
        domain: "x.irikteu.kz",
        texts: &WIRE_TEXTS,
        policy: Policy::new(ROWS),
        verifier: Verifier::new("x-svc", &[identity.public.clone(), testing.public.clone()])
            .unwrap(),
        clock: clock.clone(),
        longest: Duration::from_millis(50),
    };
    let net = LocalNet::default();
    let routes = guard.protect(Routes::from(router));
    net.add("x-svc", routes.clone());
    World {
        net,
        routes,
        identity,
        testing,
        clock,
    }
}

/// Calls with these headers; gives the code and the sentence.
async fn call(mut connection: Connection, rpc: &str, headers: &[(&str, String)]) -> Status {
    let mut request = Request::post(format!("http://x/x.Things/{rpc}"));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = connection
        .ready()
        .await
        .unwrap()
        .call(request)
        .await
        .unwrap();
    let empty = HeaderMap::new();
    let headers = if response.headers().contains_key("grpc-status") {
        response.headers()
    } else {
        &empty
    };
    Status::from_header_map(headers).unwrap_or_else(|| Status::ok(""))
}

fn bearer(token: String) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn each_row_lets_through_whom_it_names() {
    let world = world();
    let connect = || world.net.connect("x-svc");
    let desk = person(1, &[Role::ExamDesk]);
    let applicant = person(2, &[]);
    let service = Caller::Service("testing-svc".into());
    let partner = Caller::Partner("kaztest".into());
    let all = [Caller::Stranger, applicant, desk, service, partner];
    for (rpc, through) in [
        ("Open", [true, true, true, true, true]),
        ("Mine", [false, true, true, false, false]),
        ("Desk", [false, false, true, false, false]),
        ("Inner", [false, false, false, true, false]),
        // An RPC without a row is refused to everybody.
        ("Forgotten", [false, false, false, false, false]),
    ] {
        for (caller, expected) in all.iter().zip(through) {
            let answer = call(connect().speaking_for(caller.clone()), rpc, &[]).await;
            let code = match (expected, caller) {
                (true, _) => tonic::Code::Ok,
                (false, Caller::Stranger) => tonic::Code::Unauthenticated,
                (false, _) => tonic::Code::PermissionDenied,
            };
            assert_eq!(answer.code(), code, "{rpc} by {caller:?}");
        }
    }
}

#[tokio::test]
async fn a_message_that_can_not_be_read_is_refused_with_a_reason() {
    let world = world();
    for (rpc, code, reason) in [
        ("Unread", tonic::Code::InvalidArgument, "INVALID_REQUEST"),
        ("Large", tonic::Code::ResourceExhausted, "PAYLOAD_TOO_LARGE"),
    ] {
        let language = ("accept-language", "ru".to_owned());
        let answer = call(world.net.connect("x-svc"), rpc, &[language]).await;
        assert_eq!(answer.code(), code, "{rpc}");
        let details = answer.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, reason);
        assert_eq!(details.localized_message().unwrap().locale, "ru");
    }
}

#[tokio::test]
async fn a_token_is_believed_only_of_its_issuer_and_for_this_service() {
    let world = world();
    let claims = CallerClaims::Person {
        sub: uuid::Uuid::nil(),
        sid: uuid::Uuid::nil(),
        roles: vec![],
    };
    let sign = |keys: &chassis::testing::Keys, audience: &str, life: jiff::SignedDuration| {
        bearer(
            keys.signer
                .sign(audience, clock().now() + life, &claims)
                .unwrap(),
        )
    };
    let stranger = keys("identity-svc");
    for (token, code) in [
        (sign(&world.identity, "x-svc", TOKEN_LIFE), tonic::Code::Ok),
        (
            sign(&world.identity, "review-svc", TOKEN_LIFE),
            tonic::Code::Unauthenticated,
        ),
        (
            sign(&world.identity, "x-svc", jiff::SignedDuration::ZERO),
            tonic::Code::Unauthenticated,
        ),
        (
            sign(&world.testing, "x-svc", TOKEN_LIFE),
            tonic::Code::Unauthenticated,
        ),
        (
            sign(&stranger, "x-svc", TOKEN_LIFE),
            tonic::Code::Unauthenticated,
        ),
        (bearer("nonsense".into()), tonic::Code::Unauthenticated),
        (
            ("authorization", "Basic eDp5".into()),
            tonic::Code::Unauthenticated,
        ),
    ] {
        assert_eq!(
            call(world.net.connect("x-svc"), "Mine", &[token])
                .await
                .code(),
            code
        );
    }
}

#[tokio::test]
async fn a_service_signs_its_own_calls() {
    let world = world();
    let identity = ServiceIdentity::new(Arc::clone(&world.testing.signer), clock());
    let answer = call(world.net.connect("x-svc").signed(identity), "Inner", &[]).await;
    assert_eq!(answer.code(), tonic::Code::Ok);
}

#[tokio::test]
async fn a_service_whose_clock_is_not_ours_is_told_to_go_elsewhere_and_not_to_sign_in() {
    let world = world();
    for (seconds, code) in [
        (0, tonic::Code::Ok),
        (25, tonic::Code::Ok),
        (-25, tonic::Code::Ok),
        (600, tonic::Code::Unavailable),
        (-600, tonic::Code::Unavailable),
    ] {
        let theirs = clock();
        theirs.advance(jiff::SignedDuration::from_secs(seconds));
        let identity = ServiceIdentity::new(Arc::clone(&world.testing.signer), theirs);
        let connection = world.net.connect("x-svc").signed(identity);
        let answer = call(connection, "Inner", &[]).await;
        assert_eq!(answer.code(), code, "{seconds} s");
        if code == tonic::Code::Unavailable {
            let wait = answer.get_details_retry_info();
            assert!(wait.unwrap().retry_delay.is_some());
        }
    }
}

#[tokio::test]
async fn an_instance_whose_clock_is_wrong_decides_nothing() {
    let world = world();
    let open = async || {
        let answer = call(world.net.connect("x-svc"), "Open", &[]).await;
        answer.code()
    };
    assert_eq!(open().await, tonic::Code::Ok);
    world.clock.set_wrong(true);
    assert_eq!(open().await, tonic::Code::Unavailable);
    world.clock.set_wrong(false);
    assert_eq!(open().await, tonic::Code::Ok);
}

#[tokio::test]
async fn a_panic_ends_its_call_and_tells_nothing() {
    let answer = call(world().net.connect("x-svc"), "Panic", &[]).await;
    assert_eq!(answer.code(), tonic::Code::Internal);
    assert!(!answer.message().contains("purpose"));
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let answer = call(
        world().net.connect("x-svc"),
        "Slow",
        &[("grpc-timeout", "5m".into())],
    )
    .await;
    assert_eq!(answer.code(), tonic::Code::DeadlineExceeded);
    // Without one, and with a longer one, the service's own holds.
    let answer = call(
        world().net.connect("x-svc"),
        "Slow",
        &[("grpc-timeout", "9H".into())],
    )
    .await;
    assert_eq!(answer.code(), tonic::Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_no_is_said_in_the_callers_language() {
    for (header, word) in [
        ("kk", "кіріңіз"),
        ("ru-RU, en;q=0.1", "войдите"),
        ("en", "Sign in"),
        ("de", "кіріңіз"),
    ] {
        let answer = call(
            world().net.connect("x-svc"),
            "Mine",
            &[("accept-language", header.into())],
        )
        .await;
        assert!(
            answer.message().contains(word),
            "{header}: {}",
            answer.message()
        );
    }
}

#[tokio::test]
async fn services_that_call_each_other_do_not_keep_each_other_alive() {
    let world = world();
    let connection = world.net.connect("x-svc");
    // A service that can call itself, as services of one process can call each other.
    let held = std::sync::Arc::new(());
    let seen = std::sync::Arc::downgrade(&held);
    let back = world.net.connect("y-svc");
    let handler = move || {
        let _ = (&held, &back);
        async { Status::ok("").into_http::<axum::body::Body>() }
    };
    world.net.add(
        "y-svc",
        Routes::from(axum::Router::new().route("/y.Things/Open", post(handler))),
    );
    drop(world);
    assert!(seen.upgrade().is_none());
    assert_eq!(
        call(connection, "Open", &[]).await.code(),
        tonic::Code::Unavailable
    );
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let answer = call(LocalNet::default().connect("x-svc"), "Open", &[]).await;
    assert_eq!(answer.code(), tonic::Code::Unavailable);
}

#[tokio::test]
async fn a_connection_bears_any_number_of_refused_calls() {
    let world = world();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = chassis::server::serve(listener, world.routes, None, Default::default());
    let serving = tokio::spawn(serving);
    let net = FarNet::new(&[], None).unwrap();
    let connection = net.connect("x-svc", &url).unwrap();
    for _ in 0..50 {
        let calls = (0..20).map(|_| message(connection.clone(), "Mine"));
        for code in futures_util::future::join_all(calls).await {
            assert_eq!(code, tonic::Code::Unauthenticated);
        }
    }
    serving.abort();
}

/// Calls with a small message, as clients send it: the end of the stream is a frame of its own.
async fn message(mut connection: Connection, rpc: &str) -> tonic::Code {
    let bytes = bytes::Bytes::from_static(&[0, 0, 0, 0, 2, 8, 1]);
    let stream = tokio_stream::iter([Ok::<_, std::io::Error>(bytes)]);
    let body = Body::new(axum::body::Body::from_stream(stream));
    let request = Request::post(format!("http://x/x.Things/{rpc}"));
    let response = match connection.ready().await {
        Ok(ready) => ready.call(request.body(body).unwrap()).await,
        Err(error) => Err(error),
    };
    match response {
        Ok(response) => {
            Status::from_header_map(response.headers()).map_or(tonic::Code::Ok, |it| it.code())
        }
        Err(error) => panic!("the connection is gone: {error:?}"),
    }
}
