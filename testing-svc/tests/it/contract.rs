//! The contract kept: every RPC has a row and refuses strangers, every reason is the contract's
//! and has its sentence.

use std::collections::BTreeSet;

use bytes::Bytes;
use chassis::caller::{Caller, Role};
use chassis::error::Refusal as _;
use chassis::text::{Language, Texts};
use http_body_util::Full;
use jiff::Timestamp;
use prost_reflect::DescriptorPool;
use proto::Rpc;
use testing_svc::domain::admission::offer;
use testing_svc::domain::admission::outcome::{ChoiceOutcome, LastIn, Outcome, Stood};
use testing_svc::domain::booking::Phase;
use testing_svc::domain::redemption::Step;
use testing_svc::domain::refusal::{PartnerRefusal, Refusal, Waiting};
use testing_svc::domain::score::Score;
use testing_svc::domain::signed_file::Whose;
use testing_svc::domain::start_window::StartWindow;
use testing_svc::domain::test_system::TestSystem;
use testing_svc::domain::{attempt, certificate, membership, waitlist};
use testing_svc::policy::{PARTNER_ROWS, ROWS};
use testing_svc::{PARTNER_TEXTS, TEXTS};
use tonic::Status;
use tonic::body::Body;
use tower::Service as _;

use crate::admission::{DEPARTMENT, department};
use crate::world::{World, reason};

const TESTING: &str = "irikteu.testing.v1";
const PARTNER: &str = "irikteu.partner.v1";

/// Calls whose proof is in the request.
const ANYONE: [&str; 3] = [
    "RejectSeatOfferByLink",
    "VerifyCertificate",
    "GetCertificateKeys",
];

fn rpcs(package: &str) -> impl Iterator<Item = &'static Rpc> {
    let start = format!("{package}.");
    proto::RPCS
        .iter()
        .filter(move |rpc| rpc.service.starts_with(&start))
}

#[test]
fn every_rpc_has_a_row_and_no_row_is_left_over() {
    for (package, rows) in [(TESTING, ROWS), (PARTNER, PARTNER_ROWS)] {
        let contract: BTreeSet<&str> = rpcs(package).map(|rpc| rpc.path).collect();
        let policy: BTreeSet<&str> = rows.iter().map(|(path, _)| *path).collect();
        assert_eq!(contract, policy);
        assert_eq!(rows.len(), policy.len(), "a row is written twice");
    }
}

/// Calls with an empty message and gives the status.
async fn call(world: &World, service: &'static str, caller: Option<Caller>, path: &str) -> Status {
    let mut connection = world.net.connect(service);
    if let Some(caller) = caller {
        connection = connection.speaking_for(caller);
    }
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::new(Bytes::from_static(&[0; 5]))))
        .expect("a request");
    let response = connection.call(request).await.expect("an answer");
    Status::from_header_map(response.headers()).unwrap_or_else(|| Status::ok(""))
}

#[tokio::test]
async fn every_rpc_refuses_strangers_and_the_wrong_sort_of_caller() {
    let world = World::new().await;
    let partner = Caller::Partner("kaztest".into());
    let person = chassis::testing::person(1, &[]);
    for (package, service, wrong) in [
        (TESTING, "testing-svc", partner),
        (PARTNER, "partners", person),
    ] {
        for rpc in rpcs(package).filter(|rpc| !ANYONE.contains(&rpc.method)) {
            let status = call(&world, service, None, rpc.path).await;
            assert_eq!(status.code(), tonic::Code::Unauthenticated, "{}", rpc.path);
            assert_eq!(reason(&status), "NOT_SIGNED_IN");
            let status = call(&world, service, Some(wrong.clone()), rpc.path).await;
            assert_eq!(status.code(), tonic::Code::PermissionDenied, "{}", rpc.path);
            assert_eq!(reason(&status), "NOT_ALLOWED");
        }
    }
}

#[tokio::test]
async fn the_two_ports_don_t_serve_each_others_calls() {
    let world = World::new().await;
    let partner = Some(Caller::Partner("kaztest".into()));
    for (package, other) in [(TESTING, "partners"), (PARTNER, "testing-svc")] {
        for rpc in rpcs(package) {
            let status = call(&world, other, partner.clone(), rpc.path).await;
            assert_eq!(status.code(), tonic::Code::Unimplemented, "{}", rpc.path);
        }
    }
}

