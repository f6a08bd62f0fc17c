//! Appeals: filed in time, decided inside, published together.

use std::sync::Arc;

use futures_util::future::join_all;
use prost::Message as _;
use proto::events::v1::AppealDecided;
use proto::testing::v1 as pb;
use proto::testing::v1::appeal::{Decision, State};
use proto::testing::v1::appeals_client::AppealsClient;
use proto::testing::v1::stage_result::Outcome;

use crate::outcome::scored;
use crate::world::{CAMPAIGN, World, person_name, refused, told_with, wrong};

/// Four have sat; the cut is 47, two are below it, one was absent.
async fn published() -> (World, String) {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2, 3, 4, 5], "A").await;
    world.sit(&stage, &[1, 2, 3, 4]).await;
    let scores = [(1, "50"), (2, "47"), (3, "45"), (4, "12")];
    world.import(&stage, &scores).await.expect("imported");
    world.publish(&stage).await.expect("published");
    (world, stage)
}

async fn result_name(world: &World, person: u128, stage: &str) -> String {
    world.result(person, stage).await.expect("a result").name
}

pub async fn appealed(world: &World, person: u128, stage: &str) -> pb::Appeal {
    let result = result_name(world, person, stage).await;
    world.appeal(person, &result).await.expect("an appeal")
}

async fn appeal_of(world: &World, person: u128) -> pb::Appeal {
    let request = pb::ListAppealsRequest {
        parent: CAMPAIGN.into(),
        ..Default::default()
    };
    let mut appeals = AppealsClient::new(world.as_person(person));
    let found = appeals.list_appeals(request).await.expect("a list");
    found.into_inner().appeals.pop().expect("an appeal")
}

#[tokio::test]
async fn a_decision_stays_inside_until_it_is_published_and_then_somebody_more_goes_on() {
    let (world, stage) = published().await;
    let (third, fourth) = (
        appealed(&world, 3, &stage).await,
        appealed(&world, 4, &stage).await,
    );
    let decided = world
        .decide(world.decision(&third.name, "2"))
        .await
        .expect("decided");
    assert_eq!(
        (decided.state(), decided.decision()),
        (State::Decided, Decision::Granted)
    );
    world
        .decide(world.decision(&fourth.name, ""))
        .await
        .expect("decided");
    // Its owner sees no sign of it.
    assert_eq!(appeal_of(&world, 3).await, third);
    let before = world.result(3, &stage).await.expect("a result");
    assert_eq!(
        (before.total.as_str(), before.outcome()),
        ("45", Outcome::NotAdvanced)
    );

    let done = world.publish_decisions(&stage).await.expect("published");
    assert_eq!(
        (
            done.published_count,
            done.granted_count,
            done.advanced_count
        ),
        (2, 1, 1)
    );
    let own = world.result(3, &stage).await.expect("a result");
    assert_eq!(
        (
            own.score.as_str(),
            own.appeal_delta.as_str(),
            own.total.as_str()
        ),
        ("45", "2", "47")
    );
    assert_eq!(own.outcome(), Outcome::Advanced);
    assert_eq!(
        own.explanation,
        "Апелляциядан кейін балыңыз: 47; шекті балл: 47. Сіз келесі кезеңге жіберілдіңіз."
    );
    assert_eq!(world.candidate(3).await.expect("one").stage_number, 2);
    let shown = appeal_of(&world, 3).await;
    assert_eq!((shown.state(), shown.advanced), (State::Published, true));
    assert!(!shown.note.is_empty());
    assert_eq!(appeal_of(&world, 4).await.decision(), Decision::Rejected);
    // Nobody lost a place.
    for person in [1, 2] {
        let kept = world.result(person, &stage).await.expect("a result");
        assert_eq!(kept.outcome(), Outcome::Advanced);
    }
    assert_eq!(world.admitted(&stage).await.expect("a list").len(), 3);

    let told = world.told().await;
    let all = told.iter().filter(|(kind, _)| kind == "AppealDecided");
    let mut outcomes: Vec<_> = all
        .map(|(_, payload)| AppealDecided::decode(payload.as_slice()).expect("an event"))
        .map(|event| (event.account, event.granted, event.advanced))
        .collect();
    outcomes.sort();
    assert_eq!(
        outcomes,
        [(person_name(3), true, true), (person_name(4), false, false)]
    );
    refused(
        world.decide(world.decision(&third.name, "1")).await,
        "APPEAL_PUBLISHED",
    );
    let nothing = world.publish_decisions(&stage).await.expect("nothing");
    assert_eq!(nothing.published_count, 0);
}

