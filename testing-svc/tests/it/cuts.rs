//! Cuts as they are published: too few people, people who were sent out, and equals for whom there
//! are not enough places.

use proto::testing::v1 as pb;
use proto::testing::v1::advance_rule::Places;
use proto::testing::v1::stage_result::Outcome;

use crate::outcome::{exactly, rule, scored};
use crate::publications::{SCORES, sat};
use crate::world::{World, refused, told_with, wrong};

#[tokio::test]
async fn fewer_people_than_places_all_go_on_and_it_is_said() {
    let (world, stage) = sat().await;
    let known = world.make(scored(3)).await;
    assert!(known.publish_time.is_none());
    let number = pb::Number {
        places: 50,
        quotas: Vec::new(),
    };
    let mut stages = proto::testing::v1::stages_client::StagesClient::new(world.as_desk());
    let request = pb::GetStageRequest {
        name: stage.clone(),
    };
    let shown = stages
        .get_stage(request)
        .await
        .expect("a stage")
        .into_inner();
    let wide = pb::Stage {
        advance_rule: Some(rule(Places::Number(number))),
        ..shown
    };
    world
        .update(wide, &["advance_rule"])
        .await
        .expect("a stage");
    world.import(&stage, SCORES).await.expect("imported");
    let publication = world.publish(&stage).await.expect("published");
    assert_eq!((publication.competitors, publication.advancing), (6, 6));
    assert!(publication.cuts.iter().all(|cut| cut.fewer_than_places));
    assert_eq!(
        publication.cuts[1].note,
        "Қатысушылар орындардан аз: 50 орынға 2 қатысушы. Барлығы өтеді; ең төменгі балл: 3."
    );
}

#[tokio::test]
async fn who_was_sent_out_has_no_result_and_does_not_count() {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2, 3], "A").await;
    let begun = world.sit(&stage, &[1, 2, 3]).await;
    world
        .import(&stage, &[(1, "9"), (2, "5"), (3, "90")])
        .await
        .expect("imported");
    world.terminate(&begun[2].name).await.expect("terminated");
    let publication = world.publish(&stage).await.expect("published");
    assert_eq!((publication.competitors, publication.advancing), (2, 1));
    let own = world.result(3, &stage).await.expect("a result");
    assert_eq!(
        (own.outcome(), own.score.as_str()),
        (Outcome::Terminated, "")
    );
    refused(world.terminate(&begun[1].name).await, "STAGE_PUBLISHED");
}

/// Stage 2 has two places and three people with the same score; stage 1 tells one of them apart.
async fn tied() -> (World, String) {
    let world = World::new().await;
    let all = pb::Stage {
        advance_rule: Some(rule(Places::Threshold("0".into()))),
        ..scored(1)
    };
    let first = world.make(all).await.name;
    let second = pb::Stage {
        advance_rule: Some(exactly(2, &[1])),
        ..scored(2)
    };
    let second = world.make(second).await.name;
    world.admit(&[1, 2, 3, 4], "A").await;
    world.sit(&first, &[1, 2, 3, 4]).await;
    world
        .import(&first, &[(1, "9"), (2, "5"), (3, "5"), (4, "99")])
        .await
        .expect("imported");
    world.publish(&first).await.expect("published");
    world.sit(&second, &[1, 2, 3, 4]).await;
    world
        .import(&second, &[(1, "44"), (2, "44"), (3, "44"), (4, "1")])
        .await
        .expect("imported");
    (world, second)
}

#[tokio::test]
async fn an_earlier_stage_decides_between_equals_and_then_the_commission() {
    let (world, stage) = tied().await;
    let seen = world.preview(&stage).await.expect("a preview");
    let cut = &seen.cuts[0];
    assert_eq!(
        (cut.undecided_count, cut.undecided_places, cut.advancing),
        (2, 1, 1)
    );
    let mut tied = [world.number(2).await, world.number(3).await];
    tied.sort();
    assert_eq!(cut.undecided_candidates, tied);
    let refusal = refused(world.publish(&stage).await, "TIES_UNDECIDED");
    assert_eq!(
        (told_with(&refusal, "tied"), told_with(&refusal, "places")),
        ("2".into(), "1".into())
    );
    let mut request = world.publish_request(&stage);
    request.chosen_candidates = vec![world.number(4).await, tied[0].clone(), tied[1].clone()];
    assert_eq!(
        wrong(world.publish_as(request.clone()).await),
        [
            "chosen_candidates[0] CHOICE_NOT_TIED",
            "chosen_candidates CHOICE_COUNT"
        ]
    );
    request.chosen_candidates = vec![world.number(3).await];
    request.request_id = world.request();
    let publication = world.publish_as(request).await.expect("published");
    // Between whom it chose is told to nobody.
    assert_eq!(publication.cuts[0].undecided_count, 0);
    let mut expected = [world.number(1).await, world.number(3).await];
    expected.sort();
    assert_eq!(world.admitted(&stage).await.expect("a list"), expected);
    let out = world.result(2, &stage).await.expect("a result");
    assert_eq!((out.outcome(), out.rank), (Outcome::NotAdvanced, 1));
}
