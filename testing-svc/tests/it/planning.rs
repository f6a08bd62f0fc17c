//! What the exam desk plans: places, stages, sessions.

use chassis::clock::to_pb;
use jiff::SignedDuration;
use proto::testing::v1 as pb;
use proto::testing::v1::stages_client::StagesClient;
use proto::testing::v1::test_centers_client::TestCentersClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::wire::v1::Language;

use crate::world::{CAMPAIGN, World, center, refused, stage, told_with, wrong};

#[tokio::test]
async fn a_stage_has_the_usual_terms_where_none_are_said() {
    let world = World::new().await;
    let usual = world.stage(1).await;
    let minutes = |length: Option<prost_types::Duration>| length.map(|it| it.seconds / 60);
    assert_eq!(minutes(usual.hold_duration), Some(10));
    assert_eq!(minutes(usual.change_notice), Some(24 * 60));
    assert_eq!(usual.max_changes, Some(2));
    assert_eq!(minutes(usual.early_start), Some(10));
    assert_eq!(minutes(usual.late_start), Some(15));

    let mut stages = StagesClient::new(world.as_desk());
    let own = pb::CreateStageRequest {
        parent: CAMPAIGN.into(),
        stage: Some(pb::Stage {
            max_changes: Some(0),
            change_notice: Some(prost_types::Duration::default()),
            ..stage(2)
        }),
        request_id: world.request(),
    };
    let own = stages
        .create_stage(own)
        .await
        .expect("a stage")
        .into_inner();
    assert_eq!(
        (own.max_changes, minutes(own.change_notice)),
        (Some(0), Some(0))
    );

    let second = pb::CreateStageRequest {
        parent: CAMPAIGN.into(),
        stage: Some(stage(1)),
        request_id: world.request(),
    };
    let refusal = refused(stages.create_stage(second).await, "STAGE_EXISTS");
    assert_eq!(told_with(&refusal, "stage"), usual.name);

    let mut anyone = StagesClient::new(world.as_person(1));
    let shown = anyone
        .get_stage(pb::GetStageRequest {
            name: usual.name.clone(),
        })
        .await;
    assert_eq!(shown.expect("the stage").into_inner(), usual);
    let list = pb::ListStagesRequest {
        parent: CAMPAIGN.into(),
        page_size: 1,
        ..Default::default()
    };
    let first = anyone
        .list_stages(list.clone())
        .await
        .expect("a page")
        .into_inner();
    assert_eq!(first.stages, [usual]);
    let list = pb::ListStagesRequest {
        page_token: first.next_page_token,
        ..list
    };
    let last = anyone.list_stages(list).await.expect("a page").into_inner();
    assert_eq!(
        (last.stages, last.next_page_token),
        (vec![own], String::new())
    );
}

#[tokio::test]
async fn all_that_is_wrong_with_a_stage_is_told_at_once() {
    let world = World::new().await;
    let request = pb::CreateStageRequest {
        parent: "campaigns/Reserve".into(),
        stage: Some(pb::Stage {
            number: -1,
            title: None,
            hold_duration: Some(prost_types::Duration {
                seconds: -1,
                nanos: 0,
            }),
            max_changes: Some(-1),
            launch_url: "http://test.example.kz".into(),
            ..Default::default()
        }),
        request_id: world.request(),
    };
    let answer = StagesClient::new(world.as_desk())
        .create_stage(request)
        .await;
    assert_eq!(
        wrong(answer),
        [
            "parent INVALID_NAME",
            "stage.number OUT_OF_RANGE",
            "stage.title REQUIRED",
            "stage.launch_url INVALID_FORMAT",
            "stage.max_changes OUT_OF_RANGE",
            "stage.hold_duration OUT_OF_RANGE",
        ]
    );
}

#[tokio::test]
async fn a_centre_has_an_address_unless_it_is_the_internet() {
    let world = World::new().await;
    let mut centers = TestCentersClient::new(world.as_desk());
    let online = pb::CreateTestCenterRequest {
        test_center: Some(pb::TestCenter {
            mode: pb::test_center::Mode::Online.into(),
            address: None,
            ..center()
        }),
        request_id: world.request(),
    };
    let online = centers
        .create_test_center(online)
        .await
        .expect("a centre")
        .into_inner();
    let bad = pb::CreateTestCenterRequest {
        test_center: Some(pb::TestCenter {
            address: None,
            time_zone: "Asia/Astana".into(),
            ..center()
        }),
        request_id: world.request(),
    };
    assert_eq!(
        wrong(centers.create_test_center(bad).await),
        [
            "test_center.address REQUIRED",
            "test_center.time_zone TIME_ZONE_UNKNOWN"
        ]
    );
    world.pass(1);
    let onsite = world.center().await;
    let all = centers
        .list_test_centers(pb::ListTestCentersRequest::default())
        .await;
    assert_eq!(
        all.expect("a list").into_inner().test_centers,
        [online.clone(), onsite]
    );
    let shown = centers
        .get_test_center(pb::GetTestCenterRequest {
            name: online.name.clone(),
        })
        .await;
    assert_eq!(shown.expect("the centre").into_inner(), online);
}

