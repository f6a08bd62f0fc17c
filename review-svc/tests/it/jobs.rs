//! What only the clock brings.

use chassis::clock::from_pb;
use jiff::SignedDuration;
use proto::events::v1::ReviewOverdue;
use proto::review::v1::review_task::State;

use crate::house::{House, application};

#[tokio::test]
async fn an_overdue_task_is_told_of_once_and_stays_undecided() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let due = from_pb(&task.due_time.expect("a due time")).unwrap();
    house.clock.set(due);
    house.runs_job("tell-overdue").await;
    assert!(
        house.published::<ReviewOverdue>().await.is_empty(),
        "the last millisecond is inside"
    );
    assert!(!house.task(&task.name).await.overdue);

    house.clock.set(due + SignedDuration::from_millis(1));
    for _ in 0..3 {
        house.runs_job("tell-overdue").await;
    }
    let event = ReviewOverdue {
        application: application(1),
        review_task: task.name.clone(),
        due_time: task.due_time,
    };
    assert_eq!(house.published::<ReviewOverdue>().await, [event]);
    let late = house.task(&task.name).await;
    assert!(late.overdue);
    assert_eq!(late.state(), State::Open);
    assert_eq!(late.etag, task.etag, "an expert's etag is still good");
    house.claims(50, &task.name).await.unwrap();
    let decided = house.accepts(50, &task.name).await.unwrap();
    assert!(decided.overdue, "it was late when it was decided");
}

#[tokio::test]
async fn what_was_decided_or_withdrawn_in_time_never_becomes_overdue() {
    let house = House::new().await;
    let (decided, withdrawn) = (house.submitted(1).await, house.submitted(2).await);
    house.claims(50, &decided.name).await.unwrap();
    house.accepts(50, &decided.name).await.unwrap();
    house.withdrawn(2).await;
    house.clock.advance(SignedDuration::from_hours(24 * 30));
    house.runs_job("tell-overdue").await;
    assert!(house.published::<ReviewOverdue>().await.is_empty());
    assert!(!house.task(&decided.name).await.overdue);
    assert!(!house.task(&withdrawn.name).await.overdue);
}

#[tokio::test]
async fn more_overdue_tasks_than_one_batch_are_all_told_of() {
    let house = House::new().await;
    for number in 1..=105 {
        house.submitted_quietly(number).await;
    }
    house.clock.advance(SignedDuration::from_hours(24 * 30));
    house.runs_job("tell-overdue").await;
    assert_eq!(house.published::<ReviewOverdue>().await.len(), 105);
}

#[tokio::test]
async fn a_lapsed_claim_is_returned_and_written_down_and_a_live_one_is_left() {
    let house = House::new().await;
    let (lapsed, live) = (house.submitted(1).await, house.submitted(2).await);
    house.claims(50, &lapsed.name).await.unwrap();
    house.clock.advance(SignedDuration::from_mins(20));
    let held = house.claims(50, &live.name).await.unwrap();
    house.clock.advance(SignedDuration::from_mins(10));
    for _ in 0..2 {
        house.runs_job("return-lapsed-claims").await;
    }
    assert_eq!(house.task(&lapsed.name).await.state(), State::Open);
    assert_eq!(house.task(&live.name).await, held);
    let returned = house.audited(&lapsed.name).await;
    let expiries = returned
        .iter()
        .filter(|(_, action)| action == "ExpireLease")
        .count();
    assert_eq!(expiries, 1);
}
