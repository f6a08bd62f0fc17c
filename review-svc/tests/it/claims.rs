//! Claims: one expert at a time, for as long as the lease runs.

use std::sync::Arc;

use chassis::clock::{from_pb, to_pb};
use jiff::SignedDuration;
use proto::events::v1::ReviewStarted;
use proto::review::v1::review_task::State;
use proto::review::v1::{
    ClaimReviewTaskRequest, ReleaseReviewTaskRequest, RenewClaimRequest, ReviewTask,
};
use tonic::Status;

use crate::house::{
    CAMPAIGN, House, account, application, metadata, reason, submission_name, violations,
};

async fn renews(house: &House, number: u128, name: &str) -> Result<ReviewTask, Status> {
    let request = RenewClaimRequest {
        name: name.into(),
        request_id: house.request_id(),
    };
    house
        .expert(number)
        .renew_claim(request)
        .await
        .map(tonic::Response::into_inner)
}

async fn releases(house: &House, number: u128, name: &str) -> Result<ReviewTask, Status> {
    let request = ReleaseReviewTaskRequest {
        name: name.into(),
        request_id: house.request_id(),
    };
    house
        .expert(number)
        .release_review_task(request)
        .await
        .map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_claim_gives_the_task_for_the_lease_and_tells_the_applicants_side_once() {
    let house = House::new().await;
    let open = house.submitted(1).await;
    let task = house.claims(50, &open.name).await.unwrap();
    assert_eq!(task.state(), State::Claimed);
    let claim = task.claim.clone().expect("a claim");
    assert_eq!(claim.expert, account(50));
    let lease = house.clock.now() + SignedDuration::from_mins(30);
    assert_eq!(claim.lease_expire_time, Some(to_pb(lease)));
    assert_ne!(task.etag, open.etag);
    let started = ReviewStarted {
        application: application(1),
        submission: submission_name(1, 1),
        campaign: CAMPAIGN.into(),
        account: account(1),
        review_task: task.name.clone(),
        due_time: task.due_time,
    };
    assert_eq!(house.published::<ReviewStarted>().await, [started]);

    releases(&house, 50, &task.name).await.unwrap();
    house.claims(51, &task.name).await.unwrap();
    assert_eq!(house.published::<ReviewStarted>().await.len(), 1);
    let actions: Vec<_> = house
        .audited(&task.name)
        .await
        .into_iter()
        .skip(1)
        .collect();
    assert_eq!(
        actions,
        [
            (account(50), "ClaimReviewTask".to_owned()),
            (account(50), "ReleaseReviewTask".to_owned()),
            (account(51), "ClaimReviewTask".to_owned()),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_experts_at_once_one_gets_the_task() {
    let house = Arc::new(House::new().await);
    let task = house.submitted(1).await;
    let claimers = (0..20).map(|number| {
        let (house, name) = (house.clone(), task.name.clone());
        tokio::spawn(async move { house.claims(50 + number, &name).await })
    });
    let mut winners = Vec::new();
    for claimer in claimers.collect::<Vec<_>>() {
        match claimer.await.unwrap() {
            Ok(task) => winners.push(task),
            Err(status) => assert_eq!(reason(&status), "TASK_ALREADY_CLAIMED"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(house.task(&task.name).await, winners[0]);
    assert_eq!(house.published::<ReviewStarted>().await.len(), 1);
}

#[tokio::test]
async fn a_task_of_another_is_refused_until_the_lease_has_run_out() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let claim = house
        .claims(50, &task.name)
        .await
        .unwrap()
        .claim
        .expect("a claim");
    let end = from_pb(&claim.lease_expire_time.unwrap()).unwrap();
    house.clock.set(end - SignedDuration::from_micros(1));
    let refused = house.claims(51, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "TASK_ALREADY_CLAIMED");
    assert_eq!(metadata(&refused, "lease_expire_time"), end.to_string());
    house.clock.set(end);
    assert_eq!(house.task(&task.name).await.state(), State::Open);
    let taken = house.claims(51, &task.name).await.unwrap();
    assert_eq!(taken.claim.expect("a claim").expert, account(51));
}

#[tokio::test]
async fn ones_own_running_claim_is_answered_as_it_is() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let first = house.claims(50, &task.name).await.unwrap();
    house.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(house.claims(50, &task.name).await.unwrap(), first);
}

#[tokio::test]
async fn nobody_claims_the_task_of_their_own_application() {
    let house = House::new().await;
    let task = house.submitted(50).await;
    let refused = house.claims(50, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "OWN_APPLICATION");
    assert_eq!(house.task(&task.name).await, task);
}

#[tokio::test]
async fn renewing_starts_the_lease_again() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    house.clock.advance(SignedDuration::from_mins(20));
    let renewed = renews(&house, 50, &task.name).await.unwrap();
    let lease = house.clock.now() + SignedDuration::from_mins(30);
    assert_eq!(
        renewed.claim.expect("a claim").lease_expire_time,
        Some(to_pb(lease))
    );
    house.clock.advance(SignedDuration::from_mins(29));
    house
        .accepts(50, &task.name)
        .await
        .expect("the lease still runs");
}

#[tokio::test]
async fn what_only_the_holder_may_do_is_refused_to_others_and_after_the_lease() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    for refused in [
        renews(&house, 50, &task.name).await,
        releases(&house, 50, &task.name).await,
    ] {
        assert_eq!(reason(&refused.unwrap_err()), "CLAIM_NEEDED");
    }
    house.claims(50, &task.name).await.unwrap();
    for refused in [
        renews(&house, 51, &task.name).await,
        releases(&house, 51, &task.name).await,
    ] {
        assert_eq!(reason(&refused.unwrap_err()), "CLAIM_NEEDED");
    }
    let end = house.clock.now() + SignedDuration::from_mins(30);
    house.clock.set(end);
    for refused in [
        renews(&house, 50, &task.name).await,
        releases(&house, 50, &task.name).await,
        house.accepts(50, &task.name).await,
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused), "LEASE_EXPIRED");
        assert_eq!(metadata(&refused, "lease_expire_time"), end.to_string());
    }
}

#[tokio::test]
async fn an_expired_lease_keeps_its_reason_after_the_claim_was_returned() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    house.clock.advance(SignedDuration::from_hours(1));
    house.runs_job("return-lapsed-claims").await;
    let refused = house.accepts(50, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "LEASE_EXPIRED");
    house.claims(51, &task.name).await.unwrap();
    let refused = house.accepts(50, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "CLAIM_NEEDED");
}

