//! Lists of tasks: the one due first at the top, in pages that hang together.

use jiff::SignedDuration;
use proto::review::v1::review_task::State;
use proto::review::v1::{ListReviewTasksRequest, ListReviewTasksResponse};
use tonic::Status;

use crate::house::{House, Tasks, instant, submission_of, violations};

async fn list(
    mut tasks: Tasks,
    request: ListReviewTasksRequest,
) -> Result<ListReviewTasksResponse, Status> {
    tasks
        .list_review_tasks(request)
        .await
        .map(tonic::Response::into_inner)
}

async fn names(tasks: Tasks, request: ListReviewTasksRequest) -> Vec<String> {
    let answer = list(tasks, request).await.expect("a list");
    answer
        .review_tasks
        .into_iter()
        .map(|task| task.name)
        .collect()
}

fn state(state: State) -> ListReviewTasksRequest {
    ListReviewTasksRequest {
        state: state.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_one_due_first_is_at_the_top_and_before_it_what_could_not_be_counted() {
    let house = House::new().await;
    let times = [
        "2026-06-03T10:00:00Z",
        "2026-06-01T10:00:00Z",
        "2031-06-01T10:00:00Z",
    ];
    for (number, time) in (1..).zip(times) {
        let payload = submission_of(number, 1, instant(time));
        house
            .hears(&house.event(&payload.application, &payload))
            .await
            .unwrap();
    }
    let all = house.all_tasks().await;
    let order: Vec<_> = all
        .iter()
        .map(|task| task.application.rsplit('/').next())
        .collect();
    assert_eq!(order, [Some("a3"), Some("a2"), Some("a1")]);
}

#[tokio::test]
async fn pages_cover_every_task_once() {
    let house = House::new().await;
    for number in 1..=7 {
        house.submitted_quietly(number).await;
    }
    let mut seen = Vec::new();
    let mut request = ListReviewTasksRequest {
        page_size: 3,
        ..Default::default()
    };
    loop {
        let page = list(house.expert(50), request.clone()).await.unwrap();
        assert!(page.review_tasks.len() <= 3);
        seen.extend(page.review_tasks);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(seen, house.all_tasks().await);
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn a_filter_keeps_what_it_names() {
    let house = House::new().await;
    let [open, held, lapsed, decided, withdrawn] = [1, 2, 3, 4, 5];
    let mut tasks = Vec::new();
    for number in [open, held, lapsed, decided, withdrawn] {
        tasks.push(house.submitted(number).await.name);
        // Tasks due on the same day stand in the order in which they were opened.
        house.clock.advance(SignedDuration::from_millis(1));
    }
    house.claims(51, &tasks[2]).await.unwrap();
    house.claims(50, &tasks[3]).await.unwrap();
    house.accepts(50, &tasks[3]).await.unwrap();
    house.withdrawn(withdrawn).await;
    house.clock.advance(SignedDuration::from_mins(30));
    house.claims(50, &tasks[1]).await.unwrap();

    let expert = || house.expert(50);
    assert_eq!(
        names(expert(), state(State::Open)).await,
        [&*tasks[0], &*tasks[2]]
    );
    assert_eq!(names(expert(), state(State::Claimed)).await, [&*tasks[1]]);
    assert_eq!(names(expert(), state(State::Decided)).await, [&*tasks[3]]);
    assert_eq!(names(expert(), state(State::Withdrawn)).await, [&*tasks[4]]);

    let mine = ListReviewTasksRequest {
        mine_only: true,
        ..Default::default()
    };
    assert_eq!(
        names(expert(), mine.clone()).await,
        [&*tasks[1], &*tasks[3]]
    );
    assert!(
        names(house.expert(51), mine).await.is_empty(),
        "what lapsed is nobody's"
    );

    let campaign = |name: &str| ListReviewTasksRequest {
        campaign: name.to_owned(),
        ..Default::default()
    };
    assert_eq!(
        names(expert(), campaign("campaigns/reserve-2026"))
            .await
            .len(),
        5
    );
    assert!(
        names(expert(), campaign("campaigns/reserve-2025"))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn overdue_only_keeps_what_is_or_was_late() {
    let house = House::new().await;
    let (early, late) = (house.submitted(1).await, house.submitted(2).await);
    house.claims(50, &early.name).await.unwrap();
    house.accepts(50, &early.name).await.unwrap();
    let overdue = || ListReviewTasksRequest {
        overdue_only: true,
        ..Default::default()
    };
    assert!(names(house.expert(50), overdue()).await.is_empty());
    house.clock.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(names(house.expert(50), overdue()).await, [&*late.name]);
    house.claims(50, &late.name).await.unwrap();
    house.accepts(50, &late.name).await.unwrap();
    assert_eq!(names(house.expert(50), overdue()).await, [&*late.name]);
}

#[tokio::test]
async fn a_list_that_is_asked_for_wrongly_is_told_everything_at_once() {
    let house = House::new().await;
    let request = ListReviewTasksRequest {
        state: 99,
        campaign: "campaign".into(),
        page_size: -1,
        page_token: "ә".into(),
        ..Default::default()
    };
    let told = violations(&list(house.expert(50), request).await.unwrap_err());
    let expected = [
        ("state", "UNKNOWN_VALUE"),
        ("campaign", "INVALID_NAME"),
        ("page_size", "OUT_OF_RANGE"),
        ("page_token", "INVALID_PAGE_TOKEN"),
    ];
    assert_eq!(
        told,
        expected.map(|(field, reason)| (field.to_owned(), reason.to_owned()))
    );
}

#[tokio::test]
async fn a_token_is_good_for_its_own_filter_only() {
    let house = House::new().await;
    for number in 1..=2 {
        house.submitted_quietly(number).await;
    }
    let request = ListReviewTasksRequest {
        page_size: 1,
        ..Default::default()
    };
    let token = list(house.expert(50), request)
        .await
        .unwrap()
        .next_page_token;
    let mine = ListReviewTasksRequest {
        mine_only: true,
        page_token: token.clone(),
        ..Default::default()
    };
    let told = violations(&list(house.expert(50), mine).await.unwrap_err());
    assert_eq!(
        told,
        [("page_token".to_owned(), "INVALID_PAGE_TOKEN".to_owned())]
    );
    let more = ListReviewTasksRequest {
        page_token: token,
        ..Default::default()
    };
    assert_eq!(
        names(house.expert(50), more).await.len(),
        1,
        "the size of a page may change"
    );
}
