//! Rooms, their timetables, and the plan of sessions changed under way.

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::clock::to_pb;
use futures_util::future::join_all;
use proto::testing::v1 as pb;
use proto::testing::v1::quota::Kind;
use proto::testing::v1::rooms_client::RoomsClient;
use proto::testing::v1::test_centers_client::TestCentersClient;

use crate::seats::{DAY, quota, room};
use crate::world::{World, reason, refused, text, told_with, wrong};

async fn update_room(
    world: &World,
    room: pb::Room,
    paths: &[&str],
) -> crate::world::Answer<pb::Room> {
    let request = pb::UpdateRoomRequest {
        room: Some(room),
        update_mask: Some(prost_types::FieldMask {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }),
        request_id: world.request(),
    };
    let mut rooms = RoomsClient::new(world.as_desk());
    rooms
        .update_room(request)
        .await
        .map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_room_has_seats_some_of_them_accessible_and_marks_each_once() {
    let world = World::new().await;
    let center = world.center().await.name;
    let made = world.room(&center, 30, 2).await;
    assert!(made.name.starts_with(&center));
    assert_eq!(made.equipment, ["camera", "headphones"]);
    let mut anyone = RoomsClient::new(world.as_person(1));
    let shown = anyone
        .get_room(pb::GetRoomRequest {
            name: made.name.clone(),
        })
        .await;
    assert_eq!(shown.expect("the room").into_inner(), made);
    world.pass(1);
    let second = world.room(&center, 5, 0).await;
    let list = pb::ListRoomsRequest {
        parent: center.clone(),
        page_size: 1,
        ..Default::default()
    };
    let first = anyone.list_rooms(list.clone()).await.expect("a page");
    assert_eq!(first.get_ref().rooms, std::slice::from_ref(&made));
    let list = pb::ListRoomsRequest {
        page_token: first.into_inner().next_page_token,
        ..list
    };
    let last = anyone.list_rooms(list).await.expect("a page").into_inner();
    assert_eq!(
        (last.rooms, last.next_page_token),
        (vec![second], String::new())
    );

    let bad = pb::CreateRoomRequest {
        parent: "testCenters/1".into(),
        room: Some(pb::Room {
            title: None,
            seats: 3,
            accessible_seats: 4,
            equipment: vec!["a b".into()],
            ..Default::default()
        }),
        request_id: world.request(),
    };
    let bad = RoomsClient::new(world.as_desk()).create_room(bad).await;
    assert_eq!(
        wrong(bad),
        [
            "parent INVALID_NAME",
            "room.title REQUIRED",
            "room.accessible_seats OVER_ROOM_SEATS",
            "room.equipment[0] INVALID_FORMAT",
        ]
    );
    let not_desk = pb::CreateRoomRequest {
        parent: center,
        room: Some(room(1, 0)),
        request_id: world.request(),
    };
    refused(anyone.create_room(not_desk).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn two_sessions_never_meet_in_a_room_and_extra_time_counts() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 2).await.name;
    let there = |minutes, extra| {
        let hall = hall.clone();
        world.session_at(&stage, &center, minutes, 10, move |session| {
            session.room = hall;
            session.extra_time_percent = extra;
        })
    };
    let first = there(DAY, 50).await.expect("a session");
    // 90 minutes and half as much again: the room is taken until 135 minutes after the start.
    let early = refused(there(DAY + 130, 0).await, "ROOM_TAKEN");
    assert_eq!(told_with(&early, "session"), first.name);
    assert_eq!(told_with(&early, "end_time"), "2026-06-02T12:15:00+05:00");
    refused(there(DAY - 85, 0).await, "ROOM_TAKEN");
    let after = there(DAY + 135, 0).await.expect("right after it");
    let before = there(DAY - 90, 0).await.expect("right before it");

    let list = |earliest: Option<i64>| {
        let mut rooms = RoomsClient::new(world.as_desk());
        let request = pb::ListRoomSlotsRequest {
            parent: hall.clone(),
            earliest_end_time: earliest.map(|minutes| to_pb(world.at(minutes))),
            ..Default::default()
        };
        async move {
            rooms
                .list_room_slots(request)
                .await
                .expect("slots")
                .into_inner()
        }
    };
    let names = |slots: &[pb::RoomSlot]| -> Vec<String> {
        slots.iter().map(|slot| slot.session.clone()).collect()
    };
    let all = list(None).await.slots;
    assert_eq!(
        names(&all),
        [before.name, first.name.clone(), after.name.clone()]
    );
    assert_eq!(all[1].end_time, Some(to_pb(world.at(DAY + 135))));
    // With its extra time the first one is not over yet.
    assert_eq!(
        names(&list(Some(DAY + 134)).await.slots),
        [first.name, after.name.clone()]
    );
    assert_eq!(names(&list(Some(DAY + 135)).await.slots), [after.name]);
}

#[tokio::test]
async fn a_session_fits_its_room() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 2).await.name;
    let bad = world.session_at(&stage, &center, DAY + 2, 31, |session| {
        session.room = hall.clone();
        session.quotas = vec![quota("a", Kind::AccessibleWorkstation, "", 3)];
    });
    assert_eq!(
        wrong(bad.await),
        [
            "session.capacity OVER_ROOM_SEATS",
            "session.quotas[0].size OVER_ROOM_SEATS",
            "session.start_time OFF_GRID",
            "session.end_time OFF_GRID",
        ]
    );
    let elsewhere = world.center().await.name;
    let bad = world.session_at(&stage, &elsewhere, DAY, 3, |session| {
        session.room = hall.clone();
    });
    assert_eq!(wrong(bad.await), ["session.room OTHER_CENTER"]);
    let nowhere = format!("{center}/rooms/{}", uuid::Uuid::nil());
    let bad = world.session_at(&stage, &center, DAY, 3, |session| session.room = nowhere);
    refused(bad.await, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_sessions_for_one_room_at_one_time_become_one() {
    let world = Arc::new(World::new().await);
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 0).await.name;
    let calls = (0..50).map(|number: i64| {
        let (world, stage, center) = (world.clone(), stage.clone(), center.clone());
        let hall = hall.clone();
        tokio::spawn(async move {
            // Shifted against each other: all of them meet at two o'clock.
            let minutes = DAY + 5 * (number % 18);
            let made = world.session_at(&stage, &center, minutes, 10, |it| it.room = hall);
            made.await
        })
    });
    let answers = join_all(calls).await.into_iter();
    let answers: Vec<_> = answers.map(|it| it.expect("no panic")).collect();
    let reasons: BTreeSet<String> = answers
        .iter()
        .filter_map(|it| it.as_ref().err().map(reason))
        .collect();
    assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(reasons, BTreeSet::from(["ROOM_TAKEN".to_owned()]));
    assert_eq!(world.count("test_sessions").await, 1);
    assert_eq!(world.count("room_slots").await, 18);
}

