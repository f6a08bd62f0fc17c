//! Nobody learns who is known: for every case of a call the same code, headers and body, byte for byte,
//! and the same work.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chassis::caller::Caller;
use chassis::testing;
use http_body_util::BodyExt;
use identity_svc::hashing::HashingCost;
use pb::prove_email_change_request::Proof as ChangeProof;
use prost::Message;
use proto::identity::v1 as pb;
use tonic::codegen::{Service, http};

use crate::world::*;

const WRONG: &str = "another long password";
const REGISTRATION: &str = "RegistrationAttempts/CreateRegistrationAttempt";
const SIGN_IN: &str = "Sessions/CreateSession";
const RECOVERY: &str = "Recoveries/CreateRecovery";
const CHANGE: &str = "EmailChanges/CreateEmailChange";
const PROVE_CHANGE: &str = "EmailChanges/ProveEmailChange";

/// Everything that a caller can see of an answer, ids masked, and what it cost.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    headers: BTreeMap<String, Vec<u8>>,
    body: Vec<u8>,
    hashes: u64,
    /// What was asked of the database, in order.
    statements: Vec<String>,
}

impl World {
    async fn see(&self, by: &Caller, from: &str, rpc: &str, content: Vec<u8>) -> Seen {
        let tally = self.wiring.config.hashing.tally.clone();
        let before = tally.so_far();
        let mut body = vec![0];
        let length = u32::try_from(content.len()).expect("short");
        body.extend(length.to_be_bytes());
        body.extend(content);
        let vouched = self.from(from, ());
        let mut request =
            http::Request::post(format!("http://identity-svc/irikteu.identity.v1.{rpc}"))
                .header("content-type", "application/grpc")
                .header("te", "trailers");
        for name in ["x-client-address", "x-gateway-token"] {
            let value = vouched.metadata().get(name).expect("vouched for");
            request = request.header(name, value.to_str().expect("text"));
        }
        let body = tonic::body::Body::new(http_body_util::Full::new(body.into()));
        let request = request.body(body).expect("a request");
        let mut connection = self.speaking_for(by.clone());
        let call = testing::statements(connection.call(request));
        let (response, statements) = call.await;
        let response = response.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body");
        let trailers = body.trailers().cloned().unwrap_or_default();
        let headers = parts.headers.iter().chain(trailers.iter());
        let headers = headers.map(|(name, value)| (name.to_string(), masked(value.as_bytes())));
        Seen {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: masked(&body.to_bytes()),
            hashes: tally.so_far() - before,
            statements,
        }
    }
}

/// The bytes with every id's digits replaced.
fn masked(bytes: &[u8]) -> Vec<u8> {
    let is_id = |window: &[u8]| {
        let dashed = |at| [8, 13, 18, 23].contains(&at);
        window.iter().enumerate().all(|(at, byte)| match byte {
            b'-' => dashed(at),
            byte => !dashed(at) && byte.is_ascii_hexdigit(),
        })
    };
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(35) {
        if is_id(&bytes[at..at + 36]) {
            bytes[at..at + 36].fill(b'*');
        }
    }
    bytes
}

#[track_caller]
fn alike(seen: &[(&str, Seen)]) {
    let (first_case, first) = &seen[0];
    for (case, other) in seen {
        assert_eq!(other, first, "{case} and {first_case}");
        assert!(!other.statements.is_empty(), "{case}: nothing was counted");
    }
}

fn registration(world: &World, attempt: pb::RegistrationAttempt) -> Vec<u8> {
    let request = pb::CreateRegistrationAttemptRequest {
        registration_attempt: Some(attempt),
        request_id: world.request_id(),
    };
    request.encode_to_vec()
}

fn sign_in(world: &World, login: &str) -> Vec<u8> {
    let request = pb::CreateSessionRequest {
        login: login.into(),
        password: WRONG.into(),
        request_id: world.request_id(),
    };
    request.encode_to_vec()
}

fn recovery(world: &World, login: &str) -> Vec<u8> {
    let request = pb::CreateRecoveryRequest {
        recovery: Some(pb::Recovery {
            login: login.into(),
            ..Default::default()
        }),
        request_id: world.request_id(),
    };
    request.encode_to_vec()
}

fn change(world: &World, email: &str) -> Vec<u8> {
    let request = pb::CreateEmailChangeRequest {
        parent: "accounts/me".into(),
        email_change: Some(pb::EmailChange {
            email: email.into(),
            ..Default::default()
        }),
        current_password: PASSWORD.into(),
        request_id: world.request_id(),
    };
    request.encode_to_vec()
}

