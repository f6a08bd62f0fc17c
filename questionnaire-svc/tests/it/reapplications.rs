//! After a rejection: final, unless the campaign lets people apply once more while it is open.

use chassis::clock::to_pb;
use proto::events::v1::ApplicationRejected;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::{PromoRight, State};
use serde_json::json;

use crate::candidate::Candidate;
use crate::world::{CLOSE, World, campaign, metadata, pairs, reason, violations};

const AGAIN: &str = "campaigns/reserve-again";

/// A world in which a campaign beside the usual one lets people apply again.
async fn world() -> World {
    let world = World::new().await;
    let mut again = campaign();
    again.rules.as_mut().unwrap().reapplication_after_rejection = true;
    let made = world.create_campaign("reserve-again", again).await.unwrap();
    assert!(made.rules.unwrap().reapplication_after_rejection);
    world
}

async fn submits(candidate: &Candidate<'_>, campaign: &str) -> pb::Application {
    let opened = candidate.opens_a(campaign, "").await.unwrap().name;
    candidate.fills_everything(&opened).await;
    candidate.submits(&opened).await.unwrap()
}

async fn is_rejected(world: &World, application: &pb::Application) {
    let rejected = ApplicationRejected {
        application: application.name.clone(),
        submission: application.submission.clone(),
        review_task: "reviewTasks/1".into(),
        decide_time: Some(to_pb(world.clock.now())),
        reason_codes: vec!["EXPERIENCE_TOO_SHORT".into()],
        ..Default::default()
    };
    world.hear(&application.name, &rejected).await.unwrap();
}

#[tokio::test]
async fn a_rejection_is_final_where_nothing_else_is_said() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let sent = candidate.has_submitted().await;
    is_rejected(&world, &sent).await;
    let refused = candidate.opens().await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_EXISTS");
    assert_eq!(metadata(&refused, "application"), sent.name);
    // The database holds what makes room.
    let sql = "UPDATE application SET makes_room = TRUE, state = 'SUBMITTED'";
    assert!(world.sql(sql).await.is_err());
}

#[tokio::test]
async fn who_was_rejected_applies_again_where_the_campaign_lets_them() {
    let world = world().await;
    let candidate = world.candidate(1);
    let first = submits(&candidate, AGAIN).await;
    // Not before it is decided.
    let refused = candidate.opens_a(AGAIN, "").await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_EXISTS");
    is_rejected(&world, &first).await;
    let before = candidate.application(&first.name).await.unwrap();
    let second = candidate.opens_a(AGAIN, "").await.unwrap();
    assert_ne!(second.name, first.name);
    assert_eq!(second.state(), State::Draft);
    // A certificate was declared, and that closed the right to a promo code for the campaign.
    assert_eq!(second.promo_right(), PromoRight::Closed);
    candidate.fills_everything(&second.name).await;
    let sent = candidate.submits(&second.name).await.unwrap();
    assert_eq!(sent.submission_count, 1);
    let after = candidate.application(&first.name).await.unwrap();
    assert_eq!(
        (after.state(), after.decision),
        (State::Rejected, before.decision)
    );

    // And once more, but not after the window.
    is_rejected(&world, &sent).await;
    world.at(CLOSE);
    let refused = candidate.opens_a(AGAIN, "").await.unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_CLOSED");
}

#[tokio::test]
async fn what_is_withdrawn_makes_no_room_there() {
    let world = world().await;
    let candidate = world.candidate(1);
    let opened = candidate.opens_a(AGAIN, "").await.unwrap();
    let answers = json!({"level": "B1"});
    candidate
        .saves(&opened.name, "certificate", &answers)
        .await
        .unwrap();
    candidate.withdraws(&opened.name).await.unwrap();
    let refused = candidate.opens_a(AGAIN, "").await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_EXISTS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_apply_again_at_once_one_does() {
    let world = world().await;
    let candidate = world.candidate(1);
    let first = submits(&candidate, AGAIN).await;
    is_rejected(&world, &first).await;
    let calls = (0..6).map(|_| candidate.opens_a(AGAIN, ""));
    let answers = futures_util::future::join_all(calls).await;
    let opened: Vec<_> = answers.iter().filter_map(|it| it.as_ref().ok()).collect();
    assert_eq!(opened.len(), 1);
    let opened = opened[0];
    for refused in answers.iter().filter_map(|it| it.as_ref().err()) {
        assert_eq!(reason(refused), "APPLICATION_EXISTS");
        assert_eq!(metadata(refused, "application"), opened.name);
    }
    let standing = "SELECT COUNT(*) AS n FROM application WHERE NOT makes_room";
    assert_eq!(world.count(standing).await, 1);
}

#[tokio::test]
async fn it_is_a_rule_of_campaigns_with_experts_only() {
    let world = World::new().await;
    let mut wrong = campaign();
    let rules = wrong.rules.as_mut().unwrap();
    rules.accepted_on_submission = true;
    rules.reapplication_after_rejection = true;
    rules.min_language_level = 0;
    rules.certificate_reference = pb::CertificateReference::Close.into();
    let refused = world.create_campaign("wrong", wrong).await.unwrap_err();
    let expected = [
        ("campaign.rules.reapplication_after_rejection", "NOT_ASKED"),
        ("campaign.rules.certificate_reference", "NOT_ASKED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn a_certificate_is_valid_on_the_day_that_the_campaign_says() {
    let world = World::new().await;
    let mut strict = campaign();
    strict.rules.as_mut().unwrap().certificate_reference = pb::CertificateReference::Close.into();
    let made = world
        .create_campaign("reserve-strict", strict)
        .await
        .unwrap();
    assert_eq!(
        made.rules.unwrap().certificate_reference(),
        pb::CertificateReference::Close
    );
    let candidate = world.candidate(1);
    let answers = json!({"level": "B1", "valid_until": "2026-06-29"});
    for (campaign, outcome, day) in [
        (
            "campaigns/reserve-2026",
            pb::EligibilityOutcome::Met,
            ("submission_date", "2026-06-01"),
        ),
        (
            "campaigns/reserve-strict",
            pb::EligibilityOutcome::NotMet,
            ("last_date", "2026-06-30"),
        ),
    ] {
        let opened = candidate.opens_a(campaign, "").await.unwrap().name;
        candidate
            .saves(&opened, "certificate", &answers)
            .await
            .unwrap();
        let readiness = candidate.readiness(&opened).await;
        let rule = pb::EligibilityRule::CertificateValidity;
        let found = readiness
            .checks
            .iter()
            .find(|it| it.rule() == rule)
            .unwrap();
        assert_eq!(found.outcome(), outcome, "{campaign}");
        assert_eq!(found.facts[day.0], day.1);
        assert!(
            found.explanation.contains("2026-06-29"),
            "{}",
            found.explanation
        );
    }
}