#[tokio::test]
async fn a_released_task_waits_for_the_next_expert() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    let released = releases(&house, 50, &task.name).await.unwrap();
    assert_eq!(released.state(), State::Open);
    assert!(released.claim.is_none());
    assert_eq!(
        reason(&house.accepts(50, &task.name).await.unwrap_err()),
        "CLAIM_NEEDED"
    );
    house.claims(51, &task.name).await.unwrap();
}

#[tokio::test]
async fn a_closed_task_is_neither_claimed_nor_renewed_nor_released() {
    let house = House::new().await;
    let (decided, withdrawn) = (house.submitted(1).await, house.submitted(2).await);
    house.claims(50, &decided.name).await.unwrap();
    house.accepts(50, &decided.name).await.unwrap();
    house.withdrawn(2).await;
    for (task, why) in [(decided, "TASK_DECIDED"), (withdrawn, "TASK_WITHDRAWN")] {
        for refused in [
            house.claims(51, &task.name).await,
            renews(&house, 50, &task.name).await,
            releases(&house, 50, &task.name).await,
            house.accepts(50, &task.name).await,
        ] {
            assert_eq!(reason(&refused.unwrap_err()), why);
        }
    }
}

#[tokio::test]
async fn a_replayed_claim_gets_the_first_answer_and_an_altered_one_is_refused() {
    let house = House::new().await;
    let (task, other) = (house.submitted(1).await, house.submitted(2).await);
    let request = ClaimReviewTaskRequest {
        name: task.name.clone(),
        request_id: house.request_id(),
    };
    let mut expert = house.expert(50);
    let first = expert
        .claim_review_task(request.clone())
        .await
        .unwrap()
        .into_inner();
    house.clock.advance(SignedDuration::from_hours(2));
    let again = expert
        .claim_review_task(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, again);
    let altered = ClaimReviewTaskRequest {
        name: other.name.clone(),
        ..request
    };
    let refused = expert.claim_review_task(altered).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        [("request_id".to_owned(), "REQUEST_ID_REUSED".to_owned())]
    );
    assert_eq!(house.task(&other.name).await, other);
}

#[tokio::test]
async fn a_name_that_is_none_and_a_task_that_is_none_are_told_apart() {
    let house = House::new().await;
    for bad in ["", "reviewTasks/", "tasks/1", "reviewTasks/not-a-uuid/x"] {
        let refused = house.claims(50, bad).await.unwrap_err();
        assert_eq!(
            violations(&refused),
            [("name".to_owned(), "INVALID_NAME".to_owned())],
            "{bad}"
        );
    }
    for unknown in [
        "reviewTasks/none",
        "reviewTasks/01970000-0000-7000-8000-000000000000",
    ] {
        assert_eq!(
            reason(&house.claims(50, unknown).await.unwrap_err()),
            "NOT_FOUND"
        );
    }
    let nothing = ClaimReviewTaskRequest::default();
    let refused = house
        .expert(50)
        .claim_review_task(nothing)
        .await
        .unwrap_err();
    let both = [("name", "INVALID_NAME"), ("request_id", "REQUIRED")];
    assert_eq!(
        violations(&refused),
        both.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}