#[tokio::test]
async fn only_the_exam_desk_plans() {
    let world = World::new().await;
    let request = pb::CreateTestCenterRequest {
        test_center: Some(center()),
        request_id: world.request(),
    };
    let mut person = TestCentersClient::new(world.as_person(1));
    refused(person.create_test_center(request).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn a_session_lies_ahead_and_ends_after_it_starts() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let center = world.center().await.name;
    let mut backwards = world.session_request(&stage, &center, 0, 10_001);
    if let Some(session) = &mut backwards.session {
        session.end_time = session.start_time;
        session.center = "centers/1".into();
        session.language = 9;
    }
    assert_eq!(
        wrong(world.create_session(backwards).await),
        [
            "session.start_time TIME_IN_PAST",
            "session.end_time TIMES_BACKWARDS",
            "session.center INVALID_NAME",
            "session.language UNKNOWN_VALUE",
            "session.capacity OUT_OF_RANGE",
        ]
    );
    let nowhere = format!("testCenters/{}", uuid::Uuid::nil());
    let nowhere = world.session_request(&stage, &nowhere, 60, 1);
    refused(world.create_session(nowhere).await, "NOT_FOUND");
    let no_stage = format!("{CAMPAIGN}/stages/{}", uuid::Uuid::nil());
    let no_stage = world.session_request(&no_stage, &center, 60, 1);
    refused(world.create_session(no_stage).await, "NOT_FOUND");
    let mut good = world.session_request(&stage, &center, 60, 3);
    if let Some(session) = &mut good.session {
        session.language = Language::Kk.into();
        session.check_in_required = true;
    }
    let made = world.create_session(good.clone()).await.expect("a session");
    assert_eq!((made.capacity, made.seats_left), (3, 3));
    assert!(made.check_in_required && made.language() == Language::Kk);
    assert_eq!(world.create_session(good).await.expect("the same"), made);
    assert_eq!(world.count("test_sessions").await, 1);
}

#[tokio::test]
async fn sessions_are_listed_the_next_first_with_the_seats_that_are_left() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let day = 24 * 60;
    let late = world.session(&stage, 3 * day, 1).await;
    let soon = world.session(&stage, day, 1).await;
    let middle = world.session(&stage, 2 * day, 1).await;
    world.accept(1).await;
    world.hold(1, &soon.name).await.expect("a seat");
    let list = |change: fn(&mut pb::ListTestSessionsRequest)| {
        let mut request = pb::ListTestSessionsRequest {
            parent: stage.clone(),
            ..Default::default()
        };
        change(&mut request);
        let mut sessions = TestSessionsClient::new(world.as_person(2));
        async move {
            sessions
                .list_test_sessions(request)
                .await
                .map(tonic::Response::into_inner)
        }
    };
    let names = |page: &pb::ListTestSessionsResponse| -> Vec<String> {
        page.sessions.iter().map(|it| it.name.clone()).collect()
    };
    let first = list(|it| it.page_size = 2).await.expect("a page");
    assert_eq!(names(&first), [soon.name.clone(), middle.name.clone()]);
    assert_eq!(first.sessions[0].seats_left, 0);
    let mut next = pb::ListTestSessionsRequest {
        parent: stage.clone(),
        page_size: 2,
        page_token: first.next_page_token,
        ..Default::default()
    };
    let mut sessions = TestSessionsClient::new(world.as_person(2));
    let last = sessions
        .list_test_sessions(next.clone())
        .await
        .expect("a page");
    assert_eq!(names(last.get_ref()), std::slice::from_ref(&late.name));
    next.free_only = true;
    let other_list = sessions.list_test_sessions(next.clone()).await;
    assert_eq!(wrong(other_list), ["page_token INVALID_PAGE_TOKEN"]);
    let free = list(|it| it.free_only = true).await.expect("a page");
    assert_eq!(names(&free), [middle.name.clone(), late.name.clone()]);
    // An expired hold holds nothing, whether or not it has been swept up.
    world.pass(10);
    let free = list(|it| it.free_only = true).await.expect("a page");
    assert_eq!(free.sessions.len(), 3);
    assert_eq!(free.sessions[0].seats_left, 1);

    let narrow = pb::ListTestSessionsRequest {
        parent: stage.clone(),
        center: middle.center.clone(),
        earliest_start_time: middle.start_time,
        latest_start_time: Some(to_pb(world.now() + SignedDuration::from_mins(5 * day))),
        ..Default::default()
    };
    let narrow = sessions.list_test_sessions(narrow).await.expect("a page");
    assert_eq!(names(narrow.get_ref()), [middle.name]);
    let none = pb::ListTestSessionsRequest {
        parent: format!("{CAMPAIGN}/stages/{}", uuid::Uuid::nil()),
        ..Default::default()
    };
    refused(sessions.list_test_sessions(none).await, "NOT_FOUND");
}