#[tokio::test]
async fn neither_a_room_nor_a_session_becomes_smaller_than_what_is_taken() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 2).await;
    let quotas = vec![quota("kazakh", Kind::LanguageForm, "kk", 10)];
    let made = world.session_at(&stage, &center, 3 * DAY, 20, |session| {
        session.room = hall.name.clone();
        session.quotas = quotas;
    });
    let session = made.await.expect("a session");
    let smaller = pb::Room {
        seats: 19,
        ..hall.clone()
    };
    let refusal = refused(
        update_room(&world, smaller, &["seats"]).await,
        "ROOM_IN_USE",
    );
    assert_eq!(told_with(&refusal, "session"), session.name);
    let smaller = pb::Room {
        seats: 20,
        ..hall.clone()
    };
    let saved = update_room(&world, smaller.clone(), &["seats"]).await;
    assert_eq!(saved.expect("a room").seats, 20);
    refused(update_room(&world, smaller, &["seats"]).await, "STALE_ETAG");

    for number in 1..=3 {
        world.accept(number).await;
        world.book(number, &session.name).await;
    }
    let with = |change: fn(&mut pb::TestSession)| {
        let mut session = session.clone();
        change(&mut session);
        session
    };
    let few = with(|it| it.capacity = 2);
    // The quota is as large as before: smaller than the capacity it has to become, too.
    let few = pb::TestSession {
        quotas: vec![quota("kazakh", Kind::LanguageForm, "kk", 2)],
        ..few
    };
    let refusal = refused(
        world.update_session(few, &["capacity", "quotas"]).await,
        "SEATS_TAKEN",
    );
    assert_eq!(told_with(&refusal, "taken"), "3");
    let few = with(|it| it.quotas[0].size = 2);
    let refusal = refused(world.update_session(few, &["quotas"]).await, "SEATS_TAKEN");
    assert_eq!(told_with(&refusal, "quota"), "kazakh");
    let none = with(|it| it.quotas.clear());
    refused(world.update_session(none, &["quotas"]).await, "SEATS_TAKEN");
    let elsewhere = with(|it| it.room.clear());
    refused(
        world.update_session(elsewhere, &["room"]).await,
        "SESSION_HAS_BOOKINGS",
    );
    let more = with(|it| {
        it.capacity = 4;
        it.quotas[0].size = 3;
        it.check_in_required = true;
    });
    let saved = world
        .update_session(more.clone(), &["capacity", "quotas", "check_in_required"])
        .await
        .expect("a session");
    assert_eq!((saved.capacity, saved.seats_left), (4, 1));
    assert_eq!((saved.quotas[0].size, saved.quotas[0].seats_left), (3, 0));
    assert!(saved.check_in_required && saved.etag != session.etag);
    refused(
        world.update_session(more, &["capacity"]).await,
        "STALE_ETAG",
    );
    world.quotas_add_up().await;
}

