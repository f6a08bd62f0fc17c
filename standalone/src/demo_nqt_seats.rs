//! Where teachers sit their test in the demonstration: a centre, and sessions whose seats are told
//! apart by language, by subject, and by who needs an accessible workstation.

use chassis::client::Connection;
use chassis::clock::to_pb;
use jiff::{SignedDuration, Timestamp};
use proto::testing::v1::quota::Kind;
use proto::testing::v1::test_centers_client::TestCentersClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::testing::v1::{
    CreateTestCenterRequest, CreateTestSessionRequest, ListTestCentersRequest,
    ListTestSessionsRequest, Quota, TestCenter, TestSession, test_center,
};

use super::demo::{done, request_id, text};

/// What the centre is found by at the next start.
const CENTER: &str = "№ 1 тестілеу орталығы";

/// The subjects that have seats here.
const SUBJECTS: [&str; 3] = ["PHYSICS", "MATHEMATICS", "KAZAKH"];

/// Sessions from the next half an hour on, if none is to come.
///
/// # Errors
/// Where the service says no.
pub async fn seed(testing: &Connection, stage: &str, now: Timestamp) -> anyhow::Result<()> {
    let mut sessions = TestSessionsClient::new(testing.clone());
    let coming = ListTestSessionsRequest {
        parent: stage.to_owned(),
        earliest_start_time: Some(to_pb(now)),
        page_size: 1,
        ..Default::default()
    };
    let coming = sessions.list_test_sessions(coming).await?.into_inner();
    if !coming.sessions.is_empty() {
        return Ok(());
    }
    let center = center(testing).await?;
    let quarter = now.as_second() / 900 * 900 + 1800;
    for (number, hours) in [1, 3, 25, 27, 49, 51].into_iter().enumerate() {
        let start = Timestamp::from_second(quarter)? + SignedDuration::from_hours(hours);
        // Some kinds of application have a subject, the others have none.
        let subjects: &[&str] = if number % 2 == 0 { &[] } else { &SUBJECTS };
        let request = CreateTestSessionRequest {
            parent: stage.to_owned(),
            session: Some(TestSession {
                start_time: Some(to_pb(start)),
                end_time: Some(to_pb(start + SignedDuration::from_mins(90))),
                center: center.clone(),
                capacity: 30,
                check_in_required: true,
                quotas: quotas(subjects),
                extra_time_percent: 50,
                ..Default::default()
            }),
            request_id: request_id(&format!("{stage}/{start}")),
        };
        done(sessions.create_test_session(request).await.map(drop))?;
    }
    Ok(())
}

/// Four of thirty seats are kept for those who need them, until a day before.
fn quotas(subjects: &[&str]) -> Vec<Quota> {
    let quota = |id: &str, kind: Kind, value: &str, size| Quota {
        id: id.into(),
        kind: kind.into(),
        value: value.into(),
        size,
        ..Default::default()
    };
    let mut quotas = vec![
        quota("kazakh-form", Kind::LanguageForm, "kk", 20),
        quota("russian-form", Kind::LanguageForm, "ru", 15),
        quota("accessible", Kind::AccessibleWorkstation, "", 4),
        Quota {
            release_notice: Some(prost_types::Duration {
                seconds: 24 * 3600,
                nanos: 0,
            }),
            ..quota("ordinary", Kind::OrdinarySeat, "", 26)
        },
    ];
    for code in subjects {
        quotas.push(quota(&code.to_lowercase(), Kind::Subject, code, 12));
    }
    quotas
}

/// The name of the centre, made where there is none.
async fn center(testing: &Connection) -> anyhow::Result<String> {
    let mut centers = TestCentersClient::new(testing.clone());
    let request = ListTestCentersRequest {
        page_size: 100,
        ..Default::default()
    };
    let found = centers.list_test_centers(request).await?.into_inner();
    let is_it = |it: &TestCenter| it.title.as_ref().is_some_and(|title| title.kk == CENTER);
    if let Some(center) = found.test_centers.into_iter().find(is_it) {
        return Ok(center.name);
    }
    let request = CreateTestCenterRequest {
        test_center: Some(TestCenter {
            title: Some(text(CENTER, "Центр тестирования № 1", "Test centre No. 1")),
            address: Some(text(
                "Астана қаласы, Үлгі көшесі, 1",
                "город Астана, улица Образцовая, 1",
                "1 Example Street, Astana",
            )),
            mode: test_center::Mode::Onsite.into(),
            time_zone: "Asia/Almaty".into(),
            ..Default::default()
        }),
        request_id: request_id("center-nqt"),
    };
    Ok(centers.create_test_center(request).await?.into_inner().name)
}