const UNKNOWN_IIN: &str = "010101200004";
const UNPROVEN_IIN: &str = "010101100903";
const UNPROVEN: &str = "unproven@example.kz";
/// Who stands how to us: known by both, known by neither, half registered.
const LOGINS: [(&str, &str); 6] = [
    ("known by IIN", IIN),
    ("known by address", EMAIL),
    ("unknown IIN", UNKNOWN_IIN),
    ("unknown address", "nobody@example.kz"),
    ("unproven IIN", UNPROVEN_IIN),
    ("unproven address", UNPROVEN),
];

/// Somebody known, somebody half registered, and a caller with an account of their own.
async fn world_of_cases(
    settings: impl FnOnce(&mut identity_svc::config::Config),
) -> (World, Caller) {
    let world = World::with(testing::clock(), settings).await;
    world.seed(IIN, EMAIL, &[]).await;
    world.seed("010101100008", "me@example.kz", &[]).await;
    let unproven = world.start(attempt(UNPROVEN_IIN, UNPROVEN)).await;
    unproven.expect("an attempt");
    world.relay().await;
    let me = world.caller("me@example.kz").await;
    (world, me)
}

/// An address of the net for each case, so that no case slows another down.
fn from(number: usize) -> String {
    format!("192.0.2.{number}")
}

#[tokio::test]
async fn a_registration_begins_alike_for_everybody() {
    let (world, _) = world_of_cases(|_| {}).await;
    for again in [false, true] {
        let mut seen = Vec::new();
        for (number, (case, wanted)) in [
            ("IIN and address known", attempt(IIN, EMAIL)),
            ("IIN known", attempt(IIN, "fresh@example.kz")),
            ("address known", attempt(UNKNOWN_IIN, EMAIL)),
            ("nothing known", attempt(UNKNOWN_IIN, "new@example.kz")),
            ("unproven", attempt(UNPROVEN_IIN, UNPROVEN)),
        ]
        .into_iter()
        .enumerate()
        {
            let from = from(number);
            let request = registration(&world, wanted.clone());
            let answer = world
                .see(&Caller::Stranger, &from, REGISTRATION, request)
                .await;
            assert_eq!(answer.hashes, 1, "{case}");
            seen.push((case, answer));
            if again {
                // Until it is slowed down: that is told alike, too.
                for _ in 0..11 {
                    let request = registration(&world, wanted.clone());
                    world
                        .see(&Caller::Stranger, &from, REGISTRATION, request)
                        .await;
                }
                let request = registration(&world, wanted);
                let blocked = world
                    .see(&Caller::Stranger, &from, REGISTRATION, request)
                    .await;
                assert_eq!(
                    (blocked.hashes, &*blocked.headers["grpc-status"]),
                    (0, &b"8"[..])
                );
                seen.pop();
                seen.push((case, blocked));
            }
        }
        alike(&seen);
    }
}

#[tokio::test]
async fn signing_in_fails_alike_for_everybody() {
    let (world, _) = world_of_cases(|_| {}).await;
    let (mut wrong, mut blocked) = (Vec::new(), Vec::new());
    for (number, (case, login)) in LOGINS.into_iter().enumerate() {
        let from = from(number);
        for _ in 0..10 {
            let request = sign_in(&world, login);
            let answer = world.see(&Caller::Stranger, &from, SIGN_IN, request).await;
            assert_eq!(
                (answer.hashes, &*answer.headers["grpc-status"]),
                (1, &b"16"[..])
            );
            wrong.push((case, answer));
        }
        let request = sign_in(&world, login);
        let answer = world.see(&Caller::Stranger, &from, SIGN_IN, request).await;
        assert_eq!(
            (answer.hashes, &*answer.headers["grpc-status"]),
            (0, &b"8"[..])
        );
        blocked.push((case, answer));
    }
    alike(&wrong);
    alike(&blocked);
}

#[tokio::test]
async fn a_recovery_begins_alike_for_everybody() {
    let (world, _) = world_of_cases(|_| {}).await;
    let (mut begun, mut blocked) = (Vec::new(), Vec::new());
    for (number, (case, login)) in LOGINS.into_iter().enumerate() {
        let from = from(number);
        for _ in 0..10 {
            let request = recovery(&world, login);
            let answer = world.see(&Caller::Stranger, &from, RECOVERY, request).await;
            assert_eq!(answer.hashes, 0);
            begun.push((case, answer));
        }
        let request = recovery(&world, login);
        let answer = world.see(&Caller::Stranger, &from, RECOVERY, request).await;
        assert_eq!(&*answer.headers["grpc-status"], b"8");
        blocked.push((case, answer));
    }
    alike(&begun);
    alike(&blocked);
}

