//! Candidates: a direction to compete in, and a number instead of a name.

use std::collections::BTreeSet;

use proto::testing::v1 as pb;
use proto::testing::v1::candidates_client::CandidatesClient;

use crate::world::{CAMPAIGN, World, refused, wrong};

#[tokio::test]
async fn a_candidate_competes_in_the_direction_of_the_accepted_submission() {
    let world = World::new().await;
    assert_eq!(world.candidate(1).await, None);
    world.submit(1, "DIGITALIZATION").await;
    assert_eq!(world.candidate(1).await, None);
    world.accept(1).await;
    let first = world.candidate(1).await.expect("a candidate");
    assert_eq!(
        (first.direction.as_str(), first.stage_number),
        ("DIGITALIZATION", 1)
    );
    assert_eq!(
        first.name,
        format!("{CAMPAIGN}/candidates/{}", first.candidate_number)
    );
    // The two come from different services and in any order.
    world.accept(2).await;
    assert_eq!(world.candidate(2).await.expect("a candidate").direction, "");
    world.submit(2, "SOCIAL_CIVIL").await;
    let second = world.candidate(2).await.expect("a candidate");
    assert_eq!(second.direction, "SOCIAL_CIVIL");
    // What was accepted stays: a later event about the same submission changes nothing.
    world.submit(1, "AGRO_ENVIRONMENT").await;
    assert_eq!(world.candidate(1).await, Some(first));
}

#[tokio::test]
async fn a_candidates_number_is_one_for_all_stages_and_stays_in_the_launch_token() {
    let world = World::new().await;
    world.accept(1).await;
    let number = world
        .candidate(1)
        .await
        .expect("a candidate")
        .candidate_number;
    assert_eq!(number.len(), 10);
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 25 * 60, 1).await.name;
    let booking = world.book(1, &session).await.name;
    world.pass(25 * 60);
    let attempt = world.start(1, &booking).await.expect("started");
    assert_eq!(attempt.candidate_number, number);
    assert_eq!(
        world.candidate(1).await.map(|it| it.candidate_number),
        Some(number)
    );
}

#[tokio::test]
async fn who_was_accepted_before_numbers_were_given_gets_one_with_the_start() {
    let world = World::new().await;
    world.accept(1).await;
    world
        .sql("UPDATE eligibilities SET candidate_number = NULL")
        .await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 25 * 60, 1).await.name;
    let booking = world.book(1, &session).await.name;
    world.pass(25 * 60);
    let attempt = world.start(1, &booking).await.expect("started");
    let candidate = world.candidate(1).await.expect("a candidate");
    assert_eq!(attempt.candidate_number, candidate.candidate_number);
}

#[tokio::test]
async fn the_exam_desk_sees_numbers_in_an_order_that_tells_nothing_and_nobody_else_does() {
    let world = World::new().await;
    let mut order = Vec::new();
    for number in 1..=12 {
        world
            .submit(
                number,
                if number % 2 == 0 {
                    "DIGITALIZATION"
                } else {
                    "SOCIAL_CIVIL"
                },
            )
            .await;
        world.accept(number).await;
        let candidate = world.candidate(number).await.expect("a candidate");
        order.push(candidate.candidate_number);
    }
    let mut request = pb::ListCandidatesRequest {
        parent: CAMPAIGN.into(),
        page_size: 5,
        ..Default::default()
    };
    let mut desk = CandidatesClient::new(world.as_desk());
    let mut listed = Vec::new();
    loop {
        let page = desk.list_candidates(request.clone()).await.expect("a page");
        let page = page.into_inner();
        listed.extend(page.candidates.into_iter().map(|it| it.candidate_number));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_ne!(listed, order, "numbers count the candidates");
    let all: BTreeSet<String> = order.iter().cloned().collect();
    assert_eq!(all.len(), 12, "a number was given twice");
    assert_eq!(listed, all.into_iter().collect::<Vec<_>>());
    let one = pb::ListCandidatesRequest {
        parent: CAMPAIGN.into(),
        direction: "DIGITALIZATION".into(),
        ..Default::default()
    };
    let one = desk
        .list_candidates(one)
        .await
        .expect("a page")
        .into_inner();
    assert_eq!(one.candidates.len(), 6);

    let name = format!("{CAMPAIGN}/candidates/{}", order[0]);
    let get = || pb::GetCandidateRequest { name: name.clone() };
    assert!(desk.get_candidate(get()).await.is_ok());
    let mut own = CandidatesClient::new(world.as_person(1));
    assert!(own.get_candidate(get()).await.is_ok());
    let mut other = CandidatesClient::new(world.as_person(2));
    refused(other.get_candidate(get()).await, "NOT_FOUND");
    let request = pb::GetCandidateRequest {
        name: format!("{CAMPAIGN}/candidates/1"),
    };
    assert_eq!(
        wrong(own.get_candidate(request).await),
        ["name INVALID_NAME"]
    );
    world.withdraw(1).await;
    refused(desk.get_candidate(get()).await, "NOT_FOUND");
    assert_eq!(world.candidate(1).await, None);
}