#[tokio::test]
async fn an_empty_request_is_told_all_that_is_missing_and_breaks_nothing() {
    let world = World::new().await;
    let roles = [Role::ExamDesk, Role::CampaignManager, Role::Administrator];
    let desk = chassis::testing::person(1, &roles);
    let questionnaire = Caller::Service("questionnaire-svc".into());
    for rpc in rpcs(TESTING) {
        let caller = match rpc.method {
            "GetLanguageResult" => questionnaire.clone(),
            "GetPublicationContent" | "PublishAllocationRun" => department(DEPARTMENT),
            _ => desk.clone(),
        };
        let status = call(&world, "testing-svc", Some(caller), rpc.path).await;
        let expected = match rpc.method {
            "ListTestCenters" | "ListClosures" | "ListMemberships" => tonic::Code::Ok,
            "ListCertificates" | "GetCertificateKeys" | "ListAuditRecords" => tonic::Code::Ok,
            _ => tonic::Code::InvalidArgument,
        };
        assert_eq!(status.code(), expected, "{} {status:?}", rpc.path);
    }
    for rpc in rpcs(PARTNER) {
        let caller = Some(Caller::Partner("kaztest".into()));
        let status = call(&world, "partners", caller, rpc.path).await;
        assert_eq!(status.code(), tonic::Code::InvalidArgument, "{}", rpc.path);
    }
}

/// One of each; a new variant that is not here does not compile below.
fn refusals() -> Vec<Refusal> {
    let time = Timestamp::UNIX_EPOCH;
    let name = String::from;
    vec![
        Refusal::PromoCodeAlreadyIssued {
            promo_code: name("campaigns/c/promoCodes/1"),
            test_system: TestSystem::Qrt,
        },
        Refusal::IinNeeded,
        Refusal::NotEligible,
        Refusal::StageExists {
            stage: name("campaigns/c/stages/1"),
        },
        Refusal::SessionFull {
            session: name("campaigns/c/stages/1/sessions/1"),
            next_free: None,
        },
        Refusal::SessionStarted { start: time },
        Refusal::SessionClosed { start: time },
        Refusal::SessionNotStarted { start: time },
        Refusal::SessionHasBookings { taken: 2 },
        Refusal::SeatsTaken {
            taken: 2,
            quota: Some(name("kazakh-form")),
        },
        Refusal::QuotaFull {
            session: name("campaigns/c/stages/1/sessions/1"),
            quota: name("kazakh-form"),
        },
        Refusal::RoomTaken {
            session: name("campaigns/c/stages/1/sessions/1"),
            start: time,
            end: time,
        },
        Refusal::RoomInUse {
            session: name("campaigns/c/stages/1/sessions/1"),
        },
        Refusal::PlaceClosed {
            closure: name("closures/1"),
        },
        Refusal::AlreadyWaiting {
            entry: name("campaigns/c/waitlistEntries/1"),
        },
        Refusal::WaitlistEntryOver {
            state: waitlist::State::Rejected,
        },
        Refusal::NoOffer,
        Refusal::OfferLapsed { until: time },
        Refusal::OfferLinkInvalid,
        Refusal::OfferAnswered,
        Refusal::UndoTooLate { until: time },
        Refusal::StageAlreadyBooked {
            booking: name("campaigns/c/bookings/1"),
        },
        Refusal::HoldExpired { until: time },
        Refusal::BookingNotConfirmed,
        Refusal::SeatUnfit,
        Refusal::BookingOver {
            phase: Phase::Cancelled,
        },
        Refusal::ChangeTooLate { until: time },
        Refusal::ChangesSpent { most: 2 },
        Refusal::StartTooEarly { open: time },
        Refusal::StartTooLate { close: time },
        Refusal::CheckInNeeded,
        Refusal::StagePublished { time },
        Refusal::SessionPublished { time },
        Refusal::ResultsCompete,
        Refusal::RuleMissing {
            field: "score_scale",
        },
        Refusal::ScaleInUse { count: 1 },
        Refusal::AttemptOver {
            state: attempt::State::Finished,
        },
        Refusal::AttemptPaused,
        Refusal::AttemptsUnfinished(waiting()),
        Refusal::SittingsAhead(waiting()),
        Refusal::ResultsMissing(waiting()),
        Refusal::TiesUndecided {
            direction: name("DIGITALIZATION"),
            tied: 3,
            places: 1,
        },
        Refusal::InputChanged {
            input_hash: name("00ff"),
        },
        Refusal::EarlierStageOpen {
            stage: name("campaigns/c/stages/1"),
        },
        Refusal::ResultsNotPublished,
        Refusal::AppealsUndecided {
            count: 1,
            stage: name("campaigns/c/stages/1"),
        },
        Refusal::AppealTermOver { until: Some(time) },
        Refusal::AppealExists {
            appeal: name("campaigns/c/appeals/1"),
        },
        Refusal::AppealPublished,
        Refusal::ResultNotScored,
        Refusal::MembershipOver {
            state: membership::State::Ended,
        },
        Refusal::CertificateOver {
            state: certificate::State::Revoked,
        },
        Refusal::ReissueImpossible {
            state: certificate::State::Revoked,
        },
        Refusal::RankingMissing,
        Refusal::RankingsOpen {
            count: 1,
            specialty: name("specialties/1"),
        },
        Refusal::RankingIncomplete {
            specialty: name("specialties/1"),
            known: 1,
            expected: 2,
        },
        Refusal::OffersOpen { count: 1 },
        Refusal::RunPending,
        Refusal::RunWithheld,
        Refusal::RunOutdated,
        Refusal::RoundPublished {
            run: name("campaigns/c/allocationRuns/1"),
            round: 1,
        },
        Refusal::RunsDiffer,
        Refusal::SeedSettled {
            seed: "ab".repeat(32),
        },
        Refusal::PlaceOfferOver {
            state: offer::State::Declined,
        },
        Refusal::PlaceOfferLapsed { until: time },
    ]
}

