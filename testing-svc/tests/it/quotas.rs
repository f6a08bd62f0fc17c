//! Several limits at once inside a session's capacity.

use proto::testing::v1 as pb;
use proto::testing::v1::booking::State;
use proto::testing::v1::quota::Kind;
use proto::wire::v1::Language;

use crate::seats::{DAY, quota};
use crate::world::{World, refused, told_with, wrong};

fn forms() -> Vec<pb::Quota> {
    vec![
        quota("kazakh", Kind::LanguageForm, "kk", 2),
        quota("russian", Kind::LanguageForm, "ru", 1),
        quota("wide", Kind::AccessibleWorkstation, "", 1),
    ]
}

#[tokio::test]
async fn a_booking_takes_one_of_each_quota_it_needs_and_gives_all_back() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 3, &forms()).await;
    for number in 1..=3 {
        world.accept(number).await;
    }
    let kazakh_accessible = |it: &mut pb::Booking| {
        it.language = Language::Kk.into();
        it.accessible = true;
    };
    let held = world
        .hold_as(1, &session.name, kazakh_accessible)
        .await
        .expect("a seat");
    assert!(held.accessible && held.language() == Language::Kk);
    // 90 minutes and half as much again.
    assert_eq!(held.extra_time_percent, 50);
    let length = |it: &pb::Booking| {
        let (start, end) = (
            it.start_time.expect("a start"),
            it.end_time.expect("an end"),
        );
        (end.seconds - start.seconds) / 60
    };
    assert_eq!(length(&held), 135);
    let left = |session: &pb::TestSession| -> Vec<i32> {
        session.quotas.iter().map(|it| it.seats_left).collect()
    };
    let shown = world.get_session(&session.name).await;
    assert_eq!((shown.seats_left, left(&shown)), (2, vec![1, 1, 0]));
    let full = world.hold_as(2, &session.name, kazakh_accessible).await;
    let refusal = refused(full, "QUOTA_FULL");
    assert_eq!(told_with(&refusal, "quota"), "wide");
    // What could not be had whole was not had in part.
    assert_eq!(left(&world.get_session(&session.name).await), [1, 1, 0]);
    let russian = |it: &mut pb::Booking| it.language = Language::Ru.into();
    let second = world.hold_as(2, &session.name, russian).await;
    assert_eq!(length(&second.expect("a seat")), 90);
    world.quotas_add_up().await;

    // The desk sees how long, and not why.
    let mut desk = world.desk_bookings();
    let seen = desk
        .get_booking(pb::GetBookingRequest {
            name: held.name.clone(),
        })
        .await;
    let seen = seen.expect("a booking").into_inner();
    assert_eq!((seen.accessible, seen.extra_time_percent), (false, 50));

    world.cancel(1, &held.name).await.expect("given up");
    assert_eq!(left(&world.get_session(&session.name).await), [2, 0, 1]);
    // An expired hold holds no quota, whether or not it has been swept up.
    world.pass(10);
    let shown = world.get_session(&session.name).await;
    assert_eq!((shown.seats_left, left(&shown)), (3, vec![2, 1, 1]));
    let again = world.hold_as(3, &session.name, russian).await;
    again.expect("the seat of the expired hold");
    world.quotas_add_up().await;
}

#[tokio::test]
async fn a_sort_of_seat_that_is_not_there_is_named_field_by_field() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 3, &forms()).await;
    world.accept(1).await;
    let strange = world.hold_as(1, &session.name, |it| {
        it.seat_class = "balcony".into();
        it.subject = "law".into();
    });
    assert_eq!(
        wrong(strange.await),
        [
            "booking.seat_class QUOTA_UNKNOWN",
            "booking.language REQUIRED",
            "booking.subject QUOTA_UNKNOWN",
        ]
    );
    let malformed = world.hold_as(1, &session.name, |it| {
        it.seat_class = "a b".into();
        it.language = 9;
    });
    assert_eq!(
        wrong(malformed.await),
        [
            "booking.seat_class INVALID_FORMAT",
            "booking.language UNKNOWN_VALUE",
        ]
    );
    let center = world.center().await.name;
    let bad = world.session_at(&stage, &center, DAY, 2, |session| {
        session.quotas = vec![
            quota("a", Kind::LanguageForm, "kk", 3),
            quota("a", Kind::LanguageForm, "kk", 1),
            quota("b", Kind::Unspecified, "", 1),
        ];
        session.extra_time_percent = 101;
    });
    assert_eq!(
        wrong(bad.await),
        [
            "session.extra_time_percent OUT_OF_RANGE",
            "session.quotas[2].kind REQUIRED",
        ]
    );
    let bad = world.session_at(&stage, &center, DAY, 2, |session| {
        session.quotas = vec![
            quota("a", Kind::LanguageForm, "kk", 3),
            quota("a", Kind::LanguageForm, "kk", 1),
        ];
    });
    assert_eq!(
        wrong(bad.await),
        [
            "session.quotas[0].size OVER_CAPACITY",
            "session.quotas[1].id QUOTA_REPEATED",
            "session.quotas[1].value QUOTA_REPEATED",
        ]
    );
}

