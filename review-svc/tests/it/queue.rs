//! The queue that experts share: who gets which task, and who never does.

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::clock::from_pb;
use chassis::database::execute;
use jiff::SignedDuration;
use proto::events::v1::{ReviewStarted, ReviewTaskAssigned};
use proto::review::v1::review_task::State;
use proto::review::v1::{
    ClaimNextTaskRequest, DeclareConflictRequest, ReassignReviewTaskRequest, ReviewTask,
};
use tonic::Status;

use crate::house::{
    CAMPAIGN, House, account, expert, manager, metadata, reason, submission_of, violations,
};

async fn declares_conflict(house: &House, number: u128, name: &str) -> Result<ReviewTask, Status> {
    let request = DeclareConflictRequest {
        name: name.into(),
        request_id: house.request_id(),
    };
    let mut queue = house.queue(expert(number));
    let answer = queue.declare_conflict(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn reassigns(house: &House, name: &str, expert: &str) -> Result<ReviewTask, Status> {
    let request = ReassignReviewTaskRequest {
        name: name.into(),
        expert: expert.into(),
        etag: String::new(),
        request_id: house.request_id(),
    };
    let answer = house.queue(manager()).reassign_review_task(request).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_experts_at_once_over_thirty_tasks_get_one_task_each() {
    let house = Arc::new(House::new().await);
    for number in 1..=30 {
        house.submitted_quietly(number).await;
    }
    let callers = (0..50).map(|number| {
        let house = house.clone();
        tokio::spawn(async move { house.claims_next(100 + number).await })
    });
    let (mut tasks, mut experts, mut empty) = (BTreeSet::new(), BTreeSet::new(), 0);
    for caller in callers.collect::<Vec<_>>() {
        match caller.await.unwrap() {
            Ok(task) => {
                experts.insert(task.claim.expect("a claim").expert);
                tasks.insert(task.name);
            }
            Err(status) => {
                assert_eq!(reason(&status), "NO_TASK_TO_CLAIM");
                empty += 1;
            }
        }
    }
    assert_eq!((tasks.len(), experts.len(), empty), (30, 30, 20));
    assert_eq!(house.published::<ReviewStarted>().await.len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_expert_who_calls_many_times_at_once_holds_no_more_than_the_policy_allows() {
    let house = Arc::new(House::new().await);
    house
        .reviewed_by(|policy| policy.claims_per_expert = 3)
        .await;
    let mut names = Vec::new();
    for number in 1..=8 {
        names.push(house.submitted(number).await.name);
    }
    let calls = names.into_iter().enumerate().map(|(at, name)| {
        let house = house.clone();
        // Both ways of claiming count.
        tokio::spawn(async move {
            match at % 2 {
                0 => house.claims(50, &name).await,
                _ => house.claims_next(50).await,
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        if let Err(status) = call.await.unwrap() {
            assert_eq!(reason(&status), "TOO_MANY_CLAIMS");
            assert_eq!(metadata(&status, "max"), "3");
        }
    }
    let all = house.all_tasks().await;
    let held = all.iter().filter(|task| task.state() == State::Claimed);
    // A claim of a task that the expert got by the other way is answered as it is.
    assert_eq!(held.count(), 3);
}

#[tokio::test]
async fn the_task_that_is_due_first_is_given_first_and_lapsed_claims_come_back() {
    let house = House::new().await;
    let first = house.submitted(1).await;
    house.clock.advance(SignedDuration::from_hours(24));
    let second = house.submitted(2).await;
    assert_eq!(house.claims_next(50).await.unwrap().name, first.name);
    assert_eq!(house.claims_next(51).await.unwrap().name, second.name);
    let none = house.claims_next(52).await.unwrap_err();
    assert_eq!(reason(&none), "NO_TASK_TO_CLAIM");
    house.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(house.claims_next(52).await.unwrap().name, first.name);
}

#[tokio::test]
async fn a_direction_narrows_what_is_given() {
    let house = House::new().await;
    let mut other = submission_of(1, 1, house.clock.now());
    other.direction = "ECONOMY".into();
    house
        .hears(&house.event(&other.application, &other))
        .await
        .unwrap();
    let digital = house.submitted(2).await;
    assert_eq!(digital.direction, "DIGITALIZATION");
    let asks = async |direction: &str| {
        let request = ClaimNextTaskRequest {
            campaign: CAMPAIGN.into(),
            direction: direction.into(),
            request_id: house.request_id(),
        };
        let mut queue = house.queue(expert(50));
        let answer = queue.claim_next_task(request).await;
        answer.map(tonic::Response::into_inner)
    };
    assert_eq!(asks("DIGITALIZATION").await.unwrap().name, digital.name);
    let none = asks("DIGITALIZATION").await.unwrap_err();
    assert_eq!(reason(&none), "NO_TASK_TO_CLAIM");
    assert_eq!(asks("").await.unwrap().direction, "ECONOMY");
    let odd = asks("Economy!").await.unwrap_err();
    assert_eq!(
        violations(&odd),
        [("direction".to_owned(), "INVALID_FORMAT".to_owned())]
    );
}

#[tokio::test]
async fn a_replayed_claim_of_the_next_task_is_answered_with_the_same_task() {
    let house = House::new().await;
    for number in 1..=2 {
        house.submitted_quietly(number).await;
    }
    let request = ClaimNextTaskRequest {
        campaign: CAMPAIGN.into(),
        direction: String::new(),
        request_id: house.request_id(),
    };
    let mut queue = house.queue(expert(50));
    let first = queue.claim_next_task(request.clone()).await.unwrap();
    let again = queue.claim_next_task(request).await.unwrap();
    assert_eq!(first.into_inner(), again.into_inner());
}

#[tokio::test]
async fn ones_own_application_is_not_offered() {
    let house = House::new().await;
    house.submitted(50).await;
    let none = house.claims_next(50).await.unwrap_err();
    assert_eq!(reason(&none), "NO_TASK_TO_CLAIM");
    house.claims_next(51).await.unwrap();
}

#[tokio::test]
async fn an_expert_with_a_conflict_gives_the_task_back_and_never_gets_it_again() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    let back = declares_conflict(&house, 50, &task.name).await.unwrap();
    assert_eq!((back.state(), back.claim.is_none()), (State::Open, true));
    let again = declares_conflict(&house, 50, &task.name).await.unwrap();
    assert_eq!(again, back, "saying it twice changes nothing");

    let refused = house.claims(50, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "CONFLICT_OF_INTEREST");
    let none = house.claims_next(50).await.unwrap_err();
    assert_eq!(reason(&none), "NO_TASK_TO_CLAIM");
    let given = reassigns(&house, &task.name, &account(50))
        .await
        .unwrap_err();
    assert_eq!(reason(&given), "CONFLICT_OF_INTEREST");
    // A conflict is with the person: the resubmission is not theirs either.
    let resubmitted = house.submitted_again(1, 2).await;
    let refused = house.claims(50, &resubmitted.name).await.unwrap_err();
    assert_eq!(reason(&refused), "CONFLICT_OF_INTEREST");
    house.claims(51, &task.name).await.unwrap();
    let audited = house.audited(&task.name).await;
    let declared = audited.iter().filter(|(_, it)| it == "DeclareConflict");
    assert_eq!(declared.count(), 1);
}

#[tokio::test]
async fn a_manager_gives_a_task_to_an_expert_who_is_told() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    let given = reassigns(&house, &task.name, &account(51)).await.unwrap();
    let claim = given.claim.expect("a claim");
    assert_eq!(claim.expert, account(51));
    let lease = from_pb(&claim.lease_expire_time.unwrap()).unwrap();
    assert_eq!(lease, house.clock.now() + SignedDuration::from_hours(24));
    let event = ReviewTaskAssigned {
        review_task: task.name.clone(),
        expert: account(51),
        due_time: task.due_time,
    };
    assert_eq!(house.published::<ReviewTaskAssigned>().await, [event]);
    assert_eq!(house.published::<ReviewStarted>().await.len(), 1);
    let lost = house.accepts(50, &task.name).await.unwrap_err();
    assert_eq!(reason(&lost), "CLAIM_NEEDED");
    house.accepts(51, &task.name).await.unwrap();
}

#[tokio::test]
async fn a_task_is_not_given_to_its_applicant_nor_after_its_end_nor_to_nobody() {
    let house = House::new().await;
    let (own, done) = (house.submitted(60).await, house.submitted(1).await);
    let refused = reassigns(&house, &own.name, &account(60))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "OWN_APPLICATION");
    house.claims(50, &done.name).await.unwrap();
    house.accepts(50, &done.name).await.unwrap();
    let refused = reassigns(&house, &done.name, &account(51))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "TASK_DECIDED");
    let refused = reassigns(&house, &own.name, "experts/1").await.unwrap_err();
    assert_eq!(
        violations(&refused),
        [("expert".to_owned(), "INVALID_NAME".to_owned())]
    );
    let unknown = "reviewTasks/01970000-0000-7000-8000-000000000000";
    let refused = reassigns(&house, unknown, &account(51)).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
}

#[tokio::test]
async fn the_database_itself_refuses_a_second_opinion_of_the_first_expert() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let id = task.name.trim_start_matches("reviewTasks/").to_owned();
    let sql = "UPDATE review_task SET first_expert = 'a', first_opinion = '{}',
         second_expert = 'a', second_opinion = '{}' WHERE id = $1";
    let tx = house.test.db.begin().await.unwrap();
    assert!(execute(&tx, sql, [id.into()]).await.is_err());
}
