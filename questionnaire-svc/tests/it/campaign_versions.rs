//! Campaigns under change: versions, what stays under people, opened and closed before their time.

use chassis::caller::Caller;
use chassis::clock::to_pb;
use jiff::Timestamp;
use prost_types::FieldMask;
use proto::events::v1::CampaignWindowChanged;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State as ApplicationState;
use proto::questionnaire::v1::campaign::State;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use tonic::{Code, Status};

use crate::world::{CAMPAIGN, CLOSE, World, campaign, metadata, pairs, reason, violations};

fn instant(text: &str) -> Option<prost_types::Timestamp> {
    Some(to_pb(text.parse::<Timestamp>().unwrap()))
}

async fn shown(world: &World) -> pb::Campaign {
    let request = pb::GetCampaignRequest {
        name: CAMPAIGN.into(),
    };
    let mut stranger = CampaignsClient::new(world.speaking_for(Caller::Stranger));
    stranger.get_campaign(request).await.unwrap().into_inner()
}

/// Changes these fields of the campaign as it was seen.
async fn changes(
    world: &World,
    seen: &pb::Campaign,
    fields: &[&str],
    change: impl FnOnce(&mut pb::Campaign),
) -> Result<pb::Campaign, Status> {
    let mut next = seen.clone();
    change(&mut next);
    let request = pb::UpdateCampaignRequest {
        campaign: Some(next),
        update_mask: Some(FieldMask {
            paths: fields.iter().map(|field| (*field).to_owned()).collect(),
        }),
        request_id: world.request_id(),
    };
    let answer = CampaignsClient::new(world.manager())
        .update_campaign(request)
        .await?;
    Ok(answer.into_inner())
}

async fn versions(world: &World) -> Vec<pb::CampaignVersion> {
    let mut stranger = CampaignsClient::new(world.speaking_for(Caller::Stranger));
    let mut found = Vec::new();
    let mut request = pb::ListCampaignVersionsRequest {
        parent: CAMPAIGN.into(),
        page_size: 2,
        ..Default::default()
    };
    loop {
        let page = stranger
            .list_campaign_versions(request.clone())
            .await
            .unwrap()
            .into_inner();
        found.extend(page.versions);
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn every_change_is_a_version_that_tells_what_it_changed() {
    let world = World::new().await;
    let first = shown(&world).await;
    assert_eq!(first.version, 1);
    let second = changes(&world, &first, &["places"], |it| it.places = 60)
        .await
        .unwrap();
    assert_eq!((second.places, second.version), (60, 2));
    let third = changes(&world, &second, &["title", "directions"], |it| {
        it.title = Some(crate::world::text("Резерв-2026"));
        it.directions = vec![pb::CampaignDirection {
            code: "DIGITALIZATION".into(),
            places: 10,
        }];
        // Not in the mask: it stays.
        it.places = 5;
    });
    let third = third.await.unwrap();
    assert_eq!((third.places, third.directions.len()), (60, 1));
    // What changes nothing is no version.
    let same = changes(&world, &third, &["*"], |_| ()).await.unwrap();
    assert_eq!(same.version, 3);

    let told: Vec<_> = versions(&world)
        .await
        .into_iter()
        .map(|version| (version.name, version.changed_fields))
        .collect();
    let name = |number: i32| format!("{CAMPAIGN}/versions/{number}");
    let fields = |fields: &[&str]| fields.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let expected = [
        (name(3), fields(&["title", "directions"])),
        (name(2), fields(&["places"])),
        (name(1), fields(&[])),
    ];
    assert_eq!(told, expected);
    let audited = "SELECT COUNT(*) AS n FROM audit WHERE action = 'UpdateCampaign'";
    assert_eq!(world.count(audited).await, 3);
}

#[tokio::test]
async fn only_managers_change_a_campaign_and_with_the_etag_that_they_saw() {
    let world = World::new().await;
    let seen = shown(&world).await;
    let request = pb::UpdateCampaignRequest {
        campaign: Some(seen.clone()),
        update_mask: None,
        request_id: world.request_id(),
    };
    let refused = CampaignsClient::new(world.expert())
        .update_campaign(request)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
    let blind = pb::Campaign {
        etag: String::new(),
        ..seen.clone()
    };
    let refused = changes(&world, &blind, &["places", "state"], |_| ()).await;
    let expected = [
        ("update_mask", "INVALID_UPDATE_MASK"),
        ("campaign.etag", "REQUIRED"),
    ];
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
    let other = pb::Campaign {
        name: "campaigns/other".into(),
        ..seen
    };
    let refused = changes(&world, &other, &["places"], |_| ()).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_managers_at_once_one_changes_it_and_the_others_are_told() {
    let world = World::new().await;
    let seen = shown(&world).await;
    let edits =
        (0..10).map(|at| changes(&world, &seen, &["places"], move |it| it.places = 60 + at));
    let answers = futures_util::future::join_all(edits).await;
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(done, 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(
            (refused.code(), reason(refused).as_str()),
            (Code::Aborted, "STALE_ETAG")
        );
    }
    assert_eq!(shown(&world).await.version, 2);
    assert_eq!(versions(&world).await.len(), 2);
}

#[tokio::test]
async fn rules_stay_under_people_and_the_window_only_grows() {
    let world = World::new().await;
    let seen = shown(&world).await;
    let older = |it: &mut pb::Campaign| it.rules.as_mut().unwrap().max_age_years = 40;
    let changed = changes(&world, &seen, &["rules"], older).await.unwrap();
    let application = world.candidate(1).opens().await.unwrap();
    assert_eq!(application.campaign_version, 2);
    let younger = |it: &mut pb::Campaign| it.rules.as_mut().unwrap().max_age_years = 30;
    let refused = changes(&world, &changed, &["rules"], younger)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "CAMPAIGN_RULES_FROZEN")
    );
    assert_eq!(metadata(&refused, "fields"), "rules");

    let to = |close: &str| {
        let close = instant(close);
        move |it: &mut pb::Campaign| it.close_time = close
    };
    let refused = changes(
        &world,
        &changed,
        &["close_time"],
        to("2026-06-20T19:00:00Z"),
    )
    .await
    .unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_WINDOW_SHORTENED");
    let refused = changes(
        &world,
        &changed,
        &["close_time"],
        to("2026-05-20T19:00:00Z"),
    )
    .await
    .unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("campaign.close_time", "WINDOW_BACKWARDS")])
    );
    let refused = changes(&world, &changed, &["open_time"], |it| {
        it.open_time = instant("2026-06-15T19:00:00Z");
    });
    assert_eq!(
        reason(&refused.await.unwrap_err()),
        "CAMPAIGN_NOT_SCHEDULED"
    );
    let longer = changes(
        &world,
        &changed,
        &["close_time"],
        to("2026-07-05T19:00:00Z"),
    )
    .await
    .unwrap();
    world.at(CLOSE);
    assert!(world.candidate(2).opens().await.is_ok());
    world.at("2026-07-05T19:00:00Z");
    let refused = changes(&world, &longer, &["close_time"], to("2026-07-09T19:00:00Z"))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_CLOSED");
    // More places hurt nobody.
    let more = changes(&world, &longer, &["places"], |it| it.places = 70).await;
    assert_eq!(more.unwrap().places, 70);
}

