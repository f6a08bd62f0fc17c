//! The age is checked when a registration is completed, and the refusal says how it was counted.

use proto::google::r#type::Date;
use proto::questionnaire::v1::{AgeReference, CampaignRules};

use crate::campaigns::{campaign, reserve_2025};
use crate::world::*;
use proto::identity::v1 as pb;

async fn outcome(world: &World, iin: &str, campaign: &str) -> Result<pb::Account, tonic::Status> {
    let wanted = pb::RegistrationAttempt {
        campaign: campaign.into(),
        ..attempt(iin, &format!("p{iin}@example.kz"))
    };
    let name = world.proven(wanted).await;
    world.complete(&name).await
}

#[tokio::test]
async fn thirty_five_full_years_may_and_thirty_six_may_not() {
    let world = world_at("2025-06-30T05:00:00Z").await;
    world.campaigns.write(reserve_2025());
    for young_enough in ["890701300004", "900630300003"] {
        outcome(&world, young_enough, "campaigns/reserve-2025")
            .await
            .expect("an account");
    }
    let status = outcome(&world, "890630300009", "campaigns/reserve-2025")
        .await
        .expect_err("36");
    assert_eq!(status.reason(), "OVER_AGE_LIMIT");
    let facts = ["age_years", "max_age_years", "reference_date"].map(|fact| status.fact(fact));
    assert_eq!(facts, ["36", "35", "2025-06-30"]);
    assert_eq!(
        status.message(),
        "Жас шектеуі: 35. 2025-06-30 күнгі толық жасыңыз: 36"
    );
}

#[tokio::test]
async fn the_day_is_astanas_not_greenwichs() {
    // 00:30 of 1 July in Astana is 19:30 of 30 June in Greenwich.
    let world = world_at("2025-06-30T19:30:00Z").await;
    world.campaigns.write(campaign(
        "campaigns/c",
        "2025-06-01T00:00:00Z",
        "2025-08-01T00:00:00Z",
    ));
    assert_eq!(
        refused(outcome(&world, "890701300004", "campaigns/c").await),
        "OVER_AGE_LIMIT"
    );
}

#[tokio::test]
async fn who_was_born_on_29_february_is_a_year_older_on_1_march() {
    for (now, taken) in [
        ("2026-02-28T05:00:00Z", true),
        ("2026-03-01T05:00:00Z", false),
    ] {
        let world = world_at(now).await;
        let mut young = campaign(
            "campaigns/young",
            "2026-01-01T00:00:00Z",
            "2026-12-31T00:00:00Z",
        );
        young.rules = Some(CampaignRules {
            max_age_years: 25,
            ..Default::default()
        });
        world.campaigns.write(young);
        let outcome = outcome(&world, "000229500008", "campaigns/young").await;
        assert_eq!(outcome.is_ok(), taken, "{now}");
    }
}

#[tokio::test]
async fn a_campaign_may_take_the_age_on_a_date_at_submission_or_not_at_all() {
    let world = world_at("2025-06-30T05:00:00Z").await;
    let rules = |reference: AgeReference, max_age_years| CampaignRules {
        max_age_years,
        age_reference: reference.into(),
        age_reference_date: Some(Date {
            year: 2025,
            month: 6,
            day: 1,
        }),
        ..Default::default()
    };
    for (name, rules) in [
        ("campaigns/date", rules(AgeReference::Date, 35)),
        ("campaigns/submission", rules(AgeReference::Submission, 20)),
        ("campaigns/any", rules(AgeReference::Registration, 0)),
    ] {
        let mut campaign = campaign(name, "2025-06-01T00:00:00Z", "2025-07-01T00:00:00Z");
        campaign.rules = Some(rules);
        world.campaigns.write(campaign);
    }
    // 36 on 30 June, 35 on the 1st.
    outcome(&world, "890630300009", "campaigns/date")
        .await
        .expect("35 on the date");
    outcome(&world, "890701300004", "campaigns/submission")
        .await
        .expect("not a matter of now");
    outcome(&world, "890701400000", "campaigns/any")
        .await
        .expect("no limit");
}

#[tokio::test]
async fn without_a_campaign_nobody_asks_for_the_age() {
    let world = world_at("2025-06-30T05:00:00Z").await;
    outcome(&world, "890630300009", "")
        .await
        .expect("an account");
}

#[tokio::test]
async fn a_campaign_service_that_is_down_is_told_and_nothing_is_lost() {
    let world = world_at("2025-06-30T05:00:00Z").await;
    world.campaigns.write(reserve_2025());
    let wanted = pb::RegistrationAttempt {
        campaign: "campaigns/reserve-2025".into(),
        ..attempt(IIN, EMAIL)
    };
    let name = world.proven(wanted).await;
    world.campaigns.go_down(true);
    assert_eq!(refused(world.complete(&name).await), "UNAVAILABLE");
    world.campaigns.go_down(false);
    world.complete(&name).await.expect("an account");
}
