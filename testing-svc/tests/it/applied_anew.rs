//! Who takes an application back and applies anew: the seat of the first is free once, and the second
//! books again, in whatever order the two are heard of.

use std::sync::Arc;

use futures_util::future::join_all;
use proto::testing::v1::booking::State;

use crate::applied::{Applied, forms, needs};
use crate::seats::DAY;
use crate::world::{World, reason, refused};

#[tokio::test]
async fn a_new_application_after_a_withdrawal_books_again() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    let (first, second) = (Applied(1, 'a'), Applied(1, 'b'));
    world.takes_part(&first, needs("PHYSICS", "kk", true)).await;
    let booked = world.book(1, &session).await.name;
    let number = world.candidate(1).await.expect("a candidate");
    world.withdraw_application(&first).await;
    assert_eq!(world.seats_left(&session).await, 6);
    refused(world.hold(1, &session).await, "NOT_ELIGIBLE");
    world
        .takes_part(&second, needs("HISTORY", "ru", false))
        .await;
    let again = world.book(1, &session).await;
    assert_eq!((&*again.subject, again.accessible), ("HISTORY", false));
    let shown = world.get_booking(1, &booked).await.expect("the first");
    assert_eq!(shown.state(), State::Cancelled);
    assert_eq!(shown.unfit_fields, Vec::<String>::new());
    let still = world.candidate(1).await.expect("a candidate");
    assert_eq!(still.candidate_number, number.candidate_number);
    world.quotas_add_up().await;
    // What is heard late of the first is about the first alone.
    world.withdraw_application(&first).await;
    world.accept_application(&first).await;
    let shown = world.get_booking(1, &again.name).await.expect("the second");
    assert_eq!(shown.state(), State::Booked);
    assert_eq!(world.seats_left(&session).await, 5);
}

#[tokio::test]
async fn an_acceptance_heard_before_the_end_of_the_first_application_waits_for_it() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    let (first, second) = (Applied(1, 'a'), Applied(1, 'b'));
    world.takes_part(&first, needs("PHYSICS", "kk", true)).await;
    world.book(1, &session).await;
    world
        .takes_part(&second, needs("HISTORY", "ru", false))
        .await;
    assert_eq!(world.seats_left(&session).await, 5);
    world.withdraw_application(&first).await;
    assert_eq!(world.seats_left(&session).await, 6);
    let again = world.book(1, &session).await;
    assert_eq!(again.subject, "HISTORY");
    world.quotas_add_up().await;
    // With the second the person is out, and no third was ever accepted.
    world.withdraw_application(&second).await;
    assert_eq!(world.seats_left(&session).await, 6);
    refused(world.hold(1, &session).await, "NOT_ELIGIBLE");
    assert_eq!(
        world.count("audit WHERE action = 'GrantEligibility'").await,
        2
    );
}

const PEOPLE: u128 = 18;

#[tokio::test(flavor = "multi_thread")]
async fn withdrawals_among_all_that_can_be_done_with_a_seat_free_each_once() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let mut plenty = forms();
    for quota in &mut plenty {
        quota.size = 40;
    }
    let session = world.session_with(&stage, 3 * DAY, 40, &plenty).await.name;
    let other = world.session_with(&stage, 4 * DAY, 40, &plenty).await.name;
    let mut seats = Vec::new();
    for number in 1..=PEOPLE {
        let sort = needs("PHYSICS", "kk", number % 2 == 0);
        world.takes_part(&Applied(number, 'a'), sort).await;
        let held = world.hold(number, &session).await.expect("a seat").name;
        if number % 3 > 0 {
            world.confirm(number, &held).await.expect("a booking");
        }
        seats.push((number, held));
    }
    let mut calls = Vec::new();
    for (number, name) in &seats {
        for what in 0..6 {
            let (world, name, number) = (world.clone(), name.clone(), *number);
            let other = other.clone();
            calls.push(tokio::spawn(async move {
                match what {
                    0 => {
                        world.withdraw_application(&Applied(number, 'a')).await;
                        Ok(())
                    }
                    1 => world.confirm(number, &name).await.map(drop),
                    2 => world.check_in(&name).await.map(drop),
                    3 => world.move_to(number, &name, &other).await.map(drop),
                    4 => world.cancel(number, &name).await.map(drop),
                    _ => {
                        let edit = needs("HISTORY", "ru", number % 4 == 0);
                        world.apply(&Applied(number, 'a'), 2, edit).await;
                        Ok(())
                    }
                }
            }));
        }
    }
    for answer in join_all(calls).await {
        if let Err(status) = answer.expect("no panic") {
            let known = [
                "NOT_ELIGIBLE",
                "BOOKING_OVER",
                "BOOKING_NOT_CONFIRMED",
                "CHANGE_TOO_LATE",
                "SEAT_UNFIT",
            ];
            assert!(known.contains(&&*reason(&status)), "{status:?}");
        }
    }
    for session in [&session, &other] {
        assert_eq!(world.seats_left(session).await, 40);
    }
    assert_eq!(world.count("bookings WHERE state = 'CANCELLED'").await, 18);
    world.quotas_add_up().await;
    // Applied anew, all at once, while the ends of the first are heard once more.
    let anew = (1..=PEOPLE).flat_map(|number| {
        let again = world.clone();
        let late = world.clone();
        let session = session.clone();
        [
            tokio::spawn(async move {
                let by = Applied(number, 'b');
                again.takes_part(&by, needs("HISTORY", "ru", false)).await;
                let held = again.hold(number, &session).await.expect("a seat");
                again.confirm(number, &held.name).await.expect("a booking");
            }),
            tokio::spawn(async move {
                late.withdraw_application(&Applied(number, 'a')).await;
            }),
        ]
    });
    for answer in join_all(anew.collect::<Vec<_>>()).await {
        answer.expect("no panic");
    }
    assert_eq!(world.seats_left(&session).await, 40 - 18);
    world.quotas_add_up().await;
}