#[tokio::test]
async fn a_move_takes_the_quotas_there_before_it_gives_those_here_back() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let here = world.session_with(&stage, 3 * DAY, 3, &forms()).await;
    let full = vec![quota("kazakh", Kind::LanguageForm, "kk", 0)];
    let full = world.session_with(&stage, 4 * DAY, 3, &full).await;
    let there = vec![
        quota("computer", Kind::SeatClass, "computer", 1),
        quota("desk", Kind::SeatClass, "desk", 1),
        quota("wide", Kind::AccessibleWorkstation, "", 1),
    ];
    let there = world.session_with(&stage, 5 * DAY, 3, &there).await;
    world.accept(1).await;
    let held = world.hold_as(1, &here.name, |it| {
        it.language = Language::Kk.into();
        it.accessible = true;
    });
    let name = held.await.expect("a seat").name;
    let booked = world.confirm(1, &name).await.expect("a booking");
    // The accessible workstation is needed there, too.
    let refused_there = world.move_to(1, &name, &full.name).await;
    assert_eq!(wrong(refused_there), ["accessible QUOTA_UNKNOWN"]);
    let unsaid = world.move_to(1, &name, &there.name).await;
    assert_eq!(wrong(unsaid), ["seat_class REQUIRED"]);
    assert_eq!(
        world.get_booking(1, &name).await.expect("as it was"),
        booked
    );
    let request = pb::MoveBookingRequest {
        name: name.clone(),
        session: there.name.clone(),
        seat_class: "desk".into(),
        request_id: world.request(),
        ..Default::default()
    };
    let moved = world.bookings(1).move_booking(request).await;
    let moved = moved.expect("moved").into_inner();
    assert_eq!(
        (moved.seat_class.as_str(), moved.accessible),
        ("desk", true)
    );
    let left = world.get_session(&here.name).await;
    assert!(left.quotas.iter().all(|it| it.seats_left == it.size));
    world.quotas_add_up().await;
}

#[tokio::test]
async fn the_tables_themselves_refuse_a_seat_too_many_and_one_too_few() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    world.session_with(&stage, 3 * DAY, 3, &forms()).await;
    for taken in ["size + 1", "-1"] {
        let tx = world.data.db.begin().await.expect("a transaction");
        let sql = format!("UPDATE session_quotas SET taken = {taken}");
        assert!(chassis::database::execute(&tx, &sql, []).await.is_err());
    }
}

#[tokio::test]
async fn a_sitting_lasts_as_long_as_the_extra_time() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, DAY, 3, &forms()).await;
    let mut names = Vec::new();
    for number in 1..=2 {
        world.accept(number).await;
        let held = world.hold_as(number, &session.name, |it| {
            it.language = Language::Kk.into();
            it.accessible = number == 1;
        });
        let held = held.await.expect("a seat").name;
        names.push(world.confirm(number, &held).await.expect("booked").name);
    }
    world.pass(DAY);
    for (number, name) in (1..=2).zip(&names) {
        world.start(number, name).await.expect("started");
    }
    let states = || async {
        world.run("finished_attempts").await;
        let first = world.get_booking(1, &names[0]).await.expect("a booking");
        let second = world.get_booking(2, &names[1]).await.expect("a booking");
        (first.state(), second.state())
    };
    world.pass(90);
    assert_eq!(states().await, (State::Started, State::Completed));
    world.pass(44);
    assert_eq!(states().await, (State::Started, State::Completed));
    world.pass(1);
    assert_eq!(states().await, (State::Completed, State::Completed));
}