fn waiting() -> Waiting {
    Waiting {
        count: 1,
        candidate_number: "0123456789".into(),
    }
}

fn partner_refusals() -> Vec<PartnerRefusal> {
    vec![
        PartnerRefusal::CodeNotAccepted,
        PartnerRefusal::CodeAlreadyReserved {
            until: Timestamp::UNIX_EPOCH,
        },
        PartnerRefusal::CodeAlreadyRedeemed,
        PartnerRefusal::CodeNoLongerValid,
        PartnerRefusal::ReservationEnded { step: Step::Lapsed },
        PartnerRefusal::NotRedeemed {
            step: Step::Reserved,
        },
        PartnerRefusal::ResultAlreadyReported,
        PartnerRefusal::BookingNotOpen {
            phase: Phase::Cancelled,
        },
        PartnerRefusal::BookedElsewhere,
        PartnerRefusal::SeatUnfit,
        PartnerRefusal::OutsideWindow {
            window: StartWindow {
                open: Timestamp::UNIX_EPOCH,
                close: Timestamp::UNIX_EPOCH,
            },
        },
        PartnerRefusal::NotStarted,
        PartnerRefusal::StageClosed {
            time: Timestamp::UNIX_EPOCH,
        },
        PartnerRefusal::EntryReused,
        PartnerRefusal::KeyMissing {
            whose: Whose::Partner,
        },
        PartnerRefusal::FileAltered,
    ]
}

