//! The contract held: every RPC has a row, refuses strangers, and every "no" has its words.

use std::collections::BTreeSet;

use chassis::error::Refusal as _;
use chassis::policy::Allow;
use chassis::text::{Language, Texts};
use identity_svc::domain::refusal::Refusal;
use identity_svc::domain::signature::Fault;
use identity_svc::policy::ROWS;
use identity_svc::{MESSAGE_TEXTS, TEXTS};
use jiff::Timestamp;
use jiff::civil::date;
use proto::identity::v1 as pb;
use tonic::codegen::{Service, http};

use crate::world::world;

fn our_rpcs() -> BTreeSet<&'static str> {
    let ours = proto::RPCS
        .iter()
        .filter(|rpc| rpc.service.starts_with("irikteu.identity.v1."));
    ours.map(|rpc| rpc.path).collect()
}

#[test]
fn every_rpc_has_a_policy_row_and_no_row_is_left_over() {
    let rows: BTreeSet<&str> = ROWS.iter().map(|(rpc, _)| *rpc).collect();
    assert_eq!(rows.len(), ROWS.len(), "a row is there twice");
    assert_eq!(rows, our_rpcs());
}

#[tokio::test]
async fn every_rpc_refuses_a_stranger_unless_anyone_may_call_it() {
    let world = world().await;
    for (rpc, allowed) in ROWS {
        let request = http::Request::post(format!("http://identity-svc{rpc}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(tonic::body::Body::empty())
            .expect("a request");
        let response = world.stranger().call(request).await.expect("an answer");
        let status = response
            .headers()
            .get("grpc-status")
            .map(|it| it.to_str().expect("digits"));
        // 16 is UNAUTHENTICATED; an empty body is refused for another reason.
        assert_eq!(
            status == Some("16"),
            !allowed.contains(&Allow::Anyone),
            "{rpc}: {status:?}"
        );
    }
}

#[test]
fn internal_rpcs_are_for_services_and_only_they() {
    for rpc in proto::RPCS
        .iter()
        .filter(|rpc| rpc.service.starts_with("irikteu.identity.v1."))
    {
        let (_, allowed) = ROWS
            .iter()
            .find(|(path, _)| *path == rpc.path)
            .expect("a row");
        let for_services = allowed
            .iter()
            .all(|allow| matches!(allow, Allow::Service(_)));
        assert_eq!(for_services, !rpc.over_http, "{}", rpc.path);
    }
}

/// One of each. A new variant does not compile until it is named here.
fn refusals() -> Vec<Refusal> {
    let time = Timestamp::UNIX_EPOCH;
    let all = vec![
        Refusal::EmailProofWrong { tries_left: 3 },
        Refusal::EmailCodeTriesSpent,
        Refusal::EmailAlreadyProven,
        Refusal::ResendTooSoon { resend_time: time },
        Refusal::EmailNotProven,
        Refusal::RegistrationExpired,
        Refusal::RegistrationCompleted,
        Refusal::RegistrationNotOpen {
            campaign: "campaigns/c".into(),
            open_time: time,
            close_time: time,
        },
        Refusal::OverAgeLimit {
            age_years: 36,
            max_age_years: 35,
            reference_date: date(2025, 6, 30),
        },
        Refusal::AccountExists,
        Refusal::SignInFailed,
        Refusal::RefreshTokenReused,
        Refusal::OwnAdministratorRole,
        Refusal::CurrentPasswordWrong,
        Refusal::RecoveryProofWrong { tries_left: 3 },
        Refusal::RecoveryTriesSpent,
        Refusal::RecoveryProofUsed,
        Refusal::RecoveryNotProven,
        Refusal::RecoveryExpired,
        Refusal::RecoveryCompleted,
        Refusal::EmailChangeProofWrong { tries_left: 3 },
        Refusal::EmailChangeTriesSpent,
        Refusal::EmailChangeOfOtherSession,
        Refusal::EmailChangeEnded { state: "REPLACED" },
        Refusal::InvitationPending,
        Refusal::InvitationProofWrong { tries_left: 3 },
        Refusal::InvitationTriesSpent,
        Refusal::InvitationEnded { state: "REVOKED" },
        Refusal::RoleNotForAct {
            act: "START_RANKING".into(),
            roles: "CEO CAN_SIGN".into(),
        },
        Refusal::SignatoryBlocked,
        Refusal::ProofOfAnotherPerson,
        Refusal::SignatureOfAnotherOrganisation,
        Refusal::SigningOrganisationUnknown,
        Refusal::SigningOrganisationExists,
        Refusal::ChallengeExpired,
        Refusal::ChallengeUsed,
        Refusal::RateLimited { retry_time: time },
    ];
    let signatures = Fault::ALL.into_iter().map(Refusal::Signature);
    let all: Vec<_> = all.into_iter().chain(signatures).collect();
    for refusal in &all {
        match refusal {
            Refusal::EmailProofWrong { .. }
            | Refusal::EmailCodeTriesSpent
            | Refusal::EmailAlreadyProven
            | Refusal::ResendTooSoon { .. }
            | Refusal::EmailNotProven
            | Refusal::RegistrationExpired
            | Refusal::RegistrationCompleted
            | Refusal::RegistrationNotOpen { .. }
            | Refusal::OverAgeLimit { .. }
            | Refusal::AccountExists
            | Refusal::SignInFailed
            | Refusal::RefreshTokenReused
            | Refusal::OwnAdministratorRole
            | Refusal::CurrentPasswordWrong
            | Refusal::RecoveryProofWrong { .. }
            | Refusal::RecoveryTriesSpent
            | Refusal::RecoveryProofUsed
            | Refusal::RecoveryNotProven
            | Refusal::RecoveryExpired
            | Refusal::RecoveryCompleted
            | Refusal::EmailChangeProofWrong { .. }
            | Refusal::EmailChangeTriesSpent
            | Refusal::EmailChangeOfOtherSession
            | Refusal::EmailChangeEnded { .. }
            | Refusal::InvitationPending
            | Refusal::InvitationProofWrong { .. }
            | Refusal::InvitationTriesSpent
            | Refusal::InvitationEnded { .. }
            | Refusal::Signature(_)
            | Refusal::RoleNotForAct { .. }
            | Refusal::SignatoryBlocked
            | Refusal::ProofOfAnotherPerson
            | Refusal::SignatureOfAnotherOrganisation
            | Refusal::SigningOrganisationUnknown
            | Refusal::SigningOrganisationExists
            | Refusal::ChallengeExpired
            | Refusal::ChallengeUsed
            | Refusal::RateLimited { .. } => {}
        }
    }
    all
}

/// The names of an enum of the contract without their prefix, `UNSPECIFIED` left out.
fn names(prefix: &str, name: impl Fn(i32) -> Option<&'static str>) -> BTreeSet<String> {
    // Numbers may be left out, for what is made elsewhere at the same time.
    let names = (1..200).filter_map(name);
    names
        .map(|name| name.strip_prefix(prefix).expect("the prefix").to_owned())
        .collect()
}

#[test]
fn refusals_and_error_reasons_are_one_to_one() {
    let reasons = names("ERROR_REASON_", |n| {
        pb::ErrorReason::try_from(n).ok().map(|it| it.as_str_name())
    });
    let refusals: BTreeSet<String> = refusals().iter().map(|it| it.reason().to_owned()).collect();
    let ours: BTreeSet<String> = refusals
        .into_iter()
        .filter(|it| it != "RATE_LIMITED")
        .collect();
    assert_eq!(ours, reasons);
}

#[test]
fn every_no_has_its_sentence_in_three_languages_with_nothing_left_to_fill_in() {
    for language in Language::ALL {
        for refusal in refusals().iter().filter(|it| it.reason() != "RATE_LIMITED") {
            let sentence = TEXTS.sentence(language, refusal.reason(), &refusal.metadata());
            let sentence = sentence.unwrap_or_else(|| panic!("{language:?} {}", refusal.reason()));
            assert!(!sentence.contains(['{', '$']), "{sentence}");
        }
        for reason in names("VIOLATION_REASON_", |n| {
            pb::ViolationReason::try_from(n)
                .ok()
                .map(|it| it.as_str_name())
        }) {
            assert!(
                TEXTS.sentence(language, &reason, &[]).is_some(),
                "{language:?} {reason}"
            );
        }
    }
}

#[test]
fn every_kind_of_message_has_a_title_and_a_body_in_three_languages() {
    // Some numbers are kept free.
    let kinds = (1..100).filter_map(|n| pb::message::Kind::try_from(n).ok());
    let kinds = kinds.map(|kind| kind.as_str_name().trim_start_matches("KIND_"));
    let kinds: BTreeSet<&str> = kinds.collect();
    assert!(kinds.len() >= 39);
    for language in Language::ALL {
        for kind in &kinds {
            for part in ["title", "body"] {
                let id = format!("{}-{part}", kind.to_lowercase().replace('_', "-"));
                assert!(has(&MESSAGE_TEXTS, language, &id), "{language:?} {id}");
            }
        }
    }
}

fn has(texts: &Texts, language: Language, id: &str) -> bool {
    texts.message(language, id, []).is_some()
}

#[test]
fn the_three_languages_have_the_same_messages() {
    let ids = |file: &str| -> BTreeSet<String> {
        let lines = file.lines().filter(|line| !line.starts_with([' ', '#']));
        lines
            .filter_map(|line| Some(line.split_once(" =")?.0.to_owned()))
            .collect()
    };
    let kk = ids(include_str!("../../texts/messages/kk.ftl"));
    assert_eq!(kk, ids(include_str!("../../texts/messages/ru.ftl")));
    assert_eq!(kk, ids(include_str!("../../texts/messages/en.ftl")));
    let kk = ids(include_str!("../../texts/kk.ftl"));
    assert_eq!(kk, ids(include_str!("../../texts/ru.ftl")));
    assert_eq!(kk, ids(include_str!("../../texts/en.ftl")));
}