#[tokio::test]
async fn a_change_of_address_begins_and_is_guessed_alike_whoever_has_the_address() {
    let (world, me) = world_of_cases(|_| {}).await;
    let (mut begun, mut guessed) = (Vec::new(), Vec::new());
    for (case, email) in [
        ("taken", EMAIL),
        ("free", "free@example.kz"),
        ("unproven", UNPROVEN),
    ] {
        let request = change(&world, email);
        let answer = world.see(&me, "192.0.2.1", CHANGE, request).await;
        assert_eq!(answer.hashes, 1, "{case}");
        begun.push((case, answer));
        world.relay().await;
        let name = world
            .begin_change(&me, email, PASSWORD)
            .await
            .expect("a change")
            .name;
        world.relay().await;
        let mut steps = Vec::new();
        let guesses = (0..6).map(|_| ChangeProof::Code("000000".into()));
        for proof in guesses.chain([ChangeProof::Token("made up".into())]) {
            let request = pb::ProveEmailChangeRequest {
                name: name.clone(),
                proof: Some(proof),
                request_id: world.request_id(),
            };
            let request = request.encode_to_vec();
            steps.push(world.see(&me, "192.0.2.1", PROVE_CHANGE, request).await);
        }
        guessed.push((case, steps));
    }
    alike(&begun);
    let (_, first) = &guessed[0];
    for (case, steps) in &guessed {
        assert_eq!(steps, first, "{case}");
    }
}

/// The least time of each case, the cases taken in turn. Whatever else the machine does only adds to a
/// time, so the least is what the work itself takes: a busy machine shows it after more rounds, and what
/// really differs differs after any number of them.
async fn least_times<const N: usize>(
    cases: [&str; N],
    mut run: impl AsyncFnMut(&str, usize) -> Duration,
) -> [Duration; N] {
    let mut least = [Duration::MAX; N];
    for round in 0..100 {
        for (case, least) in cases.iter().zip(&mut least) {
            *least = run(case, round).await.min(*least);
        }
        if round >= 14 && is_noise(&least) {
            break;
        }
    }
    least
}

/// Within noise: what the machine does beside, and less than the hash that might be left out.
fn is_noise(times: &[Duration]) -> bool {
    let (least, most) = (times.iter().min(), times.iter().max());
    let (least, most) = (*least.expect("some"), *most.expect("some"));
    most < least + least / 2 + Duration::from_millis(15)
}

#[track_caller]
fn within_noise(what: &str, times: &[Duration]) {
    assert!(is_noise(times), "{what}: {times:?}");
}

#[tokio::test]
async fn known_and_unknown_take_the_same_time() {
    // Hashes of the usual cost: one that is left out stands out of everything else.
    let (world, me) = world_of_cases(|config| {
        config.hashing = HashingCost {
            queue_per_core: 1000,
            ..HashingCost::default()
        };
    })
    .await;
    let timed = async |by: &Caller, round: usize, rpc: &str, request: Vec<u8>| {
        let started = Instant::now();
        world.see(by, &from(round), rpc, request).await;
        started.elapsed()
    };
    let stranger = Caller::Stranger;
    let logins = LOGINS.map(|(_, login)| login);
    let seen = least_times(logins, async |login, round| {
        let request = sign_in(&world, login);
        timed(&stranger, round, SIGN_IN, request).await
    });
    within_noise("signing in", &seen.await);
    let seen = least_times(logins, async |login, round| {
        let request = recovery(&world, login);
        timed(&stranger, round, RECOVERY, request).await
    });
    within_noise("a recovery", &seen.await);
    let emails = [EMAIL, "new@example.kz", UNPROVEN];
    let seen = least_times(emails, async |email, round| {
        let request = registration(&world, attempt(UNKNOWN_IIN, email));
        timed(&stranger, round, REGISTRATION, request).await
    });
    within_noise("a registration", &seen.await);
    let seen = least_times(emails, async |email, round| {
        let request = change(&world, email);
        timed(&me, round, CHANGE, request).await
    });
    within_noise("a change of address", &seen.await);
}
