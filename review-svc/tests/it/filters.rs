//! Filters of the list, and those that people save.

use std::sync::Arc;

use chassis::client::Connection;
use proto::review::v1::review_task::State;
use proto::review::v1::saved_filters_client::SavedFiltersClient;
use proto::review::v1::{
    CreateSavedFilterRequest, DeleteSavedFilterRequest, ListReviewTasksRequest,
    ListSavedFiltersRequest, SavedFilter, TaskFilter,
};
use tonic::Status;

use crate::house::{CAMPAIGN, House, expert, metadata, reason, submission_of, violations};

fn filters(house: &House, number: u128) -> SavedFiltersClient<Connection> {
    SavedFiltersClient::new(house.connection(expert(number)))
}

fn open() -> TaskFilter {
    TaskFilter {
        task_state: State::Open.into(),
        ..Default::default()
    }
}

async fn saves(
    house: &House,
    number: u128,
    title: &str,
    filter: TaskFilter,
) -> Result<SavedFilter, Status> {
    let request = CreateSavedFilterRequest {
        saved_filter: Some(SavedFilter {
            title: title.into(),
            filter: Some(filter),
            ..Default::default()
        }),
        request_id: house.request_id(),
    };
    let answer = filters(house, number).create_saved_filter(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn listed(house: &House, number: u128) -> Vec<SavedFilter> {
    let request = ListSavedFiltersRequest::default();
    let answer = filters(house, number).list_saved_filters(request).await;
    answer.expect("an answer").into_inner().saved_filters
}

async fn names(house: &House, request: ListReviewTasksRequest) -> Result<Vec<String>, Status> {
    let answer = house.expert(50).list_review_tasks(request).await?;
    let tasks = answer.into_inner().review_tasks.into_iter();
    Ok(tasks.map(|task| task.name).collect())
}

#[tokio::test]
async fn tasks_are_found_by_direction_and_by_a_piece_of_the_application_s_name() {
    let house = House::new().await;
    let mut economy = submission_of(77, 1, house.clock.now());
    economy.direction = "ECONOMY".into();
    house
        .hears(&house.event(&economy.application, &economy))
        .await
        .unwrap();
    let other = house.submitted(5).await;
    let economy = house.task_of(&economy.submission).await;
    let by = |query: &str| ListReviewTasksRequest {
        application_query: query.into(),
        ..Default::default()
    };
    for query in ["/a77", "/A77", "applications/a77"] {
        assert_eq!(
            names(&house, by(query)).await.unwrap(),
            [&*economy.name],
            "{query}"
        );
    }
    assert!(
        names(&house, by("a_7")).await.unwrap().is_empty(),
        "no wildcard"
    );
    let direction = ListReviewTasksRequest {
        direction: "DIGITALIZATION".into(),
        campaign: CAMPAIGN.into(),
        ..Default::default()
    };
    assert_eq!(names(&house, direction).await.unwrap(), [other.name]);
    let odd = ListReviewTasksRequest {
        direction: "x".into(),
        application_query: "%%%".into(),
        state: 99,
        saved_filter: "filters/1".into(),
        ..Default::default()
    };
    let expected = [
        ("state", "UNKNOWN_VALUE"),
        ("direction", "INVALID_FORMAT"),
        ("application_query", "INVALID_FORMAT"),
        ("saved_filter", "INVALID_NAME"),
    ];
    assert_eq!(
        violations(&names(&house, odd).await.unwrap_err()),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
    let short = names(&house, by("a7")).await.unwrap_err();
    assert_eq!(
        violations(&short),
        [("application_query".to_owned(), "TOO_SHORT".to_owned())]
    );
}

#[tokio::test]
async fn a_saved_filter_narrows_a_list_together_with_what_is_asked() {
    let house = House::new().await;
    let (claimed, open_one) = (house.submitted(1).await, house.submitted(2).await);
    house.claims(50, &claimed.name).await.unwrap();
    let saved = saves(&house, 50, "Ашық тапсырмалар", open()).await.unwrap();
    let by = |state: State| ListReviewTasksRequest {
        saved_filter: saved.name.clone(),
        state: state.into(),
        ..Default::default()
    };
    let all = names(&house, by(State::Unspecified)).await.unwrap();
    assert_eq!(all, [open_one.name]);
    assert!(names(&house, by(State::Claimed)).await.unwrap().is_empty());
}

#[tokio::test]
async fn saved_filters_are_ones_own_to_list_use_and_delete() {
    let house = House::new().await;
    let saved = saves(&house, 50, "Менікі", open()).await.unwrap();
    assert_eq!(listed(&house, 50).await, std::slice::from_ref(&saved));
    assert!(listed(&house, 51).await.is_empty());
    let delete = |name: &str| DeleteSavedFilterRequest {
        name: name.into(),
        request_id: house.request_id(),
    };
    let other = filters(&house, 51)
        .delete_saved_filter(delete(&saved.name))
        .await;
    assert_eq!(reason(&other.unwrap_err()), "NOT_FOUND");
    let mut used = house.expert(51);
    let request = ListReviewTasksRequest {
        saved_filter: saved.name.clone(),
        ..Default::default()
    };
    let refused = used.list_review_tasks(request).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    let gone = filters(&house, 50)
        .delete_saved_filter(delete(&saved.name))
        .await;
    assert_eq!(gone.unwrap().into_inner(), saved);
    assert!(listed(&house, 50).await.is_empty());
    let again = filters(&house, 50)
        .delete_saved_filter(delete(&saved.name))
        .await;
    assert_eq!(reason(&again.unwrap_err()), "NOT_FOUND");
}

#[tokio::test]
async fn everything_wrong_with_a_filter_is_told_at_once() {
    let house = House::new().await;
    let wrong = TaskFilter {
        campaign: "reserve".into(),
        direction: "x y".into(),
        ..Default::default()
    };
    let refused = saves(&house, 50, "", wrong).await.unwrap_err();
    let expected = [
        ("saved_filter.title", "REQUIRED"),
        ("saved_filter.filter.campaign", "INVALID_NAME"),
        ("saved_filter.filter.direction", "INVALID_FORMAT"),
    ];
    assert_eq!(
        violations(&refused),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
    let nothing = saves(&house, 50, "Бос", TaskFilter::default())
        .await
        .unwrap_err();
    assert_eq!(
        violations(&nothing),
        [("saved_filter.filter".to_owned(), "REQUIRED".to_owned())]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_at_once_save_no_more_filters_than_one_may_have() {
    let house = Arc::new(House::new().await);
    let calls = (0..25).map(|number| {
        let house = house.clone();
        let title = format!("Сүзгі {number}");
        tokio::spawn(async move { saves(&house, 50, &title, open()).await })
    });
    let mut made = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(_) => made += 1,
            Err(status) => {
                assert_eq!(reason(&status), "TOO_MANY_SAVED_FILTERS");
                assert_eq!(metadata(&status, "max"), "20");
            }
        }
    }
    assert_eq!((made, listed(&house, 50).await.len()), (20, 20));
}
