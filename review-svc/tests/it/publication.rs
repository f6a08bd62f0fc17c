//! Decisions that are published together: they wait, they change, and then each goes out once.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::database::execute;
use proto::events::v1::{ApplicationAccepted, ApplicationRejected, CorrectionAsked};
use proto::questionnaire::v1::{CorrectionKind, DecisionReason};
use proto::review::v1::decision::Outcome;
use proto::review::v1::decision_log_entries_client::DecisionLogEntriesClient;
use proto::review::v1::pending_decisions_client::PendingDecisionsClient;
use proto::review::v1::review_policy::Publication;
use proto::review::v1::review_task::{State, WithdrawCause};
use proto::review::v1::{
    ChangeDecisionRequest, CorrectionItem, GetReviewTaskRequest, PublishDecisionsRequest,
    PublishDecisionsResponse, ReviewTask, VerifyDecisionLogRequest,
};
use tonic::Status;

use crate::house::{CAMPAIGN, House, expert, manager, reason};

async fn together() -> House {
    let house = House::new().await;
    house
        .reviewed_by(|policy| policy.set_publication(Publication::Together))
        .await;
    house
}

/// A task of this applicant that expert 50 has accepted.
async fn waiting(house: &House, applicant: u128) -> ReviewTask {
    let task = house.submitted(applicant).await;
    house.claims(50, &task.name).await.expect("it is done");
    house.accepts(50, &task.name).await.expect("it is done")
}

