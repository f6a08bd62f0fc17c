//! Reminders before a booked time: each once, whatever happens to the job.

use jiff::SignedDuration;
use prost::Message as _;
use proto::events::v1::BookingReminderDue;

use crate::seats::DAY;
use crate::world::World;

async fn reminded(world: &World) -> Vec<String> {
    let told = world.told().await.into_iter();
    told.filter(|(kind, _)| kind == "BookingReminderDue")
        .map(|(_, payload)| BookingReminderDue::decode(payload.as_slice()).expect("an event"))
        .map(|event| event.booking)
        .collect()
}

#[tokio::test]
async fn a_day_and_two_hours_before_people_are_reminded_once_each() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 5).await.name;
    for number in 1..=2 {
        world.accept(number).await;
    }
    let name = world.book(1, &session).await.name;
    world
        .hold(2, &session)
        .await
        .expect("a hold, which is no booking");
    world.pass(2 * DAY - 1);
    world.run("reminders").await;
    assert_eq!(reminded(&world).await, Vec::<String>::new());
    world.pass(1);
    world.run("reminders").await;
    world.run("reminders").await;
    assert_eq!(reminded(&world).await, std::slice::from_ref(&name));
    world.pass(22 * 60);
    world.run("reminders").await;
    world.run("reminders").await;
    assert_eq!(reminded(&world).await, [name.clone(), name]);
}

#[tokio::test]
async fn two_reminders_that_are_late_together_are_told_as_one() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 5).await.name;
    world.accept(1).await;
    let name = world.book(1, &session).await.name;
    world.pass(3 * DAY - 60);
    world.run("reminders").await;
    world.run("reminders").await;
    assert_eq!(reminded(&world).await, [name]);
    assert_eq!(world.count("reminders").await, 2);
}

#[tokio::test]
async fn who_booked_later_than_the_reminder_or_cancelled_gets_none_and_who_moved_a_new_one() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let soon = world.session(&stage, 3 * 60, 5).await.name;
    let first = world.session(&stage, 5 * DAY, 5).await.name;
    let second = world.session(&stage, 9 * DAY, 5).await.name;
    for number in 1..=3 {
        world.accept(number).await;
    }
    let late = world.book(1, &soon).await.name;
    let moved = world.book(2, &first).await.name;
    let cancelled = world.book(3, &first).await.name;
    world.run("reminders").await;
    assert_eq!(reminded(&world).await, Vec::<String>::new());
    world.pass(60);
    world.run("reminders").await;
    assert_eq!(reminded(&world).await, std::slice::from_ref(&late));
    world.cancel(3, &cancelled).await.expect("cancelled");
    world.move_to(2, &moved, &second).await.expect("moved");
    world.pass(4 * DAY);
    world.run("reminders").await;
    assert_eq!(reminded(&world).await.len(), 1);
    world.pass(4 * DAY);
    world.run("reminders").await;
    assert_eq!(reminded(&world).await, [late, moved]);
}

#[tokio::test]
async fn the_times_are_a_setting() {
    let three_days = SignedDuration::from_hours(72);
    let world = World::with(|config| config.reminders = vec![three_days]).await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 4 * DAY, 5).await.name;
    world.accept(1).await;
    world.book(1, &session).await;
    world.pass(DAY);
    world.run("reminders").await;
    assert_eq!(reminded(&world).await.len(), 1);
    world.pass(2 * DAY);
    world.run("reminders").await;
    assert_eq!(reminded(&world).await.len(), 1);
}
