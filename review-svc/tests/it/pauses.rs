//! The clock of a task: it stands still, goes on, and is told of when it is late.

use chassis::caller::Caller;
use chassis::clock::{astana_date, from_pb};
use jiff::SignedDuration;
use proto::events::v1::{ReviewEscalated, ReviewOverdue, ReviewTermChanged};
use proto::review::v1::review_task::State;
use proto::review::v1::{
    ListReviewTasksRequest, PauseReviewTaskRequest, ResumeReviewTaskRequest, ReviewTask,
};
use tonic::Status;

use crate::house::{
    CAMPAIGN, House, account, application, expert, manager, metadata, reason, submission_name,
    violations,
};

async fn pauses(house: &House, caller: Caller, name: &str) -> Result<ReviewTask, Status> {
    let request = PauseReviewTaskRequest {
        name: name.into(),
        reason: "Тіркеу қызметінің жауабын күтеміз".into(),
        request_id: house.request_id(),
    };
    let answer = house.queue(caller).pause_review_task(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn resumes(house: &House, caller: Caller, name: &str) -> Result<ReviewTask, Status> {
    let request = ResumeReviewTaskRequest {
        name: name.into(),
        request_id: house.request_id(),
    };
    let answer = house.queue(caller).resume_review_task(request).await;
    answer.map(tonic::Response::into_inner)
}

fn due_day(task: &ReviewTask) -> String {
    let due = task.due_time.as_ref().and_then(from_pb);
    due.map(|due| astana_date(due).to_string())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_pause_moves_the_end_of_the_term_by_the_working_days_it_took_and_both_sides_see_it() {
    let house = House::new().await;
    // Monday, 1 June: due on Thursday.
    let task = house.submitted(1).await;
    assert_eq!(due_day(&task), "2026-06-04");
    house.claims(50, &task.name).await.unwrap();
    let paused = pauses(&house, expert(50), &task.name).await.unwrap();
    assert_eq!(paused.state(), State::Paused);
    assert_eq!((&paused.due_time, &paused.claim), (&None, &None));
    let pause = paused.pause.clone().expect("a pause");
    assert_eq!(pause.person, account(50));
    assert!(pause.reason.starts_with("Тіркеу"));

    // Over a weekend, to Monday, 8 June: three working days were left.
    house.clock.advance(SignedDuration::from_hours(7 * 24));
    house.runs_job("tell-overdue").await;
    assert!(house.published::<ReviewOverdue>().await.is_empty());
    let resumed = resumes(&house, expert(50), &task.name).await.unwrap();
    assert_eq!(
        (resumed.state(), due_day(&resumed)),
        (State::Open, "2026-06-11".into())
    );
    assert!(resumed.pause.is_none() && !resumed.overdue);

    let told = house.published::<ReviewTermChanged>().await;
    let stands = ReviewTermChanged {
        application: application(1),
        submission: submission_name(1, 1),
        campaign: CAMPAIGN.into(),
        account: account(1),
        review_task: task.name.clone(),
        due_time: None,
        paused: true,
    };
    let runs = ReviewTermChanged {
        due_time: resumed.due_time,
        paused: false,
        ..stands.clone()
    };
    assert_eq!(told, [stands, runs]);
}

#[tokio::test]
async fn a_pause_after_the_term_brings_nothing_back() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.clock.advance(SignedDuration::from_hours(5 * 24));
    let paused = pauses(&house, manager(), &task.name).await.unwrap();
    assert!(paused.overdue);
    house.clock.advance(SignedDuration::from_hours(24));
    let resumed = resumes(&house, manager(), &task.name).await.unwrap();
    assert_eq!(resumed.due_time, task.due_time);
}

#[tokio::test]
async fn a_paused_task_is_paused_once_and_neither_claimed_nor_decided() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    pauses(&house, expert(50), &task.name).await.unwrap();
    let at = house.clock.now().to_string();
    for refused in [
        pauses(&house, expert(50), &task.name).await,
        pauses(&house, manager(), &task.name).await,
        house.claims(51, &task.name).await,
        house.accepts(50, &task.name).await,
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused), "TASK_PAUSED");
        assert_eq!(metadata(&refused, "pause_time"), at);
    }
    let none = house.claims_next(51).await.unwrap_err();
    assert_eq!(reason(&none), "NO_TASK_TO_CLAIM");
    let other = resumes(&house, expert(51), &task.name).await.unwrap_err();
    assert_eq!(reason(&other), "NOT_ALLOWED");
    resumes(&house, manager(), &task.name).await.unwrap();
    let again = resumes(&house, manager(), &task.name).await.unwrap_err();
    assert_eq!(reason(&again), "TASK_NOT_PAUSED");
    house.claims(51, &task.name).await.unwrap();
}

#[tokio::test]
async fn an_expert_pauses_only_what_they_hold_and_says_why() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let refused = pauses(&house, expert(50), &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "CLAIM_NEEDED");
    let request = PauseReviewTaskRequest {
        name: "tasks".into(),
        reason: " ".into(),
        request_id: String::new(),
    };
    let answer = house.queue(manager()).pause_review_task(request).await;
    let expected = [
        ("name", "INVALID_NAME"),
        ("reason", "REQUIRED"),
        ("request_id", "REQUIRED"),
    ];
    assert_eq!(
        violations(&answer.unwrap_err()),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
}

#[tokio::test]
async fn a_withdrawal_ends_a_paused_task() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    pauses(&house, manager(), &task.name).await.unwrap();
    house.withdrawn(1).await;
    assert_eq!(house.task(&task.name).await.state(), State::Withdrawn);
}

#[tokio::test]
async fn a_late_review_is_escalated_once_and_only_after_what_the_policy_waits() {
    let house = House::new().await;
    house
        .reviewed_by(|policy| policy.escalate_after_hours = 48)
        .await;
    let (late, decided) = (house.submitted(1).await, house.submitted(2).await);
    house.claims(50, &decided.name).await.unwrap();
    house.accepts(50, &decided.name).await.unwrap();
    let due = from_pb(&late.due_time.expect("a due time")).unwrap();
    house.clock.set(due + SignedDuration::from_hours(48));
    house.runs_job("escalate-overdue").await;
    assert!(house.published::<ReviewEscalated>().await.is_empty());
    house.clock.advance(SignedDuration::from_millis(1));
    for _ in 0..3 {
        house.runs_job("escalate-overdue").await;
    }
    let event = ReviewEscalated {
        application: application(1),
        campaign: CAMPAIGN.into(),
        review_task: late.name.clone(),
        due_time: late.due_time,
    };
    assert_eq!(house.published::<ReviewEscalated>().await, [event]);
    let task = house.task(&late.name).await;
    assert!(task.escalated);
    assert_eq!(task.state(), State::Open, "nothing is decided by the clock");
}

#[tokio::test]
async fn what_is_near_its_end_is_found_and_what_has_passed_it_is_not_near() {
    let house = House::new().await;
    house.reviewed_by(|policy| policy.near_due_hours = 12).await;
    let task = house.submitted(1).await;
    let due = from_pb(&task.due_time.expect("a due time")).unwrap();
    let near = async || {
        let request = ListReviewTasksRequest {
            near_due_only: true,
            ..Default::default()
        };
        let listed = house.manager().list_review_tasks(request).await;
        listed.unwrap().into_inner().review_tasks.len()
    };
    for (before, found) in [(13, 0), (12, 1), (1, 1)] {
        house.clock.set(due - SignedDuration::from_hours(before));
        assert_eq!(near().await, found, "{before} hours before");
    }
    house.clock.set(due + SignedDuration::from_millis(1));
    assert_eq!(near().await, 0);
}
