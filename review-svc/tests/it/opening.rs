//! A submission opens one task, with the term counted by the calendar of its days.

use chassis::clock::{astana_date, from_pb};
use proto::events::v1::ApplicationSubmitted;
use proto::review::v1::review_task::{State, WithdrawCause};

use crate::house::{
    CAMPAIGN, House, account, application, instant, reason, submission_name, submission_of,
};

#[tokio::test]
async fn the_term_is_three_working_days_by_the_calendar_of_those_days() {
    let house = House::new().await;
    // The submission in Astana's time, and the last day of the term.
    let table = [
        ("2025-06-05T12:00:00+05:00", "2025-06-11"), // 6 June is Qurban Ait
        ("2025-06-28T12:00:00+05:00", "2025-07-02"), // a Saturday
        ("2025-06-30T23:59:59.999+05:00", "2025-07-03"),
        ("2025-07-04T09:00:00+05:00", "2025-07-10"), // 7 July is off for the 6th
        ("2024-05-03T09:00:00+05:00", "2024-05-10"), // Saturday 4 May is worked
        ("2026-03-20T18:00:00+05:00", "2026-03-30"), // three days of Nauryz are off
        ("2026-08-28T18:00:00+05:00", "2026-09-02"), // 30 August is no holiday any more
        ("2027-03-12T18:00:00+05:00", "2027-03-18"), // 15 March is the new one
    ];
    for (number, (submitted, last_day)) in (1..).zip(table) {
        let payload = submission_of(number, 1, instant(submitted));
        house
            .hears(&house.event(&payload.application, &payload))
            .await
            .unwrap();
        let task = house.task_of(&payload.submission).await;
        let due = from_pb(&task.due_time.expect("a due time")).unwrap();
        assert_eq!(astana_date(due).to_string(), last_day, "{submitted}");
        // The last second of the day is inside, the next day is not.
        let next = due + jiff::SignedDuration::from_secs(1);
        assert_ne!(astana_date(due), astana_date(next), "{submitted}");
        assert_eq!(
            (task.working_days, task.calendar_version),
            (3, 1),
            "{submitted}"
        );
        assert_eq!(task.open_time, payload.submit_time, "{submitted}");
    }
}

#[tokio::test]
async fn what_is_accepted_as_it_is_submitted_opens_no_task() {
    let house = House::new().await;
    let payload = ApplicationSubmitted {
        without_review: true,
        ..submission_of(1, 1, house.clock.now())
    };
    let event = house.event(&payload.application, &payload);
    house.hears(&event).await.unwrap();
    assert!(house.all_tasks().await.is_empty());
}

#[tokio::test]
async fn another_promise_of_days_is_a_setting() {
    let config = review_svc::config::Config {
        working_days: 7,
        ..Default::default()
    };
    let house = House::with(config).await;
    let payload = submission_of(1, 1, instant("2023-09-17T12:00:00+06:00"));
    house
        .hears(&house.event(&payload.application, &payload))
        .await
        .unwrap();
    let task = house.task_of(&payload.submission).await;
    let due = from_pb(&task.due_time.expect("a due time")).unwrap();
    assert_eq!(astana_date(due).to_string(), "2023-09-26");
    assert_eq!(task.working_days, 7);
}

#[tokio::test]
async fn a_task_shows_what_was_submitted_and_waits_open() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    assert_eq!(task.application, application(1));
    assert_eq!(task.submission, submission_name(1, 1));
    assert_eq!(task.state(), State::Open);
    assert!(!task.resubmission && !task.overdue && !task.etag.is_empty());
    assert!(task.claim.is_none() && task.decision.is_none());
    assert_eq!(house.task(&task.name).await, task);
    let audited = house.audited(&task.name).await;
    assert_eq!(
        audited,
        [(
            "services/review-svc".to_owned(),
            "OpenReviewTask".to_owned()
        )]
    );
}

#[tokio::test]
async fn an_event_delivered_twice_opens_one_task() {
    let house = House::new().await;
    let payload = submission_of(1, 1, house.clock.now());
    let event = house.event(&payload.application, &payload);
    house.hears(&event).await.unwrap();
    house.hears(&event).await.unwrap();
    assert_eq!(house.all_tasks().await.len(), 1);
}

