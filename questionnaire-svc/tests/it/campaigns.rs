//! Campaigns: made by managers, shown to everybody, open to the millisecond.

use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::campaign::State;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use tonic::Code;

use crate::world::{CAMPAIGN, World, campaign, pairs, reason, violations};

async fn shown(world: &World, name: &str) -> Result<pb::Campaign, tonic::Status> {
    let mut stranger = CampaignsClient::new(world.speaking_for(Caller::Stranger));
    let request = pb::GetCampaignRequest { name: name.into() };
    Ok(stranger.get_campaign(request).await?.into_inner())
}

#[tokio::test]
async fn everybody_sees_a_campaign_with_its_rules_and_declarations() {
    let world = World::new().await;
    let seen = shown(&world, CAMPAIGN).await.unwrap();
    assert_eq!(seen.rules, campaign().rules);
    assert_eq!(seen.open_time, campaign().open_time);
    let codes: Vec<_> = seen
        .declarations
        .iter()
        .map(|it| it.code.as_str())
        .collect();
    assert_eq!(codes, crate::candidate::DECLARATIONS);
    let missing = shown(&world, "campaigns/other").await.unwrap_err();
    assert_eq!(
        (missing.code(), reason(&missing).as_str()),
        (Code::NotFound, "NOT_FOUND")
    );
}

#[tokio::test]
async fn a_window_opens_and_closes_to_the_millisecond() {
    let world = World::new().await;
    for (instant, state) in [
        ("2026-05-31T18:59:59.999Z", State::Scheduled),
        ("2026-05-31T19:00:00Z", State::Open),
        ("2026-06-30T18:59:59.999Z", State::Open),
        ("2026-06-30T19:00:00Z", State::Closed),
    ] {
        world.at(instant);
        assert_eq!(
            shown(&world, CAMPAIGN).await.unwrap().state(),
            state,
            "{instant}"
        );
    }
}

#[tokio::test]
async fn an_id_is_taken_once_and_only_managers_take_one() {
    let world = World::new().await;
    let taken = world
        .create_campaign("reserve-2026", campaign())
        .await
        .unwrap_err();
    assert_eq!(
        (taken.code(), reason(&taken).as_str()),
        (Code::AlreadyExists, "CAMPAIGN_EXISTS")
    );
    let request = pb::CreateCampaignRequest {
        campaign: Some(campaign()),
        campaign_id: "mine".into(),
        request_id: world.request_id(),
    };
    let refused = CampaignsClient::new(world.expert())
        .create_campaign(request)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
}

#[tokio::test]
async fn everything_wrong_with_a_campaign_is_told_at_once() {
    let world = World::new().await;
    let wrong = pb::Campaign {
        close_time: campaign().open_time,
        time_zone: "Asia/Astana".into(),
        places: 0,
        title: None,
        rules: Some(pb::CampaignRules {
            age_reference: pb::AgeReference::Date.into(),
            min_language_level: 99,
            ..Default::default()
        }),
        ..campaign()
    };
    let refused = world
        .create_campaign("No Such Id", wrong)
        .await
        .unwrap_err();
    let expected = [
        ("campaign_id", "INVALID_FORMAT"),
        ("campaign.rules.age_reference_date", "REQUIRED"),
        ("campaign.rules.min_language_level", "UNKNOWN_VALUE"),
        ("campaign.close_time", "WINDOW_BACKWARDS"),
        ("campaign.time_zone", "TIME_ZONE_UNKNOWN"),
        ("campaign.title", "REQUIRED"),
        ("campaign.places", "OUT_OF_RANGE"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn a_list_leads_from_page_to_page_and_takes_no_token_of_another() {
    let world = World::new().await;
    for id in ["reserve-a", "reserve-b"] {
        world.create_campaign(id, campaign()).await.unwrap();
    }
    let mut stranger = CampaignsClient::new(world.speaking_for(Caller::Stranger));
    let mut request = pb::ListCampaignsRequest {
        programme: "reserve".into(),
        state: State::Open.into(),
        page_size: 2,
        page_token: String::new(),
    };
    let first = stranger
        .list_campaigns(request.clone())
        .await
        .unwrap()
        .into_inner();
    request.page_token = first.next_page_token.clone();
    let second = stranger
        .list_campaigns(request.clone())
        .await
        .unwrap()
        .into_inner();
    let names: Vec<_> = first
        .campaigns
        .iter()
        .chain(&second.campaigns)
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["campaigns/reserve-b", "campaigns/reserve-a", CAMPAIGN]
    );
    assert_eq!(second.next_page_token, "");
    request.state = State::Closed.into();
    let refused = stranger.list_campaigns(request).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("page_token", "INVALID_PAGE_TOKEN")])
    );
}
