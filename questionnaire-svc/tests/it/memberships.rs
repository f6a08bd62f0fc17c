//! Who is in the Reserve does not apply for it; and people without an IIN are safe everywhere.

use chassis::clock::to_pb;
use proto::events::v1::{MembershipEnded, MembershipStarted};
use proto::google::r#type::Date;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::{EligibilityOutcome, EligibilityRule};
use proto::testing::v1::membership::EndReason;
use questionnaire_svc::rpc::wire;
use serde_json::json;

use crate::candidate::Candidate;
use crate::neighbours::date;
use crate::world::{CAMPAIGN, World, campaign, metadata, reason};

async fn becomes_a_member(world: &World, candidate: &Candidate<'_>, last: Date) {
    let started = MembershipStarted {
        membership: "memberships/m1".into(),
        campaign: CAMPAIGN.into(),
        account: candidate.account.clone(),
        start_date: Some(date(2023, 7, 1)),
        end_date: Some(last),
    };
    let event = world.event("memberships/m1", &started);
    world.hear_again(&event).await.unwrap();
    world.hear_again(&event).await.unwrap();
}

fn ended(candidate: &Candidate<'_>) -> MembershipEnded {
    MembershipEnded {
        membership: "memberships/m1".into(),
        campaign: CAMPAIGN.into(),
        account: candidate.account.clone(),
        start_date: Some(date(2025, 7, 1)),
        end_date: Some(date(2028, 6, 30)),
        finish_time: Some(to_pb("2026-06-01T05:00:00Z".parse().unwrap())),
        reason: EndReason::Appointed.into(),
    }
}

#[tokio::test]
async fn who_is_a_member_no_more_applies_at_once() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    becomes_a_member(&world, &candidate, date(2028, 6, 30)).await;
    assert_eq!(
        reason(&candidate.opens().await.unwrap_err()),
        "MEMBER_ALREADY"
    );
    let event = world.event("memberships/m1", &ended(&candidate));
    for _ in 0..2 {
        world.hear_again(&event).await.unwrap();
    }
    let application = candidate.opens().await.unwrap().name;
    let readiness = candidate.readiness(&application).await;
    assert_eq!(check(&readiness, EligibilityRule::NotAMember), None);
}

#[tokio::test]
async fn an_end_that_comes_before_the_start_is_not_undone_by_it() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    world
        .hear("memberships/m1", &ended(&candidate))
        .await
        .unwrap();
    becomes_a_member(&world, &candidate, date(2028, 6, 30)).await;
    assert!(candidate.opens().await.is_ok());
}

fn check(readiness: &pb::Readiness, rule: EligibilityRule) -> Option<pb::EligibilityCheck> {
    let found = readiness.checks.iter().find(|check| check.rule() == rule);
    found.cloned()
}

#[tokio::test]
async fn a_member_does_not_apply_until_the_membership_has_ended() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    // 1 June 2026 is the day of the world's clock in Astana.
    becomes_a_member(&world, &candidate, date(2026, 6, 1)).await;
    let refused = candidate.opens().await.unwrap_err();
    assert_eq!(reason(&refused), "MEMBER_ALREADY");
    assert_eq!(metadata(&refused, "end_date"), "2026-06-01");
    assert!(world.candidate(2).opens().await.is_ok());
    world.at("2026-06-01T19:00:00Z");
    assert!(candidate.opens().await.is_ok());
}

#[tokio::test]
async fn who_became_a_member_after_opening_sees_the_check_that_is_not_met() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let before = candidate.readiness(&application).await;
    assert_eq!(check(&before, EligibilityRule::NotAMember), None);
    becomes_a_member(&world, &candidate, date(2028, 6, 30)).await;
    let after = candidate.readiness(&application).await;
    let found = check(&after, EligibilityRule::NotAMember).unwrap();
    assert_eq!(found.outcome(), EligibilityOutcome::NotMet);
    assert_eq!(found.facts["end_date"], "2028-06-30");
}

#[tokio::test]
async fn a_membership_of_another_programme_stands_in_nobodys_way() {
    let world = World::new().await;
    world
        .create_campaign("reserve-old", campaign())
        .await
        .unwrap();
    world
        .sql("UPDATE campaign SET programme = 'other' WHERE id = 'reserve-old'")
        .await
        .unwrap();
    let candidate = world.candidate(1);
    let started = MembershipStarted {
        membership: "memberships/m2".into(),
        campaign: "campaigns/reserve-old".into(),
        account: candidate.account.clone(),
        start_date: Some(date(2025, 7, 1)),
        end_date: Some(date(2028, 6, 30)),
    };
    world.hear("memberships/m2", &started).await.unwrap();
    assert!(candidate.opens().await.is_ok());
}

#[tokio::test]
async fn a_person_without_an_iin_fills_and_submits_like_everybody() {
    let world = World::new().await;
    world.neighbours.know(|known| known.no_iin = true);
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let section = candidate.section(&application, "personal").await.unwrap();
    let answers = wire::to_json(section.answers.unwrap());
    assert_eq!(answers.get("iin"), None);
    assert_eq!(answers["family_name"], "ҮЛГІ");
    // Nobody makes one up.
    let made_up = json!({"iin": "950615300000"});
    assert!(
        candidate
            .saves(&application, "personal", &made_up)
            .await
            .is_err()
    );
    candidate.fills_everything(&application).await;
    let submitted = candidate.submits(&application).await.unwrap();
    assert_eq!(submitted.submission_count, 1);
}

#[tokio::test]
async fn a_birth_date_that_nobody_knows_refuses_nobody() {
    let world = World::new().await;
    world.neighbours.know(|known| {
        known.no_iin = true;
        known.no_birth_date = true;
    });
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let readiness = candidate.readiness(&application).await;
    let age = check(&readiness, EligibilityRule::Age).unwrap();
    assert_eq!(age.outcome(), EligibilityOutcome::Unsure);
}

#[tokio::test]
async fn another_citizenship_that_was_stated_is_told_and_a_declaration_does_not_cover_it() {
    let world = World::new().await;
    for (country, outcome) in [
        ("KG", EligibilityOutcome::NotMet),
        ("KZ", EligibilityOutcome::Unsure),
    ] {
        world.neighbours.know(|known| {
            known.no_iin = true;
            known.citizenship = country;
        });
        let number = if country == "KG" { 1 } else { 2 };
        let candidate = world.candidate(number);
        let application = candidate.opens().await.unwrap().name;
        let readiness = candidate.readiness(&application).await;
        let found = check(&readiness, EligibilityRule::Citizenship).unwrap();
        assert_eq!(found.outcome(), outcome, "{country}");
    }
}
