//! The contract and the service agree: policy rows, strangers, reasons and their sentences.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::policy::Allow;
use chassis::text::Language;
use proto::questionnaire::v1::{ErrorReason, ViolationReason};
use questionnaire_svc::{TEXTS, policy};
use tower::ServiceExt;

use crate::world::World;

fn paths() -> BTreeSet<&'static str> {
    let ours = |rpc: &&proto::Rpc| rpc.service.starts_with("irikteu.questionnaire.v1.");
    proto::RPCS
        .iter()
        .filter(ours)
        .map(|rpc| rpc.path)
        .collect()
}

#[test]
fn every_rpc_has_a_policy_row_and_no_row_is_left_over() {
    let rows: BTreeSet<_> = policy::ROWS.iter().map(|(path, _)| *path).collect();
    assert_eq!(rows, paths());
    assert_eq!(rows.len(), policy::ROWS.len(), "a row twice");
    assert!(policy::ROWS.iter().all(|(_, allowed)| !allowed.is_empty()));
}

#[tokio::test]
async fn every_rpc_refuses_strangers_unless_it_is_open_to_everybody() {
    let world = World::new().await;
    for (path, allowed) in policy::ROWS {
        let status = call_empty(&world, path, Caller::Stranger).await;
        let is_open = allowed.contains(&Allow::Anyone);
        assert_eq!(
            status.as_deref() != Some("16"),
            is_open,
            "{path}: {status:?}"
        );
    }
}

#[tokio::test]
async fn what_is_internal_is_refused_to_people_and_partners() {
    let world = World::new().await;
    let path = "/irikteu.questionnaire.v1.PromoRights/ClaimPromoRight";
    let person = chassis::testing::person(1, &chassis::caller::Role::ALL);
    for caller in [
        person,
        Caller::Partner("KAZTEST".into()),
        Caller::Service("gateway".into()),
    ] {
        assert_eq!(call_empty(&world, path, caller).await.as_deref(), Some("7"));
    }
}

#[tokio::test]
async fn an_empty_call_is_refused_with_a_reason_and_never_breaks_the_service() {
    let world = World::new().await;
    for (path, _) in policy::ROWS {
        for caller in [
            chassis::testing::person(1, &chassis::caller::Role::ALL),
            Caller::Service("testing-svc".into()),
        ] {
            let status = call_empty(&world, path, caller).await;
            assert!(
                !matches!(status.as_deref(), Some("2" | "12" | "13" | "15")),
                "{path}: {status:?}"
            );
        }
    }
}

/// The status of a call with an empty message, as far as it stands in the headers.
async fn call_empty(world: &World, path: &str, caller: Caller) -> Option<String> {
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .body(tonic::body::Body::new(String::from("\0\0\0\0\0")))
        .unwrap();
    let answer = world.speaking_for(caller).oneshot(request).await.unwrap();
    answer
        .headers()
        .get("grpc-status")
        .map(|code| code.to_str().unwrap().to_owned())
}

#[test]
fn every_reason_of_the_contract_has_its_sentence_in_each_language() {
    // Numbers of reasons that are no more leave gaps.
    let errors = (1..1000)
        .filter_map(|number| ErrorReason::try_from(number).ok())
        .map(|it| it.as_str_name());
    let errors: Vec<_> = errors.collect();
    let fields = (1..1000)
        .filter_map(|number| ViolationReason::try_from(number).ok())
        .map(|it| it.as_str_name());
    let reasons = errors.into_iter().chain(fields.collect::<Vec<_>>());
    for name in reasons {
        let reason = name
            .trim_start_matches("ERROR_REASON_")
            .trim_start_matches("VIOLATION_REASON_");
        for language in Language::ALL {
            assert!(
                TEXTS.sentence(language, reason, &[]).is_some(),
                "{reason} {language:?}"
            );
        }
    }
}
