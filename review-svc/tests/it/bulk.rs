//! Bulk changes: each task by itself, by the same rules as alone.

use std::sync::Arc;

use chassis::caller::Caller;
use proto::events::v1::{ApplicationAccepted, ReviewTaskAssigned};
use proto::questionnaire::v1::DecisionReason;
use proto::review::v1::bulk_reviews_client::BulkReviewsClient;
use proto::review::v1::decision::Outcome;
use proto::review::v1::review_policy::Publication;
use proto::review::v1::review_task::State;
use proto::review::v1::{
    BulkDecideRequest, BulkDecideResponse, BulkOutcome, BulkReassignRequest, BulkReleaseRequest,
};
use tonic::Status;

use crate::house::{House, account, expert, manager, violations};

const UNKNOWN: &str = "reviewTasks/01970000-0000-7000-8000-000000000000";

async fn decides(
    house: &House,
    caller: Caller,
    names: &[&str],
    (outcome, dry_run): (Outcome, bool),
) -> Result<BulkDecideResponse, Status> {
    let because = DecisionReason {
        code: "NOT_A_CITIZEN".into(),
        note: String::new(),
    };
    let request = BulkDecideRequest {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        outcome: outcome.into(),
        reasons: Vec::from_iter((outcome == Outcome::Rejected).then_some(because)),
        dry_run,
        request_id: house.request_id(),
    };
    let mut bulk = BulkReviewsClient::new(house.connection(caller));
    let answer = bulk.bulk_decide(request).await;
    answer.map(tonic::Response::into_inner)
}

fn told(outcomes: &[BulkOutcome]) -> Vec<(&str, State)> {
    let one = |it: &BulkOutcome| (it.reason.clone(), it.state());
    let all: Vec<_> = outcomes.iter().map(one).collect();
    all.into_iter()
        .map(|(reason, state)| (&*reason.leak(), state))
        .collect()
}

#[tokio::test]
async fn each_task_is_decided_or_refused_by_itself_and_a_dry_run_says_the_same() {
    let house = House::new().await;
    let mut names = Vec::new();
    for number in 1..=4 {
        names.push(house.submitted(number).await.name);
    }
    for name in &names[..3] {
        house.claims(50, name).await.unwrap();
    }
    for name in &names[..2] {
        house.marks_ok(50, name).await.unwrap();
    }
    let asked = [&*names[0], &*names[1], &*names[2], &*names[3], UNKNOWN];
    let expected = [
        ("", State::Decided),
        ("", State::Decided),
        ("SECTIONS_NOT_OK", State::Claimed),
        ("CLAIM_NEEDED", State::Open),
        ("NOT_FOUND", State::Unspecified),
    ];
    let (dry, real) = ((Outcome::Accepted, true), (Outcome::Accepted, false));
    let shown = decides(&house, expert(50), &asked, dry).await.unwrap();
    assert_eq!(told(&shown.outcomes), expected);
    assert_eq!(shown.changed_count, 2);
    assert_eq!(house.task(&names[0]).await.state(), State::Claimed);
    assert!(house.published::<ApplicationAccepted>().await.is_empty());

    let done = decides(&house, expert(50), &asked, real).await.unwrap();
    assert_eq!(done, shown);
    assert!(!done.outcomes[2].message.is_empty());
    assert_eq!(house.published::<ApplicationAccepted>().await.len(), 2);
    for name in &names[..2] {
        let audited = house.audited(name).await;
        let rows = audited.iter().filter(|(_, action)| action == "BulkDecide");
        assert_eq!(rows.count(), 1);
    }
    let refused = house.audited(&names[2]).await;
    assert!(refused.iter().all(|(_, action)| action != "BulkDecide"));
}

#[tokio::test]
async fn a_manager_decides_many_that_wait_for_publication() {
    let house = House::new().await;
    house
        .reviewed_by(|policy| policy.set_publication(Publication::Together))
        .await;
    let mut names = Vec::new();
    for number in 1..=3 {
        let task = house.submitted(number).await;
        house.claims(50, &task.name).await.unwrap();
        house.accepts(50, &task.name).await.unwrap();
        names.push(task.name);
    }
    let open = house.submitted(4).await.name;
    let asked = [&*names[0], &*names[1], &*names[2], &*open];
    let real = (Outcome::Rejected, false);
    let done = decides(&house, manager(), &asked, real).await.unwrap();
    assert_eq!(done.changed_count, 3);
    assert_eq!(done.outcomes[3].reason, "CLAIM_NEEDED");
    let pending = house.task(&names[0]).await.pending_decision.unwrap();
    assert_eq!(pending.outcome(), Outcome::Rejected);
}

