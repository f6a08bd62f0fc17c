//! The rule of a stage as data: made, changed, and closed by its publication.

use proto::testing::v1 as pb;
use proto::testing::v1::advance_rule::{Places, Scope, TiePolicy};
use proto::testing::v1::stages_client::StagesClient;

use crate::outcome::{rule, scored};
use crate::world::{CAMPAIGN, World, refused, stage, told_with, wrong};

#[tokio::test]
async fn a_stage_says_who_goes_on_and_what_is_not_said_is_as_usual() {
    let world = World::new().await;
    let usual = world.make(stage(1)).await;
    assert_eq!((&usual.advance_rule, &usual.score_scale), (&None, &None));
    assert_eq!(usual.appeal_term.map(|it| it.seconds), Some(72 * 3600));
    assert_eq!(usual.membership_years, Some(3));

    let number = pb::Number {
        places: 4,
        quotas: vec![pb::DirectionQuota {
            direction: "DIGITALIZATION".into(),
            places: 9,
        }],
    };
    let wanted = pb::Stage {
        advance_rule: Some(pb::AdvanceRule {
            tie_policy: TiePolicy::Break.into(),
            tie_break_stages: vec![1],
            ..rule(Places::Number(number))
        }),
        appeal_term: Some(prost_types::Duration::default()),
        last_stage: true,
        membership_years: Some(5),
        ..scored(2)
    };
    let made = world.make(wanted.clone()).await;
    assert_eq!(made.advance_rule, wanted.advance_rule);
    assert_eq!(made.score_scale, wanted.score_scale);
    assert_eq!(made.appeal_term, wanted.appeal_term);
    assert_eq!(made.membership_years, Some(5));
    assert!(made.last_stage && made.publish_time.is_none());
}

#[tokio::test]
async fn all_that_is_wrong_with_a_rule_is_told_at_once() {
    let world = World::new().await;
    let create = async |stage: pb::Stage| {
        let request = pb::CreateStageRequest {
            parent: CAMPAIGN.into(),
            stage: Some(stage),
            request_id: world.request(),
        };
        wrong(
            StagesClient::new(world.as_desk())
                .create_stage(request)
                .await,
        )
    };
    let quota = |direction: &str, places| pb::DirectionQuota {
        direction: direction.into(),
        places,
    };
    let number = pb::Number {
        places: -1,
        quotas: vec![quota("A", 1), quota("A", 2), quota(" ", -3)],
    };
    let broken = pb::Stage {
        advance_rule: Some(pb::AdvanceRule {
            scope: 0,
            tie_policy: TiePolicy::Break.into(),
            tie_break_stages: vec![1, 1, 2],
            places: Some(Places::Number(number)),
        }),
        score_scale: Some(pb::ScoreScale {
            lowest: "100".into(),
            highest: "0".into(),
            decimals: 5,
        }),
        membership_years: Some(21),
        ..stage(2)
    };
    assert_eq!(
        create(broken).await,
        [
            "stage.score_scale.decimals OUT_OF_RANGE",
            "stage.score_scale.highest SCALE_BACKWARDS",
            "stage.advance_rule.scope REQUIRED",
            "stage.advance_rule.number.places OUT_OF_RANGE",
            "stage.advance_rule.number.quotas[1].direction DIRECTION_TWICE",
            "stage.advance_rule.number.quotas[2].direction REQUIRED",
            "stage.advance_rule.number.quotas[2].places OUT_OF_RANGE",
            "stage.advance_rule.tie_break_stages[1] STAGE_NOT_EARLIER",
            "stage.advance_rule.tie_break_stages[2] STAGE_NOT_EARLIER",
            "stage.membership_years OUT_OF_RANGE",
        ]
    );
    let share = pb::Share {
        numerator: 3,
        denominator: 2,
    };
    let places = |places| pb::Stage {
        advance_rule: Some(pb::AdvanceRule {
            scope: Scope::All.into(),
            places,
            ..rule(Places::Threshold("1".into()))
        }),
        ..scored(2)
    };
    let field = "stage.advance_rule";
    assert_eq!(
        create(places(Some(Places::Share(share)))).await,
        [format!("{field}.share SHARE_IMPOSSIBLE")]
    );
    assert_eq!(
        create(places(Some(Places::Threshold("101".into())))).await,
        [format!("{field}.threshold SCORE_OFF_SCALE")]
    );
    assert_eq!(
        create(places(None)).await,
        [format!("{field}.places REQUIRED")]
    );
    let quotas = pb::Number {
        places: 1,
        quotas: vec![quota("A", 1)],
    };
    assert_eq!(
        create(places(Some(Places::Number(quotas)))).await,
        [format!("{field}.number.quotas UNKNOWN_FIELD")]
    );
}

