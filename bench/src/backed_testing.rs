//! testing-svc before a database, with one stage of one campaign in it.

use anyhow::{Context, Result};
use chassis::clock::to_pb;
use jiff::SignedDuration;
use proto::testing::v1::stages_client::StagesClient;
use proto::testing::v1::test_centers_client::TestCentersClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::testing::v1::{
    CreateStageRequest, CreateTestCenterRequest, CreateTestSessionRequest, Stage, TestCenter,
    TestSession, test_center,
};
use proto::wire::v1::LocalizedText;
use testing_svc::config::Config;
use testing_svc::migrations::Migrator;
use testing_svc::{NAME, Wiring};

use crate::backed::{Ground, Told};

pub const CAMPAIGN: &str = "campaigns/bench";

pub async fn serve(told: &Told) -> Result<()> {
    let ground = Ground::of::<Migrator>(told, NAME).await?;
    let service = testing_svc::build(Wiring {
        db: ground.db.clone(),
        clock: ground.clock.clone(),
        ids: ground.ids.clone(),
        verifier: ground.verifier.clone(),
        signer: ground.signer.clone(),
        identity: ground.identity.clone(),
        config: Config::new(&[7; 32]),
        questionnaire: ground.net.connect("questionnaire-svc"),
        persons: ground.net.connect("identity-svc"),
    })
    .await?;
    ground.net.add(NAME, service.routes.clone());
    let session = seed(&ground).await?;
    let mut said = ground.open(service, told).await?;
    said["session"] = session.into();
    println!("{said}");
    Ok(())
}

fn text(text: &str) -> Option<LocalizedText> {
    Some(LocalizedText {
        kk: text.into(),
        ru: text.into(),
        en: text.into(),
    })
}

/// A stage with a session in a month; gives the session's name.
async fn seed(ground: &Ground) -> Result<String> {
    let request_id = || ground.ids.uuid().to_string();
    let staff = ground.staff(NAME);
    let stage = CreateStageRequest {
        parent: CAMPAIGN.into(),
        stage: Some(Stage {
            number: 1,
            title: text("Кезең"),
            launch_url: "https://test.example.kz/start".into(),
            ..Default::default()
        }),
        request_id: request_id(),
    };
    let stage = StagesClient::new(staff.clone()).create_stage(stage).await?;
    let center = CreateTestCenterRequest {
        test_center: Some(TestCenter {
            title: text("Орталық"),
            address: text("Абай даңғылы, 1"),
            mode: test_center::Mode::Onsite.into(),
            time_zone: "Asia/Almaty".into(),
            ..Default::default()
        }),
        request_id: request_id(),
    };
    let mut centers = TestCentersClient::new(staff.clone());
    let center = centers.create_test_center(center).await?.into_inner();
    let start = ground.clock.now() + SignedDuration::from_hours(30 * 24);
    let session = CreateTestSessionRequest {
        parent: stage.into_inner().name,
        session: Some(TestSession {
            start_time: Some(to_pb(start)),
            end_time: Some(to_pb(start + SignedDuration::from_mins(90))),
            center: center.name,
            capacity: 1,
            ..Default::default()
        }),
        request_id: request_id(),
    };
    let mut sessions = TestSessionsClient::new(staff);
    let session = sessions.create_test_session(session).await;
    Ok(session.context("a session")?.into_inner().name)
}
