//! Why nothing is free, and what is next, in the words of the caller's language.

use proto::google::r#type::Date;
use proto::testing::v1 as pb;
use proto::testing::v1::quota::Kind;
use proto::testing::v1::test_centers_client::TestCentersClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::wire::v1::{Language, LocalizedText};

use crate::seats::{DAY, quota};
use crate::world::{World, center, refused, wrong};

pub async fn find(
    world: &World,
    request: pb::FindSeatsRequest,
    language: &str,
) -> pb::FindSeatsResponse {
    let mut request = tonic::Request::new(request);
    let value = language.parse().expect("a language");
    request.metadata_mut().insert("accept-language", value);
    let mut sessions = TestSessionsClient::new(world.as_person(1));
    let found = sessions.find_seats(request).await;
    found.expect("an answer").into_inner()
}

async fn city(world: &World, kk: &str, ru: &str, en: &str) -> String {
    let request = pb::CreateTestCenterRequest {
        test_center: Some(pb::TestCenter {
            title: Some(LocalizedText {
                kk: kk.into(),
                ru: ru.into(),
                en: en.into(),
            }),
            ..center()
        }),
        request_id: world.request(),
    };
    let mut centers = TestCentersClient::new(world.as_desk());
    let made = centers.create_test_center(request).await;
    made.expect("a centre").into_inner().name
}

#[tokio::test]
async fn a_full_place_a_missing_form_and_the_next_day_are_told_in_three_languages() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let astana = city(&world, "Астана", "Астана", "Astana").await;
    let almaty = city(&world, "Алматы", "Алматы", "Almaty").await;
    for minutes in [DAY, DAY + 120] {
        let made = world.session_at(&stage, &astana, minutes, 1, |_| {}).await;
        let number = u128::try_from(minutes).expect("a number");
        world.accept(number).await;
        let full = made.expect("a session").name;
        world.hold(number, &full).await.expect("its only seat");
    }
    let russian = [quota("russian", Kind::LanguageForm, "ru", 5)];
    let kazakh = [quota("kazakh", Kind::LanguageForm, "kk", 5)];
    for (minutes, quotas) in [(DAY + 240, &russian), (20 * DAY, &kazakh)] {
        let made = world.session_at(&stage, &almaty, minutes, 5, |it| {
            it.quotas = quotas.to_vec();
        });
        made.await.expect("a session");
    }
    let wished = pb::FindSeatsRequest {
        parent: stage,
        language: Language::Kk.into(),
        date: Some(Date {
            year: 2026,
            month: 6,
            day: 2,
        }),
        ..Default::default()
    };
    let en = find(&world, wished.clone(), "en").await;
    assert_eq!(
        en.text,
        "Astana: full; Almaty, 14:00: no Kazakh form; next at Almaty, 21 June, 10:00"
    );
    let codes: Vec<&str> = en.obstacles.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["SEATS_CENTER_FULL", "SEATS_NO_LANGUAGE_FORM"]);
    assert!(en.obstacles[0].session.is_empty() && !en.obstacles[1].session.is_empty());
    assert_eq!(en.next.map(|it| it.seats_left), Some(5));
    let ru = find(&world, wished.clone(), "ru").await;
    assert_eq!(
        ru.text,
        "Астана: мест нет; Алматы, 14:00: нет варианта на казахском языке; \
         ближайшее свободное место: Алматы, 21.06, 10:00"
    );
    let kk = find(&world, wished.clone(), "kk").await;
    assert_eq!(
        kk.text,
        "Астана: бос орын жоқ; Алматы, 14:00: қазақ тіліндегі нұсқа жоқ; \
         ең жақын бос орын: Алматы, 21.06, 10:00"
    );
    let any = pb::FindSeatsRequest {
        language: 0,
        ..wished.clone()
    };
    let any = find(&world, any, "en").await;
    assert_eq!(any.suggestions.len(), 1);
    assert_eq!((any.text, any.next), (String::new(), None));
    // A hold that ran out holds nothing.
    world.pass(10);
    let again = find(&world, wished, "en").await;
    assert_eq!(again.suggestions.len(), 2);
}

#[tokio::test]
async fn a_stage_without_sessions_says_so_and_a_wrong_wish_is_told() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let none = pb::FindSeatsRequest {
        parent: stage.clone(),
        ..Default::default()
    };
    assert_eq!(
        find(&world, none.clone(), "en").await.text,
        "No sessions are planned"
    );
    let closed = world.session(&stage, DAY, 3).await;
    world
        .close(&closed.name, 0, 2 * DAY, false)
        .await
        .expect("closed");
    world.pass_a_moment();
    let told = find(&world, none.clone(), "en").await;
    assert_eq!(told.obstacles[0].code, "SEATS_CLOSED");
    assert_eq!(told.next, None);
    let strange = pb::FindSeatsRequest {
        center: "centers/1".into(),
        date: Some(Date {
            year: 2026,
            month: 2,
            day: 30,
        }),
        language: 9,
        ..none.clone()
    };
    let mut sessions = TestSessionsClient::new(world.as_person(1));
    assert_eq!(
        wrong(sessions.find_seats(strange).await),
        [
            "center INVALID_NAME",
            "date DATE_IMPOSSIBLE",
            "language UNKNOWN_VALUE"
        ]
    );
    let nowhere = pb::FindSeatsRequest {
        parent: format!("campaigns/other/stages/{}", uuid::Uuid::nil()),
        ..none
    };
    refused(sessions.find_seats(nowhere).await, "NOT_FOUND");
}

#[tokio::test]
async fn seats_that_are_kept_for_others_are_said_to_be() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let quotas = [
        quota("wide", Kind::AccessibleWorkstation, "", 1),
        quota("others", Kind::OrdinarySeat, "", 1),
    ];
    let session = world.session_with(&stage, 3 * DAY, 2, &quotas).await.name;
    world.accept(1).await;
    world.accept(2).await;
    world.book(2, &session).await;
    let request = pb::FindSeatsRequest {
        parent: stage.clone(),
        ..Default::default()
    };
    for (language, words) in [
        (
            "kk",
            "қолжетімді жұмыс орнын қажет ететін адамдарға сақталған",
        ),
        (
            "ru",
            "сохраняются за теми, кому нужно доступное рабочее место",
        ),
        ("en", "kept for people who need an accessible workstation"),
    ] {
        let told = find(&world, request.clone(), language).await;
        assert_eq!(told.obstacles[0].code, "SEATS_KEPT");
        assert!(told.text.contains(words), "{}", told.text);
    }
    let needs = pb::FindSeatsRequest {
        accessible: true,
        ..request
    };
    let found = find(&world, needs, "en").await;
    assert_eq!(found.suggestions[0].session, session);
}
