//! The person registry over HTTP: slow, broken, talkative or gone, it stops nobody from registering.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::clock::Clock;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use chassis::testing;
use identity_svc::registry::Found;
use identity_svc::registry::http::{HttpRegistry, HttpSettings};
use jiff::SignedDuration;
use proto::identity::v1 as pb;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::world::*;

/// What the registry of the test does with a question.
#[derive(Clone)]
enum Manner {
    Answers(u16, String),
    /// Says that so many bytes come, and sends these.
    BreaksOff,
    Hangs,
    HangsUp,
}

/// A registry that does what the test says, and keeps what it was asked.
struct Town {
    url: String,
    manner: Arc<Mutex<Manner>>,
    asked: Arc<AtomicU64>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Town {
    async fn new(manner: Manner) -> Self {
        Self::over(manner, None).await
    }

    async fn over(manner: Manner, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let town = Self {
            url: format!("{scheme}://localhost:{port}/persons/lookUp"),
            manner: Arc::new(Mutex::new(manner)),
            asked: Arc::default(),
            heard: Arc::default(),
        };
        let (manner, asked, heard) = (town.manner.clone(), town.asked.clone(), town.heard.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (manner, asked, heard) = (manner.clone(), asked.clone(), heard.clone());
                let tls = tls.clone();
                tokio::spawn(async move {
                    asked.fetch_add(1, Ordering::SeqCst);
                    let manner = manner.lock().unwrap().clone();
                    serve(stream, tls, manner, &heard).await;
                });
            }
        });
        town
    }

    fn now(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    fn settings(&self) -> HttpSettings {
        HttpSettings {
            // Long, so that a busy machine makes no answer late.
            try_within: Duration::from_secs(60),
            ..HttpSettings::new(&self.url)
        }
    }

    fn registry(&self, clock: &Clock) -> HttpRegistry {
        HttpRegistry::new(&self.settings(), clock.clone()).expect("a registry")
    }
}

