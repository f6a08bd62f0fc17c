//! Review policies: data of a campaign, with versions.

use std::sync::Arc;

use chassis::clock::{astana_date, from_pb};
use chassis::database::query_all;
use proto::review::v1::review_policies_client::ReviewPoliciesClient;
use proto::review::v1::review_policy::{Publication, SectionMarks};
use proto::review::v1::{GetReviewPolicyRequest, ReviewPolicy, UpdateReviewPolicyRequest};
use tonic::Status;

use crate::house::{CAMPAIGN, House, manager, metadata, reason, violations};

fn name() -> String {
    format!("{CAMPAIGN}/reviewPolicy")
}

async fn policy(house: &House) -> ReviewPolicy {
    let mut policies = ReviewPoliciesClient::new(house.connection(manager()));
    let request = GetReviewPolicyRequest { name: name() };
    let answer = policies.get_review_policy(request).await;
    answer.expect("an answer").into_inner()
}

async fn updates(
    house: &House,
    policy: ReviewPolicy,
    mask: &[&str],
) -> Result<ReviewPolicy, Status> {
    let paths = mask.iter().map(|path| (*path).to_owned()).collect();
    let request = UpdateReviewPolicyRequest {
        review_policy: Some(policy),
        update_mask: Some(prost_types::FieldMask { paths }),
        request_id: house.request_id(),
    };
    let mut policies = ReviewPoliciesClient::new(house.connection(manager()));
    let answer = policies.update_review_policy(request).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_campaign_without_a_policy_has_that_of_the_settings() {
    let house = House::new().await;
    let policy = policy(&house).await;
    assert_eq!((policy.version, policy.working_days), (0, 3));
    assert_eq!(policy.publication(), Publication::Immediate);
    assert_eq!(policy.section_marks(), SectionMarks::Required);
    assert_eq!((policy.update_time, policy.etag.as_str()), (None, "v0"));
}

#[tokio::test]
async fn a_change_is_the_next_version_and_every_version_stays() {
    let house = House::new().await;
    let first = policy(&house).await;
    let wished = ReviewPolicy {
        working_days: 5,
        near_due_hours: 48,
        ..first
    };
    let second = updates(&house, wished, &["working_days"]).await.unwrap();
    assert_eq!((second.version, second.working_days), (1, 5));
    assert_eq!(second.near_due_hours, 24, "only what the mask names");
    let wished = ReviewPolicy {
        near_due_hours: 48,
        ..second
    };
    let third = updates(&house, wished, &[]).await.unwrap();
    assert_eq!((third.version, third.near_due_hours), (2, 48));
    assert_eq!(policy(&house).await, third);
    let sql = "SELECT version FROM review_policy ORDER BY version";
    let rows = query_all(house.test.db.read(), sql, []).await.unwrap();
    assert_eq!(rows.len(), 2);
}

#[tokio::test]
async fn terms_that_were_promised_stay_and_new_tasks_have_the_new_term() {
    let house = House::new().await;
    let before = house.submitted(1).await;
    house.reviewed_by(|policy| policy.working_days = 1).await;
    let after = house.submitted(2).await;
    let day = |task: &proto::review::v1::ReviewTask| {
        let due = task.due_time.as_ref().and_then(from_pb).unwrap();
        astana_date(due).to_string()
    };
    assert_eq!(day(&house.task(&before.name).await), "2026-06-04");
    assert_eq!(
        (day(&after), after.working_days),
        ("2026-06-02".to_owned(), 1)
    );
}

#[tokio::test]
async fn everything_wrong_with_a_policy_is_told_at_once() {
    let house = House::new().await;
    let wrong = ReviewPolicy {
        name: "policies".into(),
        working_days: 0,
        claims_per_expert: -1,
        second_opinion_percent: 101,
        publication: 9,
        near_due_hours: 241,
        escalate_after_hours: 721,
        ..Default::default()
    };
    let refused = updates(&house, wrong, &[]).await.unwrap_err();
    let expected = [
        ("review_policy.name", "INVALID_NAME"),
        ("review_policy.etag", "REQUIRED"),
        ("review_policy.publication", "UNKNOWN_VALUE"),
        ("review_policy.section_marks", "REQUIRED"),
        ("review_policy.working_days", "OUT_OF_RANGE"),
        ("review_policy.claims_per_expert", "OUT_OF_RANGE"),
        ("review_policy.second_opinion_percent", "OUT_OF_RANGE"),
        ("review_policy.near_due_hours", "OUT_OF_RANGE"),
        ("review_policy.escalate_after_hours", "OUT_OF_RANGE"),
    ];
    assert_eq!(
        violations(&refused),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
    let refused = updates(&house, policy(&house).await, &["colour"])
        .await
        .unwrap_err();
    assert_eq!(
        violations(&refused),
        [("update_mask".to_owned(), "INVALID_UPDATE_MASK".to_owned())]
    );
}

#[tokio::test]
async fn a_campaign_that_is_none_gets_no_policy() {
    let house = House::new().await;
    let unknown = ReviewPolicy {
        name: "campaigns/none/reviewPolicy".into(),
        ..policy(&house).await
    };
    let refused = updates(&house, unknown, &[]).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_managers_who_change_the_same_version_one_is_told_to_read_again() {
    let house = Arc::new(House::new().await);
    let read = policy(&house).await;
    let calls = (1..=8).map(|days| {
        let (house, mut policy) = (house.clone(), read.clone());
        policy.working_days = days;
        tokio::spawn(async move { updates(&house, policy, &[]).await })
    });
    let mut made = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(_) => made += 1,
            Err(status) => {
                assert_eq!(reason(&status), "STALE_ETAG");
                assert!(["v0", "v1"].contains(&&*metadata(&status, "current_etag")));
            }
        }
    }
    assert_eq!((made, policy(&house).await.version), (1, 1));
}
