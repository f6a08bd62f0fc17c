//! Nobody takes a seat of a stage whose results are out.

use std::sync::Arc;

use futures_util::future::join_all;
use prost::Message as _;
use proto::events::v1::WaitingEnded;
use proto::testing::v1 as pb;
use proto::testing::v1::booking::Action;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::testing::v1::waitlist_entry::State as Place;

use crate::outcome::scored;
use crate::seats::DAY;
use crate::world::{World, person_name, reason, refused, told_with};

/// A stage that 1 and 2 sat, with their scores, and others who are in it too.
async fn sat(others: &[u128]) -> (World, String) {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2], "A").await;
    world.admit(others, "A").await;
    world.sit(&stage, &[1, 2]).await;
    let scores = [(1, "5"), (2, "4")];
    world.import(&stage, &scores).await.expect("imported");
    (world, stage)
}

#[tokio::test]
async fn after_the_publication_no_seat_is_held_confirmed_moved_to_or_waited_for() {
    let (world, stage) = sat(&[3, 4, 5]).await;
    let first = world.session(&stage, 10 * DAY, 2).await.name;
    let second = world.session(&stage, 11 * DAY, 2).await.name;
    let booked = world.book(3, &first).await.name;
    let held = world.hold(4, &second).await.expect("a seat").name;
    let absent = [(3, ""), (4, "")];
    world.import(&stage, &absent).await.expect("imported");
    let publication = world.publish(&stage).await.expect("published");

    let late = refused(world.confirm(4, &held).await, "STAGE_PUBLISHED");
    let told: jiff::Timestamp = told_with(&late, "publish_time").parse().expect("a time");
    let published = publication.publish_time.expect("a time");
    assert_eq!(told.as_second(), published.seconds);
    let moved = world.move_to(3, &booked, &second).await;
    refused(moved, "STAGE_PUBLISHED");
    refused(world.hold(5, &second).await, "STAGE_PUBLISHED");
    let waits = world.wait(5, &stage, |_| {}).await;
    refused(waits, "STAGE_PUBLISHED");
    // To others it is not even told that there is such a booking.
    refused(world.confirm(5, &held).await, "NOT_FOUND");
    assert_eq!(world.count("bookings WHERE state = 'HELD'").await, 1);
    assert_eq!(world.count("waitlist_entries").await, 0);

    // A seat can still be given up, and what is held runs out as ever.
    world.cancel(3, &booked).await.expect("given up");
    world.pass(10);
    world.run("expired_holds").await;
    assert_eq!(world.seats_left(&second).await, 2);
    world.quotas_add_up().await;
}

#[tokio::test]
async fn an_open_offer_holds_a_publication_up_and_after_it_none_is_made_or_taken() {
    let (world, stage) = sat(&[3, 4, 5]).await;
    let session = world.session(&stage, 10 * DAY, 1).await.name;
    let booked = world.book(3, &session).await.name;
    let first = world.wait(4, &stage, |_| {}).await.expect("a place").name;
    world.pass(1);
    let next = world.wait(5, &stage, |_| {}).await.expect("a place").name;
    world.cancel(3, &booked).await.expect("given up");
    assert_eq!(world.entry(4, &first).await.state(), Place::Offered);
    let ahead = refused(world.publish(&stage).await, "SITTINGS_AHEAD");
    assert_eq!(told_with(&ahead, "candidate_number"), world.number(4).await);
    world.import(&stage, &[(4, "")]).await.expect("imported");
    world.publish(&stage).await.expect("published");

    refused(world.take_offer(4, &first).await, "STAGE_PUBLISHED");
    let rejected = world.reject_offer(4, &first, false).await;
    assert_eq!(rejected.expect("rejected").state(), Place::Rejected);
    world.run("waiting_lists").await;
    assert_eq!(world.entry(5, &next).await.state(), Place::Waiting);
    assert_eq!(world.count("seat_offers").await, 1);
    assert_eq!(world.seats_left(&session).await, 1);
    let left = world.leave_waitlist(5, &next).await;
    assert_eq!(left.expect("left").state(), Place::Left);
    world.quotas_add_up().await;
}

