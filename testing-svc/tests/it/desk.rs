//! What the exam desk notes on the day: there, not there, and its mistakes taken back.

use prost::Message as _;
use proto::events::v1::BookingMissed;
use proto::testing::v1 as pb;
use proto::testing::v1::booking::{Action, State};

use crate::seats::DAY;
use crate::world::{Answer, World, person_name, refused, told_with};

async fn undo_check_in(world: &World, name: &str, request_id: &str) -> Answer<pb::Booking> {
    let request = pb::UndoCheckInRequest {
        name: name.into(),
        etag: String::new(),
        request_id: request_id.into(),
    };
    let mut desk = world.desk_bookings();
    desk.undo_check_in(request)
        .await
        .map(tonic::Response::into_inner)
}

async fn mark(world: &World, name: &str) -> Answer<pb::Booking> {
    let request = pb::MarkNoShowRequest {
        name: name.into(),
        etag: String::new(),
        request_id: world.request(),
    };
    let mut desk = world.desk_bookings();
    desk.mark_no_show(request)
        .await
        .map(tonic::Response::into_inner)
}

pub async fn undo(world: &World, name: &str) -> Answer<pb::Booking> {
    let request = pb::UndoNoShowRequest {
        name: name.into(),
        etag: String::new(),
        request_id: world.request(),
    };
    let mut desk = world.desk_bookings();
    desk.undo_no_show(request)
        .await
        .map(tonic::Response::into_inner)
}

async fn missed(world: &World) -> Vec<BookingMissed> {
    let told = world.told().await.into_iter();
    told.filter(|(kind, _)| kind == "BookingMissed")
        .map(|(_, payload)| BookingMissed::decode(payload.as_slice()).expect("an event"))
        .collect()
}

#[tokio::test]
async fn a_check_in_is_taken_back_and_a_repeat_of_that_is_safe() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, DAY, 2).await.name;
    world.accept(1).await;
    let name = world.book(1, &session).await.name;
    world.check_in(&name).await.expect("checked in");
    let request_id = world.request();
    let undone = undo_check_in(&world, &name, &request_id).await;
    let undone = undone.expect("taken back");
    assert_eq!(undone.state(), State::Booked);
    let again = undo_check_in(&world, &name, &request_id).await;
    assert_eq!(again.expect("the same"), undone);
    let nothing = undo_check_in(&world, &name, &world.request()).await;
    assert_eq!(nothing.expect("no change").etag, undone.etag);
    assert_eq!(world.count("audit WHERE action = 'UndoCheckIn'").await, 1);
}

#[tokio::test]
async fn who_did_not_come_is_noted_from_the_start_on_and_can_come_after_all() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, DAY, 2).await.name;
    world.accept(1).await;
    let name = world.book(1, &session).await.name;
    let early = refused(mark(&world, &name).await, "SESSION_NOT_STARTED");
    assert_eq!(told_with(&early, "start_time"), "2026-06-02T10:00:00+05:00");
    world.pass(DAY);
    let marked = mark(&world, &name).await.expect("noted");
    assert_eq!(marked.state(), State::NoShow);
    let actions: Vec<Action> = marked.allowed_actions().collect();
    assert_eq!(actions, [Action::UndoNoShow]);
    assert_eq!(missed(&world).await.len(), 1);
    assert_eq!(missed(&world).await[0].account, person_name(1));
    refused(world.start(1, &name).await, "START_TOO_LATE");

    // Long after the window of all others closed.
    world.pass(60);
    let back = undo(&world, &name).await.expect("taken back");
    assert_eq!(back.state(), State::CheckedIn);
    world.pass(14);
    world.run("missed_bookings").await;
    world.start(1, &name).await.expect("started");
    assert_eq!(missed(&world).await.len(), 1);
}

#[tokio::test]
async fn a_no_show_stays_one_when_the_session_is_over_or_another_seat_was_taken() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, DAY, 2).await.name;
    let later = world.session(&stage, 3 * DAY, 2).await.name;
    for number in 1..=2 {
        world.accept(number).await;
    }
    let first = world.book(1, &session).await.name;
    let second = world.book(2, &session).await.name;
    world.pass(DAY + 15);
    world.run("missed_bookings").await;
    assert_eq!(missed(&world).await.len(), 2);
    let other = world.book(1, &later).await.name;
    let refusal = refused(undo(&world, &first).await, "STAGE_ALREADY_BOOKED");
    assert_eq!(told_with(&refusal, "booking"), other);
    // Back, and then not come again: the job notes it a second time.
    undo(&world, &second).await.expect("taken back");
    world.pass(15);
    world.run("missed_bookings").await;
    assert_eq!(missed(&world).await.len(), 3);
    world.pass(60);
    let late = refused(undo(&world, &second).await, "UNDO_TOO_LATE");
    assert_eq!(
        told_with(&late, "undo_expire_time"),
        "2026-06-02T11:30:00+05:00"
    );
    world.quotas_add_up().await;
}

#[tokio::test]
async fn only_the_desk_notes_who_came() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, DAY, 2).await.name;
    world.accept(1).await;
    let name = world.book(1, &session).await.name;
    let request = pb::MarkNoShowRequest {
        name: name.clone(),
        etag: String::new(),
        request_id: world.request(),
    };
    refused(world.bookings(1).mark_no_show(request).await, "NOT_ALLOWED");
    let stale = pb::MarkNoShowRequest {
        name,
        etag: "v1".into(),
        request_id: world.request(),
    };
    let mut desk = world.desk_bookings();
    refused(desk.mark_no_show(stale).await, "STALE_ETAG");
}
