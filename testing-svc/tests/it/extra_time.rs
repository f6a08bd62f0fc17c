//! Who has extra time sits longer than the session, and who comes after all is still expected.

use proto::testing::v1 as pb;
use proto::testing::v1::attempt::State;
use proto::testing::v1::quota::Kind;

use crate::desk::undo;
use crate::outcome::scored;
use crate::seats::{DAY, quota};
use crate::sittings::get;
use crate::world::{World, refused, told_with};

/// A session of 90 minutes, half as long again at its accessible workstations.
async fn session(world: &World, stage: &str, days: i64) -> pb::TestSession {
    let workstations = [quota("accessible", Kind::AccessibleWorkstation, "", 2)];
    world
        .session_with(stage, days * DAY, 4, &workstations)
        .await
}

/// Booked by a person at an accessible workstation.
async fn book(world: &World, number: u128, session: &str) -> pb::Booking {
    let held = world.hold_as(number, session, |sort| sort.accessible = true);
    let name = held.await.expect("a seat").name;
    world.confirm(number, &name).await.expect("a booking")
}

/// How many bookings may be sat so many minutes beyond their session.
async fn beyond(world: &World, minutes: i64) -> i64 {
    let of = format!("bookings WHERE extra_us = {}", minutes * 60_000_000);
    world.count(&of).await
}

#[tokio::test]
async fn who_has_extra_time_sits_on_at_the_end_of_the_session_and_is_waited_for() {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2], "A").await;
    let session = session(&world, &stage, 1).await.name;
    let longer = book(&world, 1, &session).await.name;
    let usual = world.book(2, &session).await.name;
    world.pass(DAY);
    let longer = world.start(1, &longer).await.expect("started").name;
    let usual = world.start(2, &usual).await.expect("started").name;

    world.pass(90);
    let seen = world.preview(&stage).await.expect("a preview");
    assert_eq!((seen.unfinished_count, seen.publishable), (1, false));
    world.run("finished_attempts").await;
    assert_eq!(world.count("attempts WHERE state = 'FINISHED'").await, 1);
    assert_eq!(get(&world, &usual).await.state(), State::Finished);
    assert_eq!(get(&world, &longer).await.state(), State::Authorized);
    world.import(&stage, &[(2, "5")]).await.expect("imported");
    let running = refused(world.publish(&stage).await, "ATTEMPTS_UNFINISHED");
    assert_eq!(told_with(&running, "count"), "1");
    assert_eq!(
        told_with(&running, "candidate_number"),
        world.number(1).await
    );

    world.pass(44);
    world.run("finished_attempts").await;
    assert_eq!(get(&world, &longer).await.state(), State::Authorized);
    world.pass(1);
    let seen = world.preview(&stage).await.expect("a preview");
    assert_eq!((seen.unfinished_count, seen.missing_count), (0, 1));
    world.run("finished_attempts").await;
    assert_eq!(world.count("attempts WHERE state = 'FINISHED'").await, 2);
    let finished = get(&world, &longer).await;
    assert_eq!(finished.finish_time, world.in_minutes(0));
}

#[tokio::test]
async fn extra_time_goes_with_the_booking_and_with_the_plan_of_its_session() {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2], "A").await;
    let first = session(&world, &stage, 10).await;
    let second = session(&world, &stage, 11).await;
    let booking = book(&world, 1, &first.name).await.name;
    world.book(2, &first.name).await;
    assert_eq!((beyond(&world, 45).await, beyond(&world, 0).await), (1, 1));

    let longer = pb::TestSession {
        extra_time_percent: 100,
        ..first
    };
    let updated = world.update_session(longer, &["extra_time_percent"]).await;
    updated.expect("updated");
    assert_eq!((beyond(&world, 90).await, beyond(&world, 0).await), (1, 1));
    let moved = world.move_to(1, &booking, &second.name).await;
    moved.expect("moved");
    assert_eq!((beyond(&world, 45).await, beyond(&world, 0).await), (1, 1));
    let none = pb::TestSession {
        extra_time_percent: 0,
        ..second
    };
    let updated = world.update_session(none, &["extra_time_percent"]).await;
    updated.expect("updated");
    assert_eq!(beyond(&world, 0).await, 2);
}

#[tokio::test]
async fn who_comes_after_all_is_waited_for_as_long_as_they_may_start() {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1], "A").await;
    let session = world.session(&stage, DAY, 2).await.name;
    let name = world.book(1, &session).await.name;
    world.pass(DAY + 15);
    world.run("missed_bookings").await;
    let seen = world.preview(&stage).await.expect("a preview");
    assert_eq!((seen.ahead_count, seen.absent_count), (0, 1));

    undo(&world, &name).await.expect("taken back");
    world.pass(14);
    let seen = world.preview(&stage).await.expect("a preview");
    assert_eq!((seen.ahead_count, seen.absent_count), (1, 0));
    let ahead = refused(world.publish(&stage).await, "SITTINGS_AHEAD");
    assert_eq!(told_with(&ahead, "candidate_number"), world.number(1).await);
    world.pass(1);
    let seen = world.preview(&stage).await.expect("a preview");
    assert_eq!((seen.ahead_count, seen.absent_count), (0, 1));
}