#[tokio::test]
async fn an_appeal_is_ones_own_in_time_of_a_score_and_the_only_one() {
    let (world, stage) = published().await;
    let third = result_name(&world, 3, &stage).await;
    refused(world.appeal(4, &third).await, "NOT_FOUND");
    let absent = result_name(&world, 5, &stage).await;
    refused(world.appeal(5, &absent).await, "RESULT_NOT_SCORED");
    let first = world.appeal(3, &third).await.expect("an appeal");
    let second = refused(world.appeal(3, &third).await, "APPEAL_EXISTS");
    assert_eq!(told_with(&second, "appeal"), first.name);
    let fourth = result_name(&world, 4, &stage).await;
    world.pass(72 * 60);
    let late = refused(world.appeal(4, &fourth).await, "APPEAL_TERM_OVER");
    assert!(told_with(&late, "appeal_expire_time").starts_with("2026-06-04"));
    assert_eq!(
        world
            .told_kinds()
            .await
            .iter()
            .filter(|it| *it == "AppealFiled")
            .count(),
        1
    );
    let mut other = AppealsClient::new(world.as_person(4));
    let request = pb::GetAppealRequest { name: first.name };
    refused(other.get_appeal(request).await, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thirty_appeals_of_one_person_at_once_one_is_filed() {
    let (world, stage) = published().await;
    let result = result_name(&world, 3, &stage).await;
    let world = Arc::new(world);
    let calls = (0..30).map(|_| {
        let (world, result) = (world.clone(), result.clone());
        tokio::spawn(async move { world.appeal(3, &result).await })
    });
    let answers = join_all(calls).await;
    let filed = answers.iter().filter(|it| matches!(it, Ok(Ok(_)))).count();
    assert_eq!((filed, world.count("appeals").await), (1, 1));
}

#[tokio::test]
async fn a_decision_raises_inside_the_scale_and_by_who_saw_it_last() {
    let (world, stage) = published().await;
    let appeal = appealed(&world, 3, &stage).await;
    for (delta, expected) in [
        ("55.1", "score_delta SCORE_OFF_SCALE"),
        ("0.05", "score_delta TOO_MANY_DECIMALS"),
        ("-1", "score_delta OUT_OF_RANGE"),
    ] {
        let decision = world.decision(&appeal.name, delta);
        assert_eq!(wrong(world.decide(decision).await), [expected]);
    }
    let mut first = world.decision(&appeal.name, "1");
    first.etag = appeal.etag.clone();
    let decided = world.decide(first.clone()).await.expect("decided");
    first.request_id = world.request();
    let stale = refused(world.decide(first).await, "STALE_ETAG");
    assert_eq!(told_with(&stale, "current_etag"), decided.etag);
    // Until it is published the commission may think again.
    let again = world
        .decide(world.decision(&appeal.name, ""))
        .await
        .expect("decided");
    assert_eq!(again.decision(), Decision::Rejected);
    let mut person = AppealsClient::new(world.as_person(3));
    let own = world.decision(&appeal.name, "40");
    refused(person.decide_appeal(own).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn the_next_stage_waits_for_appeals() {
    let (world, stage) = published().await;
    let second = world.make(scored(2)).await.name;
    refused(
        world.publish_decisions(&second).await,
        "RESULTS_NOT_PUBLISHED",
    );
    world.sit(&second, &[1, 2]).await;
    world
        .import(&second, &[(1, "5"), (2, "4")])
        .await
        .expect("imported");
    let appeal = appealed(&world, 3, &stage).await;
    let waiting = refused(world.publish(&second).await, "APPEALS_UNDECIDED");
    assert_eq!(told_with(&waiting, "stage"), stage);
    world
        .decide(world.decision(&appeal.name, ""))
        .await
        .expect("decided");
    refused(world.publish(&second).await, "APPEALS_UNDECIDED");
    world.publish_decisions(&stage).await.expect("published");
    world.publish(&second).await.expect("published");
}
