//! The scanner of malware: nothing is clean before it said so, whatever happens to it.

use jiff::SignedDuration;
use proto::questionnaire::v1::document::State;
use proto::questionnaire::v1::{self as pb};
use questionnaire_svc::config::Config;

use crate::candidate::Candidate;
use crate::clamd::{Clamd, Manner, Scanner, eicar};
use crate::paper;
use crate::world::{World, reason};

const PDF: &str = "application/pdf";

fn scanning(address: questionnaire_svc::scan::clamd::Address) -> Config {
    Config {
        clamd: Some(address),
        clamd_timeout_seconds: 10,
        ..Config::default()
    }
}

async fn world_with(scanner: &Scanner) -> World {
    World::with(scanning(scanner.address())).await
}

async fn state(candidate: &Candidate<'_>, name: &str) -> State {
    let request = pb::GetDocumentRequest { name: name.into() };
    let shown = candidate.documents().get_document(request).await.unwrap();
    shown.into_inner().state()
}

/// Announces and sends; the name of the document and what was said.
async fn sends(
    candidate: &Candidate<'_>,
    application: &str,
    bytes: &[u8],
) -> (String, Result<State, String>) {
    let announced = candidate.announces(application, "education", "DIPLOMA", PDF, bytes);
    let name = announced.await.unwrap().name;
    let sent = candidate.sends(&name, bytes).await;
    (
        name,
        sent.map(|it| it.state())
            .map_err(|refused| reason(&refused)),
    )
}

async fn check(world: &World) {
    world.clock.advance(SignedDuration::from_secs(5));
    world.run_job("check-documents").await;
}

#[tokio::test]
async fn an_infected_document_is_refused_and_its_bytes_are_gone() {
    let mut scanner = Scanner::new();
    scanner.start();
    infected_ones_are_refused(&world_with(&scanner).await).await;
}

#[tokio::test]
async fn the_real_scanner_finds_what_its_signatures_know() {
    let clamd = Clamd::start();
    let config = Config {
        clamd_timeout_seconds: 30,
        ..scanning(clamd.address())
    };
    infected_ones_are_refused(&World::with(config).await).await;
}

async fn infected_ones_are_refused(world: &World) {
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let (good, sent) = sends(&candidate, &application, &paper::pdf("diploma")).await;
    assert_eq!(sent, Ok(State::Clean));
    let large = paper::pdf(&"x".repeat(5_000_000));
    let (_, sent) = sends(&candidate, &application, &large).await;
    assert_eq!(sent, Ok(State::Clean));

    let bytes = paper::pdf(&eicar());
    let (bad, sent) = sends(&candidate, &application, &bytes).await;
    assert_eq!(sent, Err("DOCUMENT_INFECTED".into()));
    assert_eq!(state(&candidate, &bad).await, State::Infected);
    assert_eq!((world.blobs(), world.loose().await), (2, 0));
    let refused = candidate.downloads(&bad).await.unwrap_err();
    assert_eq!(reason(&refused), "DOCUMENT_NOT_READY");
    // It stays what it is, whatever is sent to it, until it is taken out.
    let again = candidate.sends(&bad, &bytes).await.unwrap();
    assert_eq!(again.state(), State::Infected);
    let other = candidate.sends(&bad, &paper::pdf("diploma")).await;
    assert_eq!(reason(&other.unwrap_err()), "DOCUMENT_ALREADY_UPLOADED");
    candidate.deletes(&bad).await.unwrap();
    assert_eq!(state(&candidate, &good).await, State::Clean);
}