/// How many there are, counted by the compiler's check that all are named.
fn known(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::PromoCodeAlreadyIssued { .. }
        | Refusal::IinNeeded
        | Refusal::NotEligible
        | Refusal::StageExists { .. }
        | Refusal::SessionFull { .. }
        | Refusal::SessionStarted { .. }
        | Refusal::SessionClosed { .. }
        | Refusal::SessionNotStarted { .. }
        | Refusal::SessionHasBookings { .. }
        | Refusal::SeatsTaken { .. }
        | Refusal::QuotaFull { .. }
        | Refusal::RoomTaken { .. }
        | Refusal::RoomInUse { .. }
        | Refusal::PlaceClosed { .. }
        | Refusal::AlreadyWaiting { .. }
        | Refusal::WaitlistEntryOver { .. }
        | Refusal::NoOffer
        | Refusal::OfferLapsed { .. }
        | Refusal::OfferLinkInvalid
        | Refusal::OfferAnswered
        | Refusal::UndoTooLate { .. }
        | Refusal::StageAlreadyBooked { .. }
        | Refusal::HoldExpired { .. }
        | Refusal::BookingNotConfirmed
        | Refusal::SeatUnfit
        | Refusal::BookingOver { .. }
        | Refusal::ChangeTooLate { .. }
        | Refusal::ChangesSpent { .. }
        | Refusal::StartTooEarly { .. }
        | Refusal::StartTooLate { .. }
        | Refusal::CheckInNeeded
        | Refusal::StagePublished { .. }
        | Refusal::SessionPublished { .. }
        | Refusal::ResultsCompete
        | Refusal::RuleMissing { .. }
        | Refusal::ScaleInUse { .. }
        | Refusal::AttemptOver { .. }
        | Refusal::AttemptPaused
        | Refusal::AttemptsUnfinished(_)
        | Refusal::SittingsAhead(_)
        | Refusal::ResultsMissing(_)
        | Refusal::TiesUndecided { .. }
        | Refusal::InputChanged { .. }
        | Refusal::EarlierStageOpen { .. }
        | Refusal::ResultsNotPublished
        | Refusal::AppealsUndecided { .. }
        | Refusal::AppealTermOver { .. }
        | Refusal::AppealExists { .. }
        | Refusal::AppealPublished
        | Refusal::ResultNotScored
        | Refusal::MembershipOver { .. }
        | Refusal::CertificateOver { .. }
        | Refusal::ReissueImpossible { .. }
        | Refusal::RankingMissing
        | Refusal::RankingsOpen { .. }
        | Refusal::RankingIncomplete { .. }
        | Refusal::OffersOpen { .. }
        | Refusal::RunPending
        | Refusal::RunWithheld
        | Refusal::RunOutdated
        | Refusal::RoundPublished { .. }
        | Refusal::RunsDiffer
        | Refusal::SeedSettled { .. }
        | Refusal::PlaceOfferOver { .. }
        | Refusal::PlaceOfferLapsed { .. } => 65,
    }
}

/// The values of an enum of the contract without prefix, and without the one that is never sent.
pub fn values(package: &str, name: &str, prefix: &str) -> BTreeSet<String> {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR).expect("a descriptor");
    let found = pool.get_enum_by_name(&format!("{package}.{name}"));
    found
        .expect("an enum")
        .values()
        .filter(|value| value.number() != 0)
        .map(|value| {
            let short = value.name().strip_prefix(prefix);
            short.expect("the prefix").to_owned()
        })
        .collect()
}

#[test]
fn the_refusals_are_the_reasons_of_the_contract() {
    assert!(refusals().iter().all(|it| known(it) == refusals().len()));
    let ours: BTreeSet<String> = refusals().iter().map(|it| it.reason().to_owned()).collect();
    assert_eq!(ours, values(TESTING, "ErrorReason", "ERROR_REASON_"));
    let ours: BTreeSet<String> = partner_refusals()
        .iter()
        .map(|it| it.reason().to_owned())
        .collect();
    assert_eq!(ours, values(PARTNER, "ErrorReason", "ERROR_REASON_"));
}

