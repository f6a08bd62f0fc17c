//! Drafts that the clock looks at: their owners are warned, they expire, they are forgotten.

use chassis::clock::to_pb;
use jiff::SignedDuration;
use prost_types::FieldMask;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;

use crate::world::{CAMPAIGN, CLOSE, World, reason};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn warnings(world: &World) -> usize {
    let told = world.told().await;
    told.iter()
        .filter(|kind| *kind == "ApplicationExpiring")
        .count()
}

/// Moves to this many days before the window closes, and a little less than that on request.
fn before_close(world: &World, days: i64) {
    let close: jiff::Timestamp = CLOSE.parse().unwrap();
    world.clock.set(close - DAY * i32::try_from(days).unwrap());
}

#[tokio::test]
async fn owners_of_drafts_are_warned_three_times_once_each() {
    let world = World::new().await;
    world.candidate(1).opens().await.unwrap();
    world.candidate(2).has_submitted().await;
    let mut expected = 0;
    for (days, new) in [(8, 0), (7, 1), (4, 0), (3, 1), (2, 0), (1, 1)] {
        before_close(&world, days);
        expected += new;
        for _ in 0..2 {
            world.run_job("warn-drafts").await;
            assert_eq!(warnings(&world).await, expected, "{days} days");
        }
    }
    world.at(CLOSE);
    world.run_job("warn-drafts").await;
    assert_eq!(warnings(&world).await, 3);
}

#[tokio::test]
async fn after_a_pause_of_the_clock_only_the_nearest_warning_is_told() {
    let world = World::new().await;
    world.candidate(1).opens().await.unwrap();
    before_close(&world, 2);
    world.run_job("warn-drafts").await;
    world.run_job("warn-drafts").await;
    assert_eq!(warnings(&world).await, 1);
    before_close(&world, 1);
    world.run_job("warn-drafts").await;
    assert_eq!(warnings(&world).await, 2);
}

#[tokio::test]
async fn a_draft_of_the_last_days_is_not_warned_of_what_was_before_it() {
    let world = World::new().await;
    before_close(&world, 2);
    world.candidate(1).opens().await.unwrap();
    world.run_job("warn-drafts").await;
    assert_eq!(warnings(&world).await, 0);
    before_close(&world, 1);
    world.run_job("warn-drafts").await;
    assert_eq!(warnings(&world).await, 1);
}

#[tokio::test]
async fn a_longer_window_warns_anew() {
    let world = World::new().await;
    world.candidate(1).opens().await.unwrap();
    before_close(&world, 1);
    world.run_job("warn-drafts").await;
    assert_eq!(warnings(&world).await, 1);
    let mut manager = CampaignsClient::new(world.manager());
    let get = pb::GetCampaignRequest {
        name: CAMPAIGN.into(),
    };
    let mut campaign = manager.get_campaign(get).await.unwrap().into_inner();
    let close: jiff::Timestamp = CLOSE.parse().unwrap();
    campaign.close_time = Some(to_pb(close + DAY * 6));
    let request = pb::UpdateCampaignRequest {
        campaign: Some(campaign),
        update_mask: Some(FieldMask {
            paths: vec!["close_time".into()],
        }),
        request_id: world.request_id(),
    };
    manager.update_campaign(request).await.unwrap();
    world.run_job("warn-drafts").await;
    assert_eq!(warnings(&world).await, 2);
}

#[tokio::test]
async fn an_expired_draft_is_told_once() {
    let world = World::new().await;
    world.candidate(1).opens().await.unwrap();
    world.at(CLOSE);
    world.run_job("expire-drafts").await;
    world.run_job("expire-drafts").await;
    assert_eq!(
        world.told().await,
        ["ApplicationCreated", "ApplicationExpired"]
    );
}

#[tokio::test]
async fn what_was_never_submitted_is_forgotten_with_its_documents_90_days_after() {
    let world = World::new().await;
    let (draft, taken_back, submitted) =
        (world.candidate(1), world.candidate(2), world.candidate(3));
    let left = draft.opens().await.unwrap().name;
    draft.fills_everything(&left).await;
    let back = taken_back.opens().await.unwrap().name;
    taken_back.uploads_pdf(&back, "education", "DIPLOMA").await;
    taken_back.withdraws(&back).await.unwrap();
    let sent = submitted.has_submitted().await;
    submitted.withdraws(&sent.name).await.unwrap();
    let blobs_of_one = 4;
    assert_eq!(world.blobs(), 2 * blobs_of_one + 1);
    world.at(CLOSE);
    world.run_job("expire-drafts").await;

    let close: jiff::Timestamp = CLOSE.parse().unwrap();
    world
        .clock
        .set(close + DAY * 90 - SignedDuration::from_millis(1));
    world.run_job("forget-drafts").await;
    assert_eq!(
        draft.application(&left).await.unwrap().state(),
        State::Expired
    );
    world.clock.set(close + DAY * 90);
    world.run_job("forget-drafts").await;
    world.run_job("forget-drafts").await;
    for (candidate, name) in [(&draft, &left), (&taken_back, &back)] {
        assert_eq!(
            reason(&candidate.application(name).await.unwrap_err()),
            "NOT_FOUND"
        );
    }
    // What was submitted stays, though it was taken back.
    assert!(submitted.application(&sent.name).await.is_ok());
    assert_eq!(world.blobs(), blobs_of_one);
    for (table, rows) in [("section", 4), ("document", 4), ("application", 1)] {
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        assert_eq!(world.count(&sql).await, rows, "{table}");
    }
    let audited = "SELECT COUNT(*) AS n FROM audit WHERE action = 'ForgetDraft'
                   AND detail IN ('EXPIRED', 'WITHDRAWN')";
    assert_eq!(world.count(audited).await, 2);
}
