//! Applications of one person in one campaign, each taken back but the last. What is told of one application
//! comes in its order; what is told of another comes before, between or after, or at the same time. By the
//! last one the person takes part, whatever came first.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::applied::{Applied, forms, needs};
use crate::seats::DAY;
use crate::world::{World, refused};

/// What is told of an application.
#[derive(Debug, Clone, Copy)]
enum News {
    Submitted(i32),
    Accepted,
    Left,
}

use News::{Accepted, Left, Submitted};

type Story = &'static [News];

/// Of which application, by its place, and what.
type Order = Vec<(usize, News)>;

/// Every way in which the stories can be told through each other.
fn orders(stories: &[Story]) -> Vec<Order> {
    let mut all = Vec::new();
    for (at, story) in stories.iter().enumerate() {
        let Some((news, rest)) = story.split_first() else {
            continue;
        };
        let mut others = stories.to_vec();
        others[at] = rest;
        for mut order in orders(&others) {
            order.insert(0, (at, *news));
            all.push(order);
        }
    }
    if all.is_empty() {
        vec![Order::new()]
    } else {
        all
    }
}

#[test]
fn there_are_as_many_orders_as_there_should_be() {
    assert_eq!(orders(&[&[Accepted, Left], &[Accepted]]).len(), 3);
    assert_eq!(
        orders(&[&[Accepted, Left], &[Accepted, Left], &[Accepted]]).len(),
        30
    );
}

const LETTERS: [char; 3] = ['a', 'b', 'c'];

/// The last one asks for another subject than those before it.
async fn tell(world: &World, person: u128, of: usize, last: usize, news: News) {
    let by = Applied(person, LETTERS[of]);
    let subject = if of == last { "HISTORY" } else { "PHYSICS" };
    match news {
        Submitted(number) => {
            let needs = needs(subject, "kk", false);
            Box::pin(world.apply(&by, number, needs)).await;
        }
        Accepted => Box::pin(world.accept_application(&by)).await,
        Left => Box::pin(world.withdraw_application(&by)).await,
    }
}

/// The person books by the last application, and is out with it.
async fn takes_part_by(world: &World, person: u128, last: usize, session: &str, what: &str) {
    let held = world.hold(person, session).await;
    assert!(held.is_ok(), "{what}: {held:?}");
    assert_eq!(held.expect("a seat").subject, "HISTORY", "{what}");
    assert!(world.candidate(person).await.is_some(), "{what}");
    tell(world, person, last, last, Left).await;
    refused(world.hold(person, session).await, "NOT_ELIGIBLE");
}

async fn in_every_order(stories: &[Story]) {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    let last = stories.len() - 1;
    for (person, order) in (1..).zip(orders(stories)) {
        for (of, news) in &order {
            tell(&world, person, *of, last, *news).await;
        }
        let what = format!("{order:?}");
        Box::pin(takes_part_by(&world, person, last, &session, &what)).await;
    }
    assert_eq!(world.seats_left(&session).await, 6);
    world.quotas_add_up().await;
}

#[tokio::test]
async fn the_second_application_counts_in_whatever_order_the_two_are_told_of() {
    in_every_order(&[&[Submitted(1), Accepted, Left], &[Submitted(1), Accepted]]).await;
}

#[tokio::test]
async fn a_changed_application_counts_too_in_whatever_order_it_is_told_of() {
    let first: Story = &[Accepted, Submitted(2), Left];
    in_every_order(&[first, &[Submitted(1), Accepted, Submitted(2), Accepted]]).await;
}

#[tokio::test]
async fn the_third_application_counts_in_whatever_order_the_three_are_told_of() {
    in_every_order(&[
        &[Accepted, Left],
        &[Accepted, Left],
        &[Submitted(1), Accepted],
    ])
    .await;
}

const PEOPLE: u128 = 40;
const AT_ONCE: [Story; 3] = [
    &[Submitted(1), Accepted, Left],
    &[Submitted(1), Accepted, Left],
    &[Submitted(1), Accepted, Submitted(2)],
];

#[tokio::test(flavor = "multi_thread")]
async fn the_third_application_counts_when_all_are_told_of_at_the_same_moment() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    for person in 1..=PEOPLE {
        let told = AT_ONCE.into_iter().enumerate().map(|(of, story)| {
            let world = world.clone();
            tokio::spawn(async move {
                for news in story {
                    tell(&world, person, of, 2, *news).await;
                }
            })
        });
        for told in join_all(told.collect::<Vec<_>>()).await {
            told.expect("no panic");
        }
        Box::pin(takes_part_by(&world, person, 2, &session, "at once")).await;
    }
    assert_eq!(world.seats_left(&session).await, 6);
    world.quotas_add_up().await;
}