#[tokio::test]
async fn while_the_scanner_is_away_documents_wait_and_are_checked_when_it_returns() {
    let mut scanner = Scanner::new();
    let world = world_with(&scanner).await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let mut names = Vec::new();
    for number in 0..30 {
        let line = match number {
            7 => eicar(),
            _ => format!("diploma {number}"),
        };
        world.clock.advance(SignedDuration::from_millis(10));
        let (name, sent) = sends(&candidate, &application, &paper::pdf(&line)).await;
        assert_eq!(sent, Ok(State::Scanning));
        names.push(name);
    }
    check(&world).await;
    for name in &names {
        assert_eq!(state(&candidate, name).await, State::Scanning);
        let refused = candidate.downloads(name).await.unwrap_err();
        assert_eq!(reason(&refused), "DOCUMENT_NOT_READY");
    }
    assert_eq!(scanner.scanned().len(), 0);

    scanner.start();
    check(&world).await;
    for (number, name) in names.iter().enumerate() {
        let expected = match number {
            7 => State::Infected,
            _ => State::Clean,
        };
        assert_eq!(state(&candidate, name).await, expected);
    }
    // Each once, a few at a time, those first that waited longest.
    let scanned = scanner.scanned();
    assert_eq!(scanned.len(), 30);
    assert!(scanner.most_at_once() <= 2);
    for (place, file) in scanned.iter().enumerate() {
        let line = |number: usize| format!("diploma {number})");
        let has = |text: &str| file.windows(text.len()).any(|it| it == text.as_bytes());
        // One of the two may take its time while the other goes on.
        let is_near = (place.saturating_sub(8)..place + 9).any(|number| has(&line(number)));
        assert!(is_near || has(&eicar()), "place {place}");
    }
    assert_eq!((world.blobs(), world.loose().await), (29, 0));
}

#[tokio::test]
async fn a_scanner_that_goes_away_in_the_middle_leaves_the_rest_waiting() {
    let mut scanner = Scanner::new();
    scanner.start();
    let world = world_with(&scanner).await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    scanner.stop().await;
    let (first, _) = sends(&candidate, &application, &paper::pdf("first")).await;
    let (second, _) = sends(&candidate, &application, &paper::pdf("second")).await;
    // There again, and silent: neither a PING nor a file is answered.
    scanner.behave(Manner::Silent);
    scanner.start();
    check(&world).await;
    for name in [&first, &second] {
        assert_eq!(state(&candidate, name).await, State::Scanning);
    }
    scanner.behave(Manner::Honest);
    check(&world).await;
    for name in [&first, &second] {
        assert_eq!(state(&candidate, name).await, State::Clean);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_verdict_never_makes_a_document_clean() {
    let mut scanner = Scanner::new();
    scanner.start();
    let world = world_with(&scanner).await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    for answer in [
        b"".as_slice(),
        b"\0",
        b"stream: OK",
        b"stream: OK\0stream: OK\0",
        b"stream: ERROR\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"\xff\xfe OK\0",
    ] {
        scanner.behave(Manner::Says(answer));
        let (name, sent) = sends(&candidate, &application, &paper::pdf("diploma")).await;
        assert_eq!(sent, Ok(State::ScanFailed), "{answer:?}");
        assert!(candidate.downloads(&name).await.is_err());
    }
    // Tried again after a pause, not before.
    scanner.behave(Manner::Honest);
    check(&world).await;
    let failed = "SELECT COUNT(*) AS n FROM document WHERE state = 'SCAN_FAILED'";
    assert_eq!(world.count(failed).await, 8);
    world.clock.advance(SignedDuration::from_mins(1));
    check(&world).await;
    assert_eq!(world.count(failed).await, 0);
}

#[tokio::test]
async fn a_file_that_brings_the_scanner_down_does_not_hold_the_others() {
    let mut scanner = Scanner::new();
    let world = world_with(&scanner).await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let (bad, _) = sends(&candidate, &application, &paper::pdf("falls over")).await;
    let (good, _) = sends(&candidate, &application, &paper::pdf("diploma")).await;
    scanner.behave(Manner::FallsOver("falls over"));
    scanner.start();
    check(&world).await;
    assert_eq!(state(&candidate, &bad).await, State::ScanFailed);
    assert_eq!(state(&candidate, &good).await, State::Clean);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_work_off_the_queue_scan_each_document_once() {
    let mut scanner = Scanner::new();
    let world = world_with(&scanner).await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    for number in 0..20 {
        let line = format!("diploma {number}");
        let (_, sent) = sends(&candidate, &application, &paper::pdf(&line)).await;
        sent.unwrap();
    }
    scanner.start();
    let other = world.another_process().await;
    world.clock.advance(SignedDuration::from_secs(5));
    let theirs = other
        .iter()
        .find(|job| job.name == "check-documents")
        .unwrap();
    let ((), theirs) = tokio::join!(world.run_job("check-documents"), theirs.run());
    theirs.unwrap();
    assert_eq!(scanner.scanned().len(), 20);
    let clean = "SELECT COUNT(*) AS n FROM document WHERE state = 'CLEAN'";
    assert_eq!(world.count(clean).await, 20);
}
