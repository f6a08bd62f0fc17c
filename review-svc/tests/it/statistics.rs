//! The review of a campaign in numbers.

use jiff::SignedDuration;
use proto::review::v1::review_policy::Publication;
use proto::review::v1::statistics_client::StatisticsClient;
use proto::review::v1::{
    ExpertLoad, GetReviewStatisticsRequest, PauseReviewTaskRequest, ReviewStatistics,
};

use crate::house::{CAMPAIGN, House, account, manager, violations};

async fn numbers(house: &House) -> ReviewStatistics {
    let mut statistics = StatisticsClient::new(house.connection(manager()));
    let request = GetReviewStatisticsRequest {
        name: format!("{CAMPAIGN}/reviewStatistics"),
    };
    let answer = statistics.get_review_statistics(request).await;
    answer.expect("an answer").into_inner()
}

async fn submitted(house: &House, numbers: std::ops::RangeInclusive<u128>) -> Vec<String> {
    let mut names = Vec::new();
    for number in numbers {
        names.push(house.submitted(number).await.name);
    }
    names
}

#[tokio::test]
async fn every_task_is_counted_where_it_is_and_experts_by_what_they_did() {
    let house = House::new().await;
    let names = submitted(&house, 1..=8).await;
    for (expert, name) in [(50, 0), (50, 1), (51, 2), (51, 3)] {
        house.claims(expert, &names[name]).await.unwrap();
    }
    house.accepts(50, &names[0]).await.unwrap();
    house.rejects(51, &names[2]).await.unwrap();
    let request = PauseReviewTaskRequest {
        name: names[4].clone(),
        reason: "x".into(),
        request_id: house.request_id(),
    };
    house
        .queue(manager())
        .pause_review_task(request)
        .await
        .unwrap();
    house.withdrawn(6).await;
    house
        .reviewed_by(|policy| {
            policy.set_publication(Publication::Together);
            policy.second_opinion_on_rejection = true;
        })
        .await;
    house.claims(52, &names[6]).await.unwrap();
    house.accepts(52, &names[6]).await.unwrap();
    house.claims(52, &names[7]).await.unwrap();
    house.rejects(52, &names[7]).await.unwrap();

    let told = numbers(&house).await;
    let counts = [
        told.open_count,
        told.claimed_count,
        told.paused_count,
        told.pending_count,
        told.disputed_count,
        told.second_opinion_count,
        told.accepted_count,
        told.rejected_count,
        told.withdrawn_count,
        told.overdue_count,
    ];
    assert_eq!(counts, [1, 2, 1, 1, 0, 1, 1, 1, 1, 0]);
    let load = |number, claimed_count, decided_count| ExpertLoad {
        expert: account(number),
        claimed_count,
        decided_count,
    };
    assert_eq!(
        told.expert_loads,
        [load(50, 1, 1), load(51, 1, 1), load(52, 0, 1)]
    );
    let shown = format!("{told:?}");
    for applicant in 1..=8 {
        assert!(!shown.contains(&account(applicant)), "no applicant is told");
    }
}

#[tokio::test]
async fn times_are_those_of_working_days_and_what_is_late_is_counted() {
    let house = House::new().await;
    let names = submitted(&house, 1..=11).await;
    // One decision each hour, on a working day.
    for name in &names[..10] {
        house.clock.advance(SignedDuration::from_hours(1));
        house.claims(50, name).await.unwrap();
        house.accepts(50, name).await.unwrap();
    }
    let told = numbers(&house).await;
    assert_eq!(
        (told.median_working_minutes, told.p90_working_minutes),
        (300, 540)
    );
    house.at("2026-06-04T12:00:00+05:00");
    assert_eq!(numbers(&house).await.near_due_count, 1);
    house.at("2026-06-08T12:00:00+05:00");
    let late = numbers(&house).await;
    assert_eq!((late.near_due_count, late.overdue_count), (0, 1));
}

#[tokio::test]
async fn an_empty_campaign_is_all_zeros_and_a_bad_name_is_told() {
    let house = House::new().await;
    let zeros = ReviewStatistics {
        name: format!("{CAMPAIGN}/reviewStatistics"),
        ..Default::default()
    };
    assert_eq!(numbers(&house).await, zeros);
    let mut statistics = StatisticsClient::new(house.connection(manager()));
    let request = GetReviewStatisticsRequest {
        name: CAMPAIGN.into(),
    };
    let refused = statistics.get_review_statistics(request).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        [("name".to_owned(), "INVALID_NAME".to_owned())]
    );
}