#[test]
fn every_reason_has_its_sentence_in_three_languages_filled_in_completely() {
    let told = |texts: &Texts, reason: &str, args: &[(&'static str, String)]| {
        for language in Language::ALL {
            let sentence = texts.sentence(language, reason, args);
            let sentence = sentence.unwrap_or_else(|| panic!("{reason} in {}", language.code()));
            assert!(!sentence.contains('{'), "{sentence}");
        }
    };
    for refusal in refusals() {
        told(&TEXTS, refusal.reason(), &refusal.metadata());
    }
    for refusal in partner_refusals() {
        told(&PARTNER_TEXTS, refusal.reason(), &refusal.metadata());
    }
    for reason in values(TESTING, "ViolationReason", "VIOLATION_REASON_") {
        // What is on file of somebody who hears that it says otherwise.
        told(&TEXTS, &reason, &[("value", "kk".into())]);
    }
    for reason in values(PARTNER, "ViolationReason", "VIOLATION_REASON_") {
        told(&PARTNER_TEXTS, &reason, &[]);
    }
}

/// Why a wish came out as it did, for each sentence that there is.
#[test]
fn every_outcome_of_a_wish_has_its_sentence_in_three_languages() {
    let one = |outcome, quota: Option<&str>, last: Option<(u32, i64)>| ChoiceOutcome {
        choice: uuid::Uuid::nil(),
        application: uuid::Uuid::nil(),
        number: "2026-0000417-3".into(),
        specialty: uuid::Uuid::nil(),
        preference: 1,
        outcome,
        standing: Some(Stood {
            rank: 31,
            score: Score(46_200),
            ranked: 40,
            places: 28,
        }),
        last: last.map(|(rank, score)| LastIn {
            rank,
            score: Score(score),
        }),
        quota: quota.map(str::to_owned),
    };
    let mut all = vec![
        one(Outcome::Admitted, Some("ORPHAN"), None),
        one(Outcome::Behind, None, Some((28, 46_200))),
        one(Outcome::Behind, None, Some((31, 46_200))),
    ];
    all.extend(
        Outcome::ALL
            .iter()
            .map(|it| one(*it, None, Some((28, 46_201)))),
    );
    let messages: BTreeSet<&str> = all.iter().map(|it| it.told().0).collect();
    assert_eq!(messages.len(), Outcome::ALL.len() + 3);
    for it in &all {
        let (message, args) = it.told();
        for language in Language::ALL {
            let sentence = TEXTS.sentence(language, message, &args).expect(message);
            assert!(!sentence.contains(['{', '$']), "{sentence}");
        }
    }
    // Two results that differ are never shown as one.
    let (message, args) = one(Outcome::Behind, None, Some((28, 46_201))).told();
    let told = TEXTS.sentence(Language::En, message, &args);
    let expected = "Rank 31 for 28 places; the last admitted had 4.6201, you have 4.6200.";
    assert_eq!(told.as_deref(), Some(expected));
}

#[test]
fn the_files_of_texts_have_the_same_messages() {
    let ids = |source: &str| -> BTreeSet<String> {
        let lines = source.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
            .collect()
    };
    let people = [
        ids(include_str!("../../texts/kk.ftl")),
        ids(include_str!("../../texts/ru.ftl")),
        ids(include_str!("../../texts/en.ftl")),
    ];
    let partners = [
        ids(include_str!("../../texts/partner/kk.ftl")),
        ids(include_str!("../../texts/partner/ru.ftl")),
        ids(include_str!("../../texts/partner/en.ftl")),
    ];
    for [kk, ru, en] in [people, partners] {
        assert_eq!(kk, ru);
        assert_eq!(kk, en);
    }
}

#[test]
fn every_reason_is_reached_by_a_test_of_a_call() {
    let tests = [
        include_str!("applied.rs"),
        include_str!("bookings.rs"),
        include_str!("certificates.rs"),
        include_str!("closures.rs"),
        include_str!("desk.rs"),
        include_str!("admission_rounds.rs"),
        include_str!("admission_seals.rs"),
        include_str!("eligibility.rs"),
        include_str!("examinations.rs"),
        include_str!("batch_files.rs"),
        include_str!("partners.rs"),
        include_str!("planning.rs"),
        include_str!("promo_codes.rs"),
        include_str!("quotas.rs"),
        include_str!("rooms.rs"),
        include_str!("starts.rs"),
        include_str!("waitlist.rs"),
        include_str!("appeals.rs"),
        include_str!("cuts.rs"),
        include_str!("imports.rs"),
        include_str!("memberships.rs"),
        include_str!("publications.rs"),
        include_str!("selection.rs"),
        include_str!("session_publications.rs"),
        include_str!("sittings.rs"),
    ]
    .concat();
    for package in [TESTING, PARTNER] {
        let mut reasons = values(package, "ErrorReason", "ERROR_REASON_");
        reasons.extend(values(package, "ViolationReason", "VIOLATION_REASON_"));
        for reason in reasons {
            assert!(tests.contains(&reason), "{reason} is heard in no test");
        }
    }
}
