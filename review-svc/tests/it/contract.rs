//! The contract, held against the code: policy rows, refusals, sentences.

use std::collections::BTreeSet;

use chassis::caller::{Caller, Role};
use chassis::policy::Allow;
use chassis::testing;
use chassis::text::Language;
use proto::review::v1::{ErrorReason, ViolationReason};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;

use crate::house::{House, reason};

fn rpcs() -> impl Iterator<Item = &'static str> {
    let ours = |rpc: &&proto::Rpc| rpc.service.starts_with("irikteu.review.v1.");
    proto::RPCS.iter().filter(ours).map(|rpc| rpc.path)
}

/// Calls an RPC with an empty request, whatever it is.
async fn call(house: &House, caller: Caller, path: &'static str) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(house.connection(caller));
    client.ready().await.expect("ready");
    let codec = ProstCodec::<(), ()>::default();
    let path = PathAndQuery::from_static(path);
    client.unary(Request::new(()), path, codec).await.map(drop)
}

#[test]
fn every_rpc_has_its_policy_row_and_no_row_is_left_over() {
    let rows: BTreeSet<_> = review_svc::policy::ROWS
        .iter()
        .map(|(rpc, _)| *rpc)
        .collect();
    assert_eq!(rows, rpcs().collect());
    assert_eq!(rows.len(), review_svc::policy::ROWS.len());
}

#[tokio::test]
async fn every_rpc_refuses_a_stranger_unless_it_is_open_to_anyone() {
    let house = House::new().await;
    for (path, allowed) in review_svc::policy::ROWS {
        let answer = call(&house, Caller::Stranger, path).await;
        if allowed.contains(&Allow::Anyone) {
            let is_unknown = |status: Status| status.code() == Code::Unauthenticated;
            assert!(!answer.is_err_and(is_unknown), "{path}");
        } else {
            let refused = answer.unwrap_err();
            assert_eq!(refused.code(), Code::Unauthenticated, "{path}");
            assert_eq!(reason(&refused), "NOT_SIGNED_IN", "{path}");
        }
    }
}

/// Who may call what, RPC by RPC; services and strangers are in tests of their own.
const WHO: [(&str, &[Role]); 32] = [
    ("BulkDecide", &[Role::Expert, Role::CampaignManager]),
    ("BulkReassign", &[Role::CampaignManager]),
    ("BulkRelease", &[Role::Expert, Role::CampaignManager]),
    ("ChangeDecision", &[Role::Expert, Role::CampaignManager]),
    ("PublishDecisions", &[Role::CampaignManager]),
    ("ResolveDispute", &[Role::CampaignManager]),
    ("GetReviewPolicy", &[Role::Expert, Role::CampaignManager]),
    ("UpdateReviewPolicy", &[Role::CampaignManager]),
    ("ClaimNextTask", &[Role::Expert]),
    ("DeclareConflict", &[Role::Expert]),
    ("DeclineCorrection", &[Role::Expert, Role::CampaignManager]),
    ("PauseReviewTask", &[Role::Expert, Role::CampaignManager]),
    ("ResumeReviewTask", &[Role::Expert, Role::CampaignManager]),
    ("ReassignReviewTask", &[Role::CampaignManager]),
    ("CreateSavedFilter", &[Role::Expert, Role::CampaignManager]),
    ("ListSavedFilters", &[Role::Expert, Role::CampaignManager]),
    ("DeleteSavedFilter", &[Role::Expert, Role::CampaignManager]),
    ("GetSectionReview", &[Role::Expert, Role::CampaignManager]),
    ("SaveSectionVerdicts", &[Role::Expert]),
    ("GetReviewStatistics", &[Role::CampaignManager]),
    ("ListReviewTasks", &[Role::Expert, Role::CampaignManager]),
    ("GetReviewTask", &[Role::Expert, Role::CampaignManager]),
    ("GetDossier", &[Role::Expert, Role::CampaignManager]),
    ("ClaimReviewTask", &[Role::Expert]),
    ("RenewClaim", &[Role::Expert]),
    ("ReleaseReviewTask", &[Role::Expert]),
    ("PublishEnquiry", &[Role::CampaignManager]),
    ("RetirePublicAnswer", &[Role::CampaignManager]),
    ("AcceptApplication", &[Role::Expert]),
    ("RejectApplication", &[Role::Expert]),
    ("RequestCorrection", &[Role::Expert]),
    (
        "ImportWorkCalendar",
        &[Role::CampaignManager, Role::Administrator],
    ),
];

#[tokio::test]
async fn each_call_is_refused_to_every_role_that_it_is_not_for() {
    let house = House::new().await;
    for (rpc, let_in) in WHO {
        let mut ours = rpcs().filter(|path| path.ends_with(&format!("/{rpc}")));
        let path = ours.next().expect(rpc);
        for role in Role::ALL {
            let answer = call(&house, testing::person(1, &[role]), path).await;
            let is_refused = answer.is_err_and(|status| status.code() == Code::PermissionDenied);
            assert_eq!(is_refused, !let_in.contains(&role), "{path} {role:?}");
        }
        let applicant = call(&house, testing::person(1, &[]), path)
            .await
            .unwrap_err();
        assert_eq!(reason(&applicant), "NOT_ALLOWED", "{path}");
        // One service may read one thing: what an expert wrote to the applicant.
        for (name, reads) in [("questionnaire-svc", "GetReviewTask"), ("testing-svc", "")] {
            let service = Caller::Service(name.into());
            let answer = call(&house, service, path).await;
            let lets_in = rpc == reads;
            let is_refused = answer.is_err_and(|status| reason(&status) == "NOT_ALLOWED");
            assert_eq!(is_refused, !lets_in, "{path} {name}");
        }
    }
}

#[tokio::test]
async fn an_empty_request_is_refused_field_by_field_and_never_breaks() {
    let house = House::new().await;
    // Whoever has every role gets as far as the request.
    let caller = || testing::person(1, &Role::ALL);
    let takes_nothing = |path: &str| ["/List", "/Verify"].iter().any(|it| path.contains(it));
    for path in rpcs() {
        let answer = call(&house, caller(), path).await;
        if !takes_nothing(path) {
            assert_eq!(answer.unwrap_err().code(), Code::InvalidArgument, "{path}");
        } else {
            answer.unwrap();
        }
    }
}

#[test]
fn every_reason_has_its_sentence_in_each_language() {
    let errors = (1..1000).filter_map(|number| ErrorReason::try_from(number).ok());
    let errors = errors.map(|it| it.as_str_name().trim_start_matches("ERROR_REASON_"));
    let violations = (1..1000).filter_map(|number| ViolationReason::try_from(number).ok());
    let violations = violations.map(|it| it.as_str_name().trim_start_matches("VIOLATION_REASON_"));
    let all: Vec<_> = errors.chain(violations).collect();
    assert_eq!(all.len(), 37);
    for (reason, language) in all.iter().flat_map(|it| Language::ALL.map(|l| (it, l))) {
        let args = [
            "lease_expire_time",
            "outcome",
            "year",
            "pause_time",
            "max",
            "sections",
            "count",
            "first",
            "line",
        ];
        let args = args.map(|name| (name, "x".to_owned()));
        let sentence = review_svc::TEXTS.sentence(language, reason, &args);
        assert!(
            sentence.is_some_and(|it| !it.contains('{')),
            "{reason} {language:?}"
        );
    }
}