#[tokio::test]
async fn two_events_of_one_submission_open_one_task() {
    let house = House::new().await;
    let payload = submission_of(1, 1, house.clock.now());
    for _ in 0..2 {
        house
            .hears(&house.event(&payload.application, &payload))
            .await
            .unwrap();
    }
    assert_eq!(house.all_tasks().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deliveries_at_the_same_time_open_one_task() {
    let house = std::sync::Arc::new(House::new().await);
    let payload = submission_of(1, 1, house.clock.now());
    let deliveries = (0..16).map(|_| {
        let (house, event) = (house.clone(), house.event(&payload.application, &payload));
        tokio::spawn(async move { house.hears(&event).await })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        delivery.await.unwrap().unwrap();
    }
    assert_eq!(house.all_tasks().await.len(), 1);
}

#[tokio::test]
async fn a_resubmission_opens_a_task_of_its_own() {
    let house = House::new().await;
    let first = house.submitted(1).await;
    let second = house.submitted_again(1, 2).await;
    assert_ne!(first.name, second.name);
    assert!(second.resubmission);
}

#[tokio::test]
async fn a_year_without_a_calendar_opens_the_task_without_a_guessed_term() {
    let house = House::new().await;
    let payload = submission_of(2, 1, instant("2031-05-05T10:00:00Z"));
    house
        .hears(&house.event(&payload.application, &payload))
        .await
        .unwrap();
    let task = house.task_of(&payload.submission).await;
    assert_eq!((task.due_time, task.calendar_version), (None, 0));
    assert!(!task.overdue);
    assert_eq!(task.state(), State::Open);
    house
        .claims(50, &task.name)
        .await
        .expect("it can be worked on");
    house.accepts(50, &task.name).await.expect("and decided");
}

#[tokio::test]
async fn a_task_that_could_not_be_counted_is_counted_once_its_calendar_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let calendar = |year: i16| {
        let text = format!(
            r#"{{"year": {year}, "version": 4, "status": "OFFICIAL", "source": "a test", "days": [
            {{"date": "{year}-05-07", "kind": "HOLIDAY", "kk": "Күн", "ru": "День", "en": "Day"}}]}}"#
        );
        std::fs::write(folder.path().join(format!("{year}.json")), text).unwrap();
    };
    let payload = submission_of(1, 1, instant("2031-05-05T10:00:00Z"));
    let before = House::new().await;
    before
        .hears(&before.event(&payload.application, &payload))
        .await
        .unwrap();

    calendar(2031);
    let config = review_svc::config::Config {
        calendars: Some(folder.path().to_owned()),
        ..Default::default()
    };
    let after = before.restarted_with(config).await;
    after.runs_job("count-terms").await;
    let task = after.task_of(&payload.submission).await;
    let due = from_pb(&task.due_time.expect("a due time")).unwrap();
    // Tuesday, not the holiday on Wednesday, Thursday, Friday.
    assert_eq!(astana_date(due).to_string(), "2031-05-09");
    assert_eq!(task.calendar_version, 4);
}

#[tokio::test]
async fn a_withdrawal_closes_what_is_not_decided() {
    let house = House::new().await;
    let first = house.submitted(1).await;
    house.claims(50, &first.name).await.unwrap();
    house.accepts(50, &first.name).await.unwrap();
    let second = house.submitted_again(1, 2).await;
    house.claims(50, &second.name).await.unwrap();
    let other = house.submitted(2).await;
    house.withdrawn(1).await;
    assert_eq!(house.task(&first.name).await.state(), State::Decided);
    let closed = house.task(&second.name).await;
    assert_eq!(closed.state(), State::Withdrawn);
    assert!(closed.claim.is_none());
    assert_eq!(house.task(&other.name).await, other);
    house.withdrawn(1).await;
    assert_eq!(house.task(&second.name).await, closed);
}

#[tokio::test]
async fn an_application_set_aside_closes_its_open_task_and_says_why_once() {
    let house = House::new().await;
    let decided = house.submitted(1).await;
    house.claims(50, &decided.name).await.unwrap();
    house.accepts(50, &decided.name).await.unwrap();
    let claimed = house.submitted_again(1, 2).await;
    house.claims(50, &claimed.name).await.unwrap();
    let event = house.marked_erroneous(1).await;
    assert_eq!(house.task(&decided.name).await.state(), State::Decided);
    let closed = house.task(&claimed.name).await;
    assert_eq!(closed.state(), State::Withdrawn);
    assert_eq!(closed.withdraw_cause(), WithdrawCause::Erroneous);
    assert!(closed.claim.is_none());
    let refused = house.accepts(50, &claimed.name).await.unwrap_err();
    assert_eq!(reason(&refused), "TASK_ERRONEOUS");
    // Heard again, and told of anew, it is closed as it is.
    house.hears(&event).await.unwrap();
    house.marked_erroneous(1).await;
    house.withdrawn(1).await;
    assert_eq!(house.task(&claimed.name).await, closed);
    let closings = house.audited(&closed.name).await;
    let closings = closings
        .iter()
        .filter(|(_, did)| did == "WithdrawReviewTask");
    assert_eq!(closings.count(), 1);
}

#[tokio::test]
async fn an_event_that_names_nothing_is_not_taken_and_not_lost() {
    let house = House::new().await;
    for payload in [
        ApplicationSubmitted::default(),
        ApplicationSubmitted {
            submit_time: None,
            ..submission_of(1, 1, house.clock.now())
        },
        ApplicationSubmitted {
            application: "applications/1".into(),
            campaign: CAMPAIGN.into(),
            account: account(1),
            ..submission_of(1, 1, house.clock.now())
        },
    ] {
        let event = house.event("campaigns/x/applications/y", &payload);
        house
            .hears(&event)
            .await
            .expect_err("it stays in the publisher's outbox");
    }
    assert!(house.all_tasks().await.is_empty());
}