async fn publishes(
    house: &House,
    dry_run: bool,
    request_id: &str,
) -> Result<PublishDecisionsResponse, Status> {
    let request = PublishDecisionsRequest {
        campaign: CAMPAIGN.into(),
        dry_run,
        request_id: request_id.to_owned(),
    };
    let mut decisions = PendingDecisionsClient::new(house.connection(manager()));
    let answer = decisions.publish_decisions(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn changes(
    house: &House,
    caller: Caller,
    name: &str,
    outcome: Outcome,
) -> Result<ReviewTask, Status> {
    let because = DecisionReason {
        code: "NOT_A_CITIZEN".into(),
        note: String::new(),
    };
    let item = CorrectionItem {
        section: "personal".into(),
        kind: CorrectionKind::Incorrect.into(),
        note: "x".into(),
    };
    let request = ChangeDecisionRequest {
        name: name.into(),
        outcome: outcome.into(),
        reasons: Vec::from_iter((outcome == Outcome::Rejected).then_some(because)),
        items: Vec::from_iter((outcome == Outcome::CorrectionRequested).then_some(item)),
        request_id: house.request_id(),
        ..Default::default()
    };
    let mut decisions = PendingDecisionsClient::new(house.connection(caller));
    let answer = decisions.change_decision(request).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_decision_that_waits_is_told_to_nobody_but_its_expert_and_managers() {
    let house = together().await;
    let task = waiting(&house, 1).await;
    assert_eq!(task.state(), State::Pending);
    assert!(task.pending_decision.is_some() && task.decision.is_none());
    assert!(house.published::<ApplicationAccepted>().await.is_empty());
    for reader in [expert(51), Caller::Service("questionnaire-svc".into())] {
        let request = GetReviewTaskRequest {
            name: task.name.clone(),
        };
        let shown = house.speaking_for(reader).get_review_task(request).await;
        let shown = shown.unwrap().into_inner();
        assert!(shown.pending_decision.is_none() && shown.decision.is_none());
    }
    let refused = house.claims(51, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "TASK_PENDING");
}

#[tokio::test]
async fn a_dry_run_shows_what_would_go_out_and_changes_nothing() {
    let house = together().await;
    let (one, two) = (waiting(&house, 1).await, waiting(&house, 2).await);
    house.submitted(3).await;
    changes(&house, expert(50), &two.name, Outcome::Rejected)
        .await
        .unwrap();
    let id = house.request_id();
    let shown = publishes(&house, true, &id).await.unwrap();
    assert_eq!((shown.accepted_count, shown.rejected_count), (1, 1));
    assert_eq!(shown.undecided_count, 1);
    assert_eq!(shown.publish_time, None);
    assert!(shown.review_tasks.contains(&one.name) && shown.review_tasks.len() == 2);
    assert_eq!(house.task(&one.name).await.state(), State::Pending);

    let done = publishes(&house, false, &id).await.unwrap();
    assert_eq!(done.review_tasks, shown.review_tasks);
    assert!(done.publish_time.is_some());
    for name in &done.review_tasks {
        let task = house.task(name).await;
        assert!(task.decision.is_some() && task.pending_decision.is_none());
    }
    assert_eq!(house.published::<ApplicationAccepted>().await.len(), 1);
    assert_eq!(house.published::<ApplicationRejected>().await.len(), 1);
}

#[tokio::test]
async fn a_second_publication_finds_nothing_and_a_repeat_gets_the_first_answer() {
    let house = together().await;
    waiting(&house, 1).await;
    let id = house.request_id();
    let first = publishes(&house, false, &id).await.unwrap();
    assert_eq!(publishes(&house, false, &id).await.unwrap(), first);
    let second = publishes(&house, false, &house.request_id()).await.unwrap();
    assert_eq!((second.accepted_count, second.review_tasks.len()), (0, 0));
    assert_eq!(house.published::<ApplicationAccepted>().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn publishers_at_the_same_time_publish_each_decision_once_and_the_log_stays_whole() {
    let house = Arc::new(together().await);
    for applicant in 201..=330 {
        waiting(&house, applicant).await;
    }
    let publishers = (0..6).map(|number| {
        let house = house.clone();
        let id = house.request_id();
        tokio::spawn(async move {
            if number % 3 == 2 {
                house.runs_job("publish-decisions").await;
                return 0;
            }
            let published = publishes(&house, false, &id).await.unwrap();
            published.accepted_count
        })
    });
    let mut marked = 0;
    for publisher in publishers.collect::<Vec<_>>() {
        marked += publisher.await.unwrap();
    }
    house.runs_job("publish-decisions").await;
    assert_eq!(marked, 130, "each decision was taken by one of them");
    let accepted = house.published::<ApplicationAccepted>().await;
    let mut tasks: Vec<_> = accepted.iter().map(|event| &event.review_task).collect();
    tasks.sort();
    tasks.dedup();
    assert_eq!((accepted.len(), tasks.len()), (130, 130));
    let mut log = DecisionLogEntriesClient::new(house.connection(manager()));
    let verified = log.verify_decision_log(VerifyDecisionLogRequest {}).await;
    let verified = verified.unwrap().into_inner();
    assert_eq!((verified.intact_count, verified.fault), (130, None));
}

#[tokio::test]
async fn a_publisher_who_was_cut_off_is_finished_by_the_job() {
    let house = together().await;
    let task = waiting(&house, 1).await;
    // As a publisher left it who marked and then fell.
    let tx = house.test.db.begin().await.unwrap();
    let sql = "UPDATE review_task SET publish_us = 1, version = version + 1";
    execute(&tx, sql, []).await.unwrap();
    house.test.db.commit(tx).await.unwrap();
    let refused = changes(&house, manager(), &task.name, Outcome::Rejected).await;
    assert_eq!(reason(&refused.unwrap_err()), "TASK_DECIDED");
    house.withdrawn(1).await;
    for _ in 0..2 {
        house.runs_job("publish-decisions").await;
    }
    assert_eq!(house.task(&task.name).await.state(), State::Decided);
    assert_eq!(house.published::<ApplicationAccepted>().await.len(), 1);
}

#[tokio::test]
async fn until_it_is_published_a_decision_changes_by_its_expert_or_a_manager_only() {
    let house = together().await;
    let task = waiting(&house, 1).await;
    let other = changes(&house, expert(51), &task.name, Outcome::Rejected).await;
    assert_eq!(reason(&other.unwrap_err()), "NOT_ALLOWED");
    let own = changes(&house, expert(50), &task.name, Outcome::Rejected)
        .await
        .unwrap();
    assert_eq!(own.pending_decision.unwrap().outcome(), Outcome::Rejected);
    let managers = changes(&house, manager(), &task.name, Outcome::Accepted)
        .await
        .unwrap();
    assert_eq!(managers.state(), State::Pending);
    publishes(&house, false, &house.request_id()).await.unwrap();
    let late = changes(&house, manager(), &task.name, Outcome::Rejected).await;
    assert_eq!(reason(&late.unwrap_err()), "TASK_DECIDED");
    let open = house.submitted(2).await;
    let early = changes(&house, manager(), &open.name, Outcome::Rejected).await;
    assert_eq!(reason(&early.unwrap_err()), "TASK_NOT_PENDING");
}

#[tokio::test]
async fn a_request_for_correction_waits_for_no_publication() {
    let house = together().await;
    let task = waiting(&house, 1).await;
    let outcome = Outcome::CorrectionRequested;
    let asked = changes(&house, expert(50), &task.name, outcome)
        .await
        .unwrap();
    assert_eq!(asked.state(), State::Decided);
    assert_eq!(house.published::<CorrectionAsked>().await.len(), 1);
    let nothing = publishes(&house, false, &house.request_id()).await.unwrap();
    assert!(nothing.review_tasks.is_empty());
}

#[tokio::test]
async fn whoever_is_disqualified_has_no_decision_published() {
    let house = together().await;
    let (waits, open) = (waiting(&house, 1).await, house.submitted(2).await);
    house.disqualified(1).await;
    house.disqualified(2).await;
    for task in [&waits, &open] {
        let ended = house.task(&task.name).await;
        assert_eq!(ended.state(), State::Withdrawn);
        assert_eq!(ended.withdraw_cause(), WithdrawCause::Disqualified);
    }
    let refused = house.claims(50, &open.name).await.unwrap_err();
    assert_eq!(reason(&refused), "TASK_DISQUALIFIED");
    let nothing = publishes(&house, false, &house.request_id()).await.unwrap();
    assert!(nothing.review_tasks.is_empty());
    assert!(house.published::<ApplicationAccepted>().await.is_empty());
}

#[tokio::test]
async fn what_was_decided_stays_when_the_person_is_disqualified_later() {
    let house = House::new().await;
    let task = waiting(&house, 1).await;
    house.disqualified(1).await;
    let kept = house.task(&task.name).await;
    assert_eq!(kept.state(), State::Decided);
    assert_eq!(kept.withdraw_cause(), WithdrawCause::Unspecified);
}