#[tokio::test]
async fn who_still_waits_when_a_stage_is_published_is_told_that_it_is_over_once() {
    let (world, stage) = sat(&[3, 4, 5]).await;
    let session = world.session(&stage, 10 * DAY, 1).await.name;
    world.book(3, &session).await;
    let mut places = Vec::new();
    for number in [4, 5] {
        let place = world.wait(number, &stage, |_| {}).await.expect("a place");
        places.push(place.name);
    }
    world.run("ended_waits").await;
    assert_eq!(world.entry(4, &places[0]).await.state(), Place::Waiting);
    world.import(&stage, &[(3, "")]).await.expect("imported");
    world.publish(&stage).await.expect("published");
    for _ in 0..2 {
        world.run("ended_waits").await;
    }
    for (number, place) in [(4, &places[0]), (5, &places[1])] {
        assert_eq!(world.entry(number, place).await.state(), Place::Left);
    }
    let told = world.told().await.into_iter();
    let told = told.filter(|(kind, _)| kind == "WaitingEnded");
    let mut told: Vec<_> = told
        .map(|(_, payload)| WaitingEnded::decode(payload.as_slice()).expect("an event"))
        .collect();
    told.sort_by(|a, b| a.account.cmp(&b.account));
    let people: Vec<_> = told.iter().map(|it| it.account.clone()).collect();
    assert_eq!(people, [person_name(4), person_name(5)]);
    assert_eq!(told[0].stage, stage);
    assert!(!told[0].stage_title.clone().expect("a title").kk.is_empty());
    // A place that was left stays as it is, and none is made anew.
    refused(world.wait(4, &stage, |_| {}).await, "STAGE_PUBLISHED");
    let ends = "audit WHERE detail = 'STAGE_PUBLISHED'";
    assert_eq!(world.count(ends).await, 2);
}

fn actions(booking: &pb::Booking) -> Vec<Action> {
    booking.allowed_actions().collect()
}

async fn seats(world: &World, stage: &str) -> pb::FindSeatsResponse {
    let request = pb::FindSeatsRequest {
        parent: stage.into(),
        ..Default::default()
    };
    let mut sessions = TestSessionsClient::new(world.as_person(5));
    let found = sessions.find_seats(request).await;
    found.expect("an answer").into_inner()
}

#[tokio::test]
async fn a_published_stage_offers_neither_actions_that_would_be_refused_nor_seats() {
    let (world, stage) = sat(&[3, 4]).await;
    let first = world.session(&stage, 10 * DAY, 2).await.name;
    let second = world.session(&stage, 11 * DAY, 2).await.name;
    let booked = world.book(3, &first).await;
    let held = world.hold(4, &second).await.expect("a seat");
    assert_eq!(actions(&booked), [Action::Move, Action::Cancel]);
    assert_eq!(actions(&held), [Action::Confirm, Action::Cancel]);
    let found = seats(&world, &stage).await;
    assert_eq!(found.suggestions.len(), 2);
    let absent = [(3, ""), (4, "")];
    world.import(&stage, &absent).await.expect("imported");
    world.publish(&stage).await.expect("published");

    for (number, name) in [(3, &booked.name), (4, &held.name)] {
        let shown = world.get_booking(number, name).await.expect("a booking");
        assert_eq!(actions(&shown), [Action::Cancel]);
    }
    let found = seats(&world, &stage).await;
    assert!(found.suggestions.is_empty() && found.next.is_none());
    let codes: Vec<_> = found.obstacles.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["SEATS_PUBLISHED"]);
    assert_eq!(found.text, found.obstacles[0].text);
    // Where the window is open at the hour of the test, "start" would be refused as well.
    world.pass(10 * DAY);
    let shown = world.get_booking(3, &booked.name).await.expect("a booking");
    assert!(!actions(&shown).contains(&Action::Start));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_take_a_seat_while_it_is_published_nobody_is_left_behind() {
    let people: Vec<u128> = (3..13).collect();
    let (world, stage) = sat(&people).await;
    let session = world.session(&stage, 10 * DAY, 20).await.name;
    let (world, publisher) = (Arc::new(world), stage.clone());
    let holders = people.into_iter().map(|number| {
        let (world, session) = (world.clone(), session.clone());
        tokio::spawn(async move { world.hold(number, &session).await.map(drop) })
    });
    let publishing = {
        let world = world.clone();
        tokio::spawn(async move { world.publish(&publisher).await.map(drop) })
    };
    let holders: Vec<_> = holders.collect();
    let published = publishing.await.expect("an answer");
    let held = join_all(holders).await;
    let held: Vec<_> = held.into_iter().map(|it| it.expect("an answer")).collect();
    match published {
        Ok(()) => {
            for answer in held {
                refused(answer, "STAGE_PUBLISHED");
            }
            assert_eq!(world.count("bookings WHERE state = 'HELD'").await, 0);
        }
        Err(status) => {
            assert_eq!(reason(&status), "SITTINGS_AHEAD");
            assert!(held.iter().all(Result::is_ok), "{held:?}");
        }
    }
    world.seats_add_up().await;
}