#[tokio::test]
async fn a_session_nobody_booked_is_planned_anew() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 0).await.name;
    let there = |minutes| {
        let hall = hall.clone();
        world.session_at(&stage, &center, minutes, 10, |it| it.room = hall)
    };
    let session = there(DAY).await.expect("a session");
    let other = there(DAY + 90).await.expect("another");
    let moved = |minutes: i64| pb::TestSession {
        start_time: Some(to_pb(world.at(minutes))),
        end_time: Some(to_pb(world.at(minutes + 90))),
        etag: String::new(),
        ..session.clone()
    };
    let times = ["start_time", "end_time"];
    refused(
        world.update_session(moved(DAY + 5), &times).await,
        "ROOM_TAKEN",
    );
    assert_eq!(world.count("room_slots").await, 36);
    let saved = world.update_session(moved(DAY - 5), &times).await;
    assert_eq!(
        saved.expect("a session").start_time,
        moved(DAY - 5).start_time
    );
    let wrong_times = world.update_session(moved(-5), &times).await;
    assert_eq!(wrong(wrong_times), ["session.start_time TIME_IN_PAST"]);
    let strange = world.update_session(session.clone(), &["seats_left"]).await;
    assert_eq!(wrong(strange), ["update_mask INVALID_UPDATE_MASK"]);
    // Seats that are taken and given back don't change the plan, nor its etag.
    world.accept(1).await;
    let held = world.hold(1, &other.name).await.expect("a seat");
    world.cancel(1, &held.name).await.expect("given up");
    assert_eq!(world.get_session(&other.name).await.etag, other.etag);
    let begun = pb::TestSession {
        capacity: 11,
        ..other.clone()
    };
    world.pass(DAY + 90);
    refused(
        world.update_session(begun, &["capacity"]).await,
        "SESSION_STARTED",
    );
}

#[tokio::test]
async fn a_centre_is_renamed_with_its_newest_etag_only() {
    let world = World::new().await;
    let center = world.center().await;
    let mut centers = TestCentersClient::new(world.as_desk());
    let mut update = pb::UpdateTestCenterRequest {
        test_center: Some(pb::TestCenter {
            title: text("New"),
            address: None,
            time_zone: "Asia/Astana".into(),
            ..center.clone()
        }),
        update_mask: None,
        request_id: world.request(),
    };
    assert_eq!(
        wrong(centers.update_test_center(update.clone()).await),
        [
            "test_center.address REQUIRED",
            "test_center.time_zone TIME_ZONE_UNKNOWN"
        ]
    );
    update.update_mask = Some(prost_types::FieldMask {
        paths: vec!["title".into()],
    });
    update.request_id = world.request();
    let saved = centers.update_test_center(update.clone()).await;
    let saved = saved.expect("a centre").into_inner();
    assert_eq!((saved.title, saved.address), (text("New"), center.address));
    update.request_id = world.request();
    let stale = refused(centers.update_test_center(update).await, "STALE_ETAG");
    assert_eq!(told_with(&stale, "current_etag"), saved.etag);
}