#[tokio::test]
async fn an_application_keeps_the_version_it_was_submitted_under() {
    let world = World::new().await;
    let (draft, sent) = (world.candidate(1), world.candidate(2));
    let left = draft.opens().await.unwrap().name;
    let submitted = sent.has_submitted().await;
    assert_eq!(submitted.campaign_version, 1);
    changes(&world, &shown(&world).await, &["places"], |it| {
        it.places = 60
    })
    .await
    .unwrap();
    let of = async |application: &str, candidate: &crate::candidate::Candidate<'_>| {
        let application = candidate.application(application).await.unwrap();
        application.campaign_version
    };
    assert_eq!(of(&left, &draft).await, 2);
    assert_eq!(of(&submitted.name, &sent).await, 1);
    draft.fills_everything(&left).await;
    assert_eq!(draft.submits(&left).await.unwrap().campaign_version, 2);
}

#[tokio::test]
async fn a_direction_that_the_campaign_does_not_name_is_not_chosen() {
    let world = World::new().await;
    changes(&world, &shown(&world).await, &["directions"], |it| {
        it.directions = vec![pb::CampaignDirection {
            code: "SOCIAL_CIVIL".into(),
            places: 50,
        }];
    })
    .await
    .unwrap();
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let answers = serde_json::json!({"direction": "DIGITALIZATION"});
    let refused = candidate.saves(&application, "personal", &answers).await;
    assert_eq!(
        violations(&refused.unwrap_err()),
        pairs(&[("section.answers.direction", "UNKNOWN_VALUE")])
    );
    let answers = serde_json::json!({"direction": "SOCIAL_CIVIL"});
    assert!(
        candidate
            .saves(&application, "personal", &answers)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_campaign_is_opened_and_closed_before_its_time_by_steps_that_are_audited() {
    let world = World::new().await;
    world.at("2026-05-20T00:00:00Z");
    let mut manager = CampaignsClient::new(world.manager());
    let close = |etag: &str| pb::CloseCampaignRequest {
        name: CAMPAIGN.into(),
        etag: etag.into(),
        request_id: world.request_id(),
    };
    let early = manager.close_campaign(close("")).await.unwrap_err();
    assert_eq!(reason(&early), "CAMPAIGN_NOT_OPEN_YET");
    let open = pb::OpenCampaignRequest {
        name: CAMPAIGN.into(),
        etag: "v1".into(),
        request_id: world.request_id(),
    };
    let opened = manager
        .open_campaign(open.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!((opened.state(), opened.version), (State::Open, 2));
    // Told again, it is the answer of the first time; asked again, it is open.
    let again = manager.open_campaign(open.clone()).await.unwrap();
    assert_eq!(again.into_inner(), opened);
    let open = pb::OpenCampaignRequest {
        etag: String::new(),
        request_id: world.request_id(),
        ..open
    };
    let refused = manager.open_campaign(open).await.unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_NOT_SCHEDULED");
    assert_eq!(metadata(&refused, "state"), "OPEN");

    let candidate = world.candidate(1);
    let draft = candidate.opens().await.unwrap().name;
    let stale = manager.close_campaign(close("v1")).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    world.at("2026-05-21T00:00:00Z");
    let closed = manager.close_campaign(close("v2")).await.unwrap();
    assert_eq!(closed.into_inner().state(), State::Closed);
    assert_eq!(
        reason(&world.candidate(2).opens().await.unwrap_err()),
        "CAMPAIGN_CLOSED"
    );
    world.run_job("expire-drafts").await;
    let expired = candidate.application(&draft).await.unwrap();
    assert_eq!(expired.state(), ApplicationState::Expired);
    let audited =
        "SELECT COUNT(*) AS n FROM audit WHERE action IN ('OpenCampaign', 'CloseCampaign')";
    assert_eq!(world.count(audited).await, 2);
    let told = world.told_of::<CampaignWindowChanged>().await;
    let windows = told.iter().map(|it| (it.version, it.close_time));
    let expected = [(2, opened.close_time), (3, instant("2026-05-21T00:00:00Z"))];
    assert_eq!(windows.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_window_that_changes_is_told_with_its_version_and_nothing_else_is() {
    let world = World::new().await;
    let first = shown(&world).await;
    let second = changes(&world, &first, &["places"], |it| it.places = 60);
    let second = second.await.unwrap();
    let later = instant("2026-07-10T00:00:00Z");
    let third = changes(&world, &second, &["close_time"], |it| it.close_time = later);
    let third = third.await.unwrap();
    let expected = CampaignWindowChanged {
        campaign: CAMPAIGN.into(),
        open_time: first.open_time,
        close_time: later,
        version: third.version,
    };
    let told = world.told_of::<CampaignWindowChanged>().await;
    assert_eq!(told, [expected]);
}

#[tokio::test]
async fn the_first_application_and_a_change_of_the_rules_do_not_pass_each_other() {
    for _ in 0..5 {
        let world = World::new().await;
        let seen = shown(&world).await;
        let candidate = world.candidate(1);
        let older = |it: &mut pb::Campaign| it.rules.as_mut().unwrap().max_age_years = 40;
        let (changed, opened) =
            tokio::join!(changes(&world, &seen, &["rules"], older), candidate.opens());
        let opened = opened.unwrap();
        let application = candidate.application(&opened.name).await.unwrap();
        // Whoever came first: the draft goes by the rules that hold.
        let version = shown(&world).await.version;
        assert_eq!(application.campaign_version, version);
        assert_eq!(changed.is_ok(), version == 2);
    }
}

#[tokio::test]
async fn a_campaign_of_yesterday_is_not_planned() {
    let world = World::new().await;
    world.at("2026-05-20T00:00:00Z");
    let seen = shown(&world).await;
    let refused = changes(&world, &seen, &["open_time"], |it| {
        it.open_time = instant("2026-05-19T00:00:00Z");
    });
    assert_eq!(
        violations(&refused.await.unwrap_err()),
        pairs(&[("campaign.open_time", "TIME_IN_PAST")])
    );
    let wrong = pb::Campaign {
        directions: vec![
            pb::CampaignDirection {
                code: "SPACE".into(),
                places: 60,
            };
            2
        ],
        ..campaign()
    };
    let refused = world.create_campaign("reserve-c", wrong).await.unwrap_err();
    let expected = [
        ("campaign.directions[0].code", "UNKNOWN_VALUE"),
        ("campaign.directions[1].code", "UNKNOWN_VALUE"),
        ("campaign.directions", "PLACES_EXCEEDED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}
