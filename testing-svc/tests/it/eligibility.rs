//! Who may book: with the acceptance of an application, until its withdrawal.

use proto::testing::v1::booking::State;

use crate::world::{World, refused};

#[tokio::test]
async fn acceptance_opens_the_first_stage_and_no_other() {
    let world = World::new().await;
    let first = world.stage(1).await.name;
    let second = world.stage(2).await.name;
    let day = 24 * 60;
    let session = world.session(&first, 3 * day, 5).await.name;
    let later = world.session(&second, 3 * day, 5).await.name;
    refused(world.hold(1, &session).await, "NOT_ELIGIBLE");
    world.accept(1).await;
    assert!(world.hold(1, &session).await.is_ok());
    refused(world.hold(1, &later).await, "NOT_ELIGIBLE");
    refused(world.hold(2, &session).await, "NOT_ELIGIBLE");
    assert_eq!(
        world.count("audit WHERE action = 'GrantEligibility'").await,
        1
    );
}

#[tokio::test]
async fn withdrawal_takes_it_away_and_gives_the_seats_to_others() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * 24 * 60, 2).await.name;
    for number in [1, 2] {
        world.accept(number).await;
    }
    let booked = world.book(1, &session).await;
    let held = world.hold(2, &session).await.expect("a seat");
    assert_eq!(world.seats_left(&session).await, 0);
    world.withdraw(1).await;
    world.withdraw(2).await;
    assert_eq!(world.seats_left(&session).await, 2);
    world.seats_add_up().await;
    for (number, name) in [(1, &booked.name), (2, &held.name)] {
        let shown = world.get_booking(number, name).await.expect("the booking");
        assert_eq!(shown.state(), State::Cancelled);
        refused(world.hold(number, &session).await, "NOT_ELIGIBLE");
    }
    // Only what was confirmed is news.
    assert_eq!(
        world.told_kinds().await,
        ["BookingConfirmed", "BookingCancelled"]
    );
}

#[tokio::test]
async fn a_withdrawal_stands_even_if_it_is_heard_before_the_acceptance() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * 24 * 60, 2).await.name;
    world.withdraw(1).await;
    world.accept(1).await;
    refused(world.hold(1, &session).await, "NOT_ELIGIBLE");
}

#[tokio::test]
async fn who_withdrew_can_neither_confirm_nor_move_nor_start() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * 24 * 60, 2).await.name;
    world.accept(1).await;
    let held = world.hold(1, &session).await.expect("a seat").name;
    world.withdraw(1).await;
    refused(world.confirm(1, &held).await, "NOT_ELIGIBLE");
    refused(world.start(1, &held).await, "NOT_ELIGIBLE");
    let other = world.session(&stage, 4 * 24 * 60, 2).await.name;
    refused(world.move_to(1, &held, &other).await, "NOT_ELIGIBLE");
}
