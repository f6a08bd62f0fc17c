//! Permits: the sheet that its person comes with, and nobody else has.

use chassis::client::Connection;
use proto::events::v1::SeatNeeds;
use proto::testing::v1 as pb;
use proto::testing::v1::bookings_client::BookingsClient;
use proto::testing::v1::stages_client::StagesClient;
use proto::wire::v1::{Language, LocalizedText};

use crate::applied::{Applied, forms, needs};
use crate::seats::DAY;
use crate::world::{Answer, World, refused, stage, wrong};

async fn permit(caller: Connection, booking: &str) -> Answer<String> {
    let request = pb::DownloadPermitRequest {
        name: booking.into(),
        language: Language::Ru.into(),
    };
    let answer = BookingsClient::new(caller).download_permit(request).await;
    let mut stream = answer?.into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = stream.message().await? {
        assert_eq!(part.content_type, "application/pdf");
        bytes.extend(part.data);
    }
    let read = lopdf::Document::load_mem(&bytes).expect("a PDF");
    let text = read.extract_text(&[1]).expect("text");
    Ok(text.split_whitespace().collect())
}

#[tokio::test]
async fn a_permit_has_the_number_the_place_and_the_time_there_and_not_why() {
    let world = World::new().await;
    let note = "Приходите за полчаса.";
    let made = pb::CreateStageRequest {
        parent: crate::world::CAMPAIGN.into(),
        stage: Some(pb::Stage {
            permit_note: Some(LocalizedText {
                kk: note.into(),
                ru: note.into(),
                en: note.into(),
            }),
            ..stage(1)
        }),
        request_id: world.request(),
    };
    let made = StagesClient::new(world.as_desk()).create_stage(made).await;
    let stage = made.expect("a stage").into_inner();
    assert_eq!(stage.permit_note.as_ref().expect("a note").ru, note);
    let session = world.session_with(&stage.name, 3 * DAY, 6, &forms()).await;
    let by = Applied(1, 'a');
    let titled = SeatNeeds {
        subject_title: Some(LocalizedText {
            kk: "Физика".into(),
            ru: "Физика ru".into(),
            en: "Physics".into(),
        }),
        ..needs("PHYSICS", "kk", true)
    };
    world.takes_part(&by, titled).await;
    let held = world.hold(1, &session.name).await.expect("a seat").name;
    let early = permit(world.as_person(1), &held).await;
    refused(early, "BOOKING_NOT_CONFIRMED");
    world.confirm(1, &held).await.expect("a booking");
    let text = permit(world.as_person(1), &held).await.expect("a permit");
    let number = world.candidate(1).await.expect("a candidate");
    // Ninety minutes from 10:00 there, and half as long again.
    for words in [
        number.candidate_number.as_str(),
        "Stageru",
        "Centreru",
        "1AbaiAvenueru",
        "10:00–12:15",
        "Физикаru",
        "казахский",
        "Приходитезаполчаса.",
    ] {
        assert!(text.contains(words), "no {words} in {text}");
    }
    assert!(!text.contains("PHYSICS") && !text.to_lowercase().contains("зрени"));
    for other in [world.as_person(2), world.as_desk()] {
        refused(permit(other, &held).await, "NOT_FOUND");
    }
    // Of a seat that nobody may sit on there is none.
    world.apply(&by, 2, needs("HISTORY", "kk", true)).await;
    refused(permit(world.as_person(1), &held).await, "SEAT_UNFIT");
    world.cancel(1, &held).await.expect("given up");
    refused(permit(world.as_person(1), &held).await, "BOOKING_OVER");
    let strange = permit(world.as_person(1), "bookings/1").await;
    assert_eq!(wrong(strange), ["name INVALID_NAME"]);
}