async fn serve(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    manner: Manner,
    heard: &Mutex<Vec<String>>,
) {
    match tls {
        None => answer(stream, manner, heard).await,
        // A client that does not believe us goes away.
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                answer(stream, manner, heard).await;
            }
        }
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    manner: Manner,
    heard: &Mutex<Vec<String>>,
) {
    if matches!(manner, Manner::HangsUp) {
        return;
    }
    let (mut question, mut buffer) = (Vec::new(), [0; 4096]);
    // The body is JSON of one level: it ends with its brace.
    while !question.ends_with(b"}") {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => question.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let question = String::from_utf8(question).expect("text");
    heard.lock().unwrap().push(question);
    let (status, length, body) = match manner {
        Manner::Answers(status, body) => (status, body.len(), body),
        Manner::BreaksOff => (200, 1000, "{\"iin\"".to_owned()),
        Manner::Hangs => {
            // Until the client goes away.
            while matches!(stream.read(&mut buffer).await, Ok(read) if read > 0) {}
            return;
        }
        Manner::HangsUp => return,
    };
    let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n\r\n");
    for part in [head, body] {
        if stream.write_all(part.as_bytes()).await.is_err() {
            return;
        }
    }
    stream.shutdown().await.ok();
}

fn iin() -> Iin {
    Iin::parse(IIN).expect("a number")
}

fn person(iin: &str) -> Manner {
    let body = format!(
        r#"{{"iin":"{iin}","family_name":"ТІЗІЛІМ","given_name":"ТЕГІ","birth_date":"1991-02-03"}}"#
    );
    Manner::Answers(200, body)
}

#[tokio::test]
async fn a_person_is_known_unknown_or_there_is_no_answer() {
    let clock = testing::clock();
    let huge = format!(r#"{{"iin":"{}"}}"#, "9".repeat(1_000_000));
    let answers = |status, body: &str| Manner::Answers(status, body.into());
    // What the registry does, what it means, and how often it was asked: what may pass by itself twice.
    for (manner, expected, times) in [
        (person(IIN), "known", 1),
        (answers(404, ""), "unknown", 1),
        (answers(500, "oops"), "no answer", 2),
        (answers(503, ""), "no answer", 2),
        (answers(403, ""), "no answer", 1),
        (answers(302, ""), "no answer", 1),
        (answers(200, "<html>hello</html>"), "no answer", 1),
        (answers(200, ""), "no answer", 1),
        (answers(200, &huge), "no answer", 1),
        (person("010101100008"), "no answer", 1),
        (Manner::BreaksOff, "no answer", 2),
        (Manner::HangsUp, "no answer", 2),
        (Manner::Hangs, "no answer", 2),
    ] {
        let hangs = matches!(manner, Manner::Hangs);
        let town = Town::new(manner).await;
        let mut settings = town.settings();
        if hangs {
            settings.try_within = Duration::from_millis(50);
        }
        let registry = HttpRegistry::new(&settings, clock.clone()).expect("a registry");
        let found = registry.find(iin()).await;
        let found = match &found {
            Found::Known(person) => {
                assert_eq!(person.family_name.reveal(), "ТІЗІЛІМ");
                "known"
            }
            Found::Unknown => "unknown",
            Found::NoAnswer => "no answer",
        };
        assert_eq!((found, town.asked()), (expected, times));
    }
}

#[tokio::test]
async fn what_failed_once_is_tried_again_and_the_number_is_in_the_body_alone() {
    let town = Town::new(Manner::HangsUp).await;
    let settings = HttpSettings {
        token: Some(Masked::new("a word of ours".into())),
        ..town.settings()
    };
    let registry = HttpRegistry::new(&settings, testing::clock()).expect("a registry");
    let asking = registry.find(iin());
    let mending = async {
        // The first try fails while the second is not yet begun.
        while town.asked() == 0 {
            tokio::task::yield_now().await;
        }
        town.now(person(IIN));
    };
    let (found, ()) = tokio::join!(asking, mending);
    if matches!(found, Found::NoAnswer) {
        // Both tries were faster than the mending: the next question is answered.
        assert!(matches!(registry.find(iin()).await, Found::Known(_)));
    }
    let heard = town
        .heard
        .lock()
        .unwrap()
        .last()
        .cloned()
        .expect("a question");
    let (head, body) = heard.split_once("\r\n\r\n").expect("a head and a body");
    assert!(
        head.starts_with("POST /persons/lookUp HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.contains("authorization: Bearer a word of ours"),
        "{head}"
    );
    assert!(!head.contains(IIN));
    assert_eq!(body, format!(r#"{{"iin":"{IIN}"}}"#));
}

#[tokio::test]
async fn after_three_failures_the_registry_is_left_alone_for_ten_seconds() {
    let clock = testing::clock();
    let town = Town::new(Manner::Answers(500, String::new())).await;
    let registry = town.registry(&clock);
    for number in 1..=3 {
        assert!(matches!(registry.find(iin()).await, Found::NoAnswer));
        assert_eq!(town.asked(), number * 2);
    }
    town.now(person(IIN));
    assert!(matches!(registry.find(iin()).await, Found::NoAnswer));
    assert_eq!(town.asked(), 6, "nobody was asked");
    clock.advance(SignedDuration::from_secs(10));
    assert!(matches!(registry.find(iin()).await, Found::Known(_)));
    // Well again: it takes three failures in a row once more.
    town.now(Manner::Answers(500, String::new()));
    for number in 1..=3 {
        assert!(matches!(registry.find(iin()).await, Found::NoAnswer));
        assert_eq!(town.asked(), 7 + number * 2);
    }
    assert!(matches!(registry.find(iin()).await, Found::NoAnswer));
    assert_eq!(town.asked(), 13);
}

#[tokio::test]
async fn a_registry_over_https_is_believed_only_with_our_authority() {
    let made = |name: &str| {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]);
        made.expect("a certificate")
    };
    let (ours, other) = (made("localhost"), made("localhost"));
    let key = PrivateKeyDer::try_from(ours.signing_key.serialize_der()).expect("a key");
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(ours.cert.der().to_vec())], key)
        .expect("a server");
    let tls = TlsAcceptor::from(Arc::new(config));
    let town = Town::over(person(IIN), Some(tls)).await;
    let trusting = |pem: Option<String>| {
        let settings = HttpSettings {
            authorities: pem.map(String::into_bytes),
            ..town.settings()
        };
        HttpRegistry::new(&settings, testing::clock())
    };
    let registry = trusting(Some(ours.cert.pem())).expect("a registry");
    assert!(matches!(registry.find(iin()).await, Found::Known(_)));
    let registry = trusting(Some(other.cert.pem())).expect("a registry");
    assert!(matches!(registry.find(iin()).await, Found::NoAnswer));
    assert!(trusting(None).is_err(), "https believes nobody by itself");
    assert!(trusting(Some("no certificate".into())).is_err());
    for url in ["ftp://localhost/x", "localhost", "not a url", ""] {
        let settings = HttpSettings::new(url);
        assert!(
            HttpRegistry::new(&settings, testing::clock()).is_err(),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_registration_goes_on_with_unproven_names_while_the_registry_has_no_answer() {
    let town = Town::new(Manner::Answers(500, String::new())).await;
    let settings = town.settings();
    let world = World::with(testing::clock(), |config| config.registry = Some(settings)).await;
    let name = world.proven(attempt(IIN, EMAIL)).await;
    let status = world.complete(&name).await.expect_err("who?");
    let fields: Vec<_> = status
        .violations()
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(fields, ["family_name", "given_name"]);
    let stated = pb::CompleteRegistrationAttemptRequest {
        name,
        family_name: "МҰРАТОВ".into(),
        given_name: "ӘЛИХАН".into(),
        ..Default::default()
    };
    let account = world.complete_with(stated).await.expect("an account");
    assert!(!account.names_proven && !account.no_iin);
    assert_eq!(account.birth_date_source(), pb::BirthDateSource::Iin);

    town.now(person("010101100008"));
    let name = world
        .proven(attempt("010101100008", "other@example.kz"))
        .await;
    let account = world.complete(&name).await.expect("an account");
    assert!(account.names_proven);
    assert_eq!(account.family_name, "ТІЗІЛІМ");
    // Nobody asks about a number before an address is proven.
    let asked = town.asked();
    let begun = world
        .start(attempt("010101200004", "third@example.kz"))
        .await;
    let early = world.complete(&begun.expect("an attempt").name).await;
    assert_eq!(refused(early), "EMAIL_NOT_PROVEN");
    assert_eq!(town.asked(), asked);
}