#[tokio::test]
async fn a_stage_is_changed_where_the_mask_says_and_only_by_who_saw_it_last() {
    let world = World::new().await;
    let first = world.make(stage(1)).await;
    let wanted = pb::Stage {
        max_changes: Some(9),
        advance_rule: scored(1).advance_rule,
        score_scale: scored(1).score_scale,
        ..first.clone()
    };
    let mask = ["advance_rule", "score_scale"];
    let changed = world.update(wanted.clone(), &mask).await.expect("a stage");
    assert_eq!(changed.advance_rule, wanted.advance_rule);
    assert_eq!(changed.max_changes, first.max_changes);
    assert_ne!(changed.etag, first.etag);

    let stale = refused(world.update(wanted.clone(), &mask).await, "STALE_ETAG");
    assert_eq!(told_with(&stale, "current_etag"), changed.etag);
    let whole = pb::Stage {
        title: crate::world::text("Numbers"),
        ..changed.clone()
    };
    let whole = world.update(whole, &[]).await.expect("a stage");
    assert_eq!(whole.title, crate::world::text("Numbers"));
    // As a form sends it back: the number it read is among the fields.
    let mask = ["number", "title"];
    let whole = world.update(whole, &mask).await.expect("a stage");
    assert_eq!(whole.advance_rule, changed.advance_rule);

    let blind = pb::Stage {
        etag: String::new(),
        number: 7,
        launch_url: "http://test.example.kz".into(),
        ..whole
    };
    assert_eq!(
        wrong(world.update(blind.clone(), &[]).await),
        [
            "stage.etag REQUIRED",
            "stage.number IMMUTABLE",
            "stage.launch_url INVALID_FORMAT",
        ]
    );
    assert_eq!(
        wrong(world.update(blind, &["colour"]).await),
        ["stage.etag REQUIRED", "update_mask INVALID_UPDATE_MASK"]
    );
}

#[tokio::test]
async fn a_scale_keeps_the_scores_that_are_there_and_a_published_stage_stays_as_it_is() {
    let world = World::new().await;
    let made = world.make(scored(1)).await;
    world.admit(&[1, 2], "A").await;
    world.sit(&made.name, &[1, 2]).await;
    let imported = world.import(&made.name, &[(1, "64.5"), (2, "12")]).await;
    assert_eq!(imported.expect("imported").added_count, 2);
    let scale = |highest: &str, decimals| pb::Stage {
        score_scale: Some(pb::ScoreScale {
            lowest: "0".into(),
            highest: highest.into(),
            decimals,
        }),
        ..made.clone()
    };
    for narrow in [scale("50", 1), scale("100", 0)] {
        let refusal = refused(world.update(narrow, &["score_scale"]).await, "SCALE_IN_USE");
        assert_eq!(told_with(&refusal, "count"), "1");
    }
    let wide = world.update(scale("200", 2), &["score_scale"]).await;
    let wide = wide.expect("a stage");
    world.publish(&made.name).await.expect("published");
    let shown = world.update(wide, &["title"]).await;
    let refusal = refused(shown, "STAGE_PUBLISHED");
    assert!(!told_with(&refusal, "publish_time").is_empty());
}