#[tokio::test]
async fn everything_wrong_with_a_bulk_is_told_at_once() {
    let house = House::new().await;
    let real = (Outcome::CorrectionRequested, false);
    let names = [UNKNOWN, "tasks/1", UNKNOWN];
    let refused = decides(&house, expert(50), &names, real).await.unwrap_err();
    let expected = [
        ("names[1]", "INVALID_NAME"),
        ("names[2]", "REPEATED_NAME"),
        ("outcome", "UNKNOWN_VALUE"),
    ];
    assert_eq!(
        violations(&refused),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
    let many: Vec<_> = (0..201)
        .map(|number| format!("reviewTasks/{number}"))
        .collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let real = (Outcome::Accepted, false);
    let refused = decides(&house, expert(50), &many, real).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        [("names".to_owned(), "TOO_MANY".to_owned())]
    );
    let refused = decides(&house, expert(50), &[], real).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        [("names".to_owned(), "REQUIRED".to_owned())]
    );
}

#[tokio::test]
async fn many_tasks_are_given_to_an_expert_and_taken_back_by_the_manager() {
    let house = House::new().await;
    let (one, own, two) = (
        house.submitted(1).await.name,
        house.submitted(51).await.name,
        house.submitted(2).await.name,
    );
    let mut bulk = BulkReviewsClient::new(house.connection(manager()));
    let names = vec![one.clone(), own.clone(), two.clone()];
    let request = BulkReassignRequest {
        names: names.clone(),
        expert: account(51),
        dry_run: false,
        request_id: house.request_id(),
    };
    let given = bulk
        .bulk_reassign(request.clone())
        .await
        .unwrap()
        .into_inner();
    let expected = [
        ("", State::Claimed),
        ("OWN_APPLICATION", State::Open),
        ("", State::Claimed),
    ];
    assert_eq!(told(&given.outcomes), expected);
    let again = bulk.bulk_reassign(request).await.unwrap().into_inner();
    assert_eq!(again, given, "a repeat gets the first answer");
    assert_eq!(house.published::<ReviewTaskAssigned>().await.len(), 2);

    let request = |dry_run| BulkReleaseRequest {
        names: names.clone(),
        dry_run,
        request_id: house.request_id(),
    };
    let shown = bulk.bulk_release(request(true)).await.unwrap().into_inner();
    let done = bulk
        .bulk_release(request(false))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(done, shown);
    let expected = [
        ("", State::Open),
        ("CLAIM_NEEDED", State::Open),
        ("", State::Open),
    ];
    assert_eq!(told(&done.outcomes), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bulks_of_the_same_tasks_in_other_orders_do_not_stand_in_each_others_way() {
    let house = Arc::new(House::new().await);
    let mut names = Vec::new();
    for number in 1..=12 {
        names.push(house.submitted(number).await.name);
    }
    let calls = (0..8).map(|number| {
        let (house, mut names) = (house.clone(), names.clone());
        names.rotate_left(number);
        if number % 2 == 0 {
            names.reverse();
        }
        tokio::spawn(async move {
            let mut bulk = BulkReviewsClient::new(house.connection(manager()));
            let request = BulkReassignRequest {
                names,
                expert: account(50),
                dry_run: number % 4 == 3,
                request_id: house.request_id(),
            };
            bulk.bulk_reassign(request).await
        })
    });
    for call in calls.collect::<Vec<_>>() {
        let done = call.await.unwrap().unwrap().into_inner();
        assert_eq!(done.changed_count, 12);
    }
    let all = house.all_tasks().await;
    assert!(all.iter().all(|task| task.state() == State::Claimed));
}

#[tokio::test]
async fn an_expert_gives_back_their_own_only() {
    let house = House::new().await;
    let (own, others) = (house.submitted(1).await.name, house.submitted(2).await.name);
    house.claims(50, &own).await.unwrap();
    house.claims(51, &others).await.unwrap();
    let request = BulkReleaseRequest {
        names: vec![own, others],
        dry_run: false,
        request_id: house.request_id(),
    };
    let mut bulk = BulkReviewsClient::new(house.connection(expert(50)));
    let done = bulk.bulk_release(request).await.unwrap().into_inner();
    let expected = [("", State::Open), ("CLAIM_NEEDED", State::Claimed)];
    assert_eq!(told(&done.outcomes), expected);
}
