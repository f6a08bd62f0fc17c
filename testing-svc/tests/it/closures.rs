//! What can't be used is closed; who lost a seat is offered another one first.

use prost::Message as _;
use proto::events::v1::{BookingDisplaced, SeatOffered};
use proto::testing::v1 as pb;
use proto::testing::v1::booking::State;
use proto::testing::v1::closures_client::ClosuresClient;
use proto::testing::v1::waitlist_entry::State as Place;

use crate::seats::DAY;
use crate::world::{World, person_name, refused, told_with, wrong};

async fn offers(world: &World) -> Vec<SeatOffered> {
    let told = world.told().await.into_iter();
    told.filter(|(kind, _)| kind == "SeatOffered")
        .map(|(_, payload)| SeatOffered::decode(payload.as_slice()).expect("an event"))
        .collect()
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_hit_and_changes_nothing() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 0).await.name;
    let inside = world.session_at(&stage, &center, 3 * DAY, 5, |it| it.room = hall.clone());
    let inside = inside.await.expect("a session").name;
    let beside = world.session_at(&stage, &center, 3 * DAY, 5, |_| {});
    beside.await.expect("a session");
    for number in 1..=2 {
        world.accept(number).await;
        world.book(number, &inside).await;
    }
    world.accept(3).await;
    world.hold(3, &inside).await.expect("a hold");
    let dry = |target: &str| {
        let target = target.to_owned();
        let world = &world;
        async move {
            let closure = world.close(&target, 2 * DAY, 4 * DAY, true).await;
            let closure = closure.expect("a dry run");
            assert_eq!((closure.name.as_str(), closure.create_time), ("", None));
            (closure.sessions_hit, closure.bookings_hit)
        }
    };
    assert_eq!(dry(&center).await, (2, 2));
    assert_eq!(dry(&hall).await, (1, 2));
    assert_eq!(dry(&inside).await, (1, 2));
    assert_eq!(world.count("closures").await, 0);
    assert_eq!(world.count("bookings WHERE state = 'DISPLACED'").await, 0);
    // The interval decides.
    let later = world.close(&center, 4 * DAY, 5 * DAY, true).await;
    assert_eq!(later.expect("a dry run").sessions_hit, 0);
    assert_eq!(
        wrong(world.close("testCenters", 2, 1, true).await),
        [
            "closure.target INVALID_NAME",
            "closure.end_time TIMES_BACKWARDS"
        ]
    );
    assert_eq!(
        wrong(world.close(&center, -2, -1, true).await),
        ["closure.end_time TIME_IN_PAST"]
    );
    let nowhere = format!("testCenters/{}", uuid::Uuid::nil());
    refused(world.close(&nowhere, 1, 2, true).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_room_closed_under_booked_people_displaces_them_and_they_are_offered_seats_in_order() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 0).await.name;
    let lost = world.session_at(&stage, &center, 3 * DAY, 5, |it| it.room = hall.clone());
    let lost = lost.await.expect("a session").name;
    let mut names = Vec::new();
    // The third came first.
    for number in [3, 1, 2] {
        world.accept(number).await;
        names.push(world.book(number, &lost).await.name);
        // Rooms are planned in steps of five minutes.
        world.pass(5);
    }
    // Others waited long before that: who lost a seat comes first all the same.
    world.accept(9).await;
    world.wait(9, &stage, |_| {}).await.expect("a place");
    let closure = world.close(&hall, 2 * DAY, 4 * DAY, false).await;
    let closure = closure.expect("a closure");
    assert_eq!((closure.sessions_hit, closure.bookings_hit), (1, 3));
    assert!(world.get_session(&lost).await.closed);
    assert_eq!(world.seats_left(&lost).await, 5);
    for (number, name) in [3, 1, 2].into_iter().zip(&names) {
        let booking = world.get_booking(number, name).await.expect("a booking");
        assert_eq!(booking.state(), State::Displaced);
    }
    let told = world.told().await;
    let displaced: Vec<BookingDisplaced> = told
        .iter()
        .filter(|(kind, _)| kind == "BookingDisplaced")
        .map(|(_, payload)| BookingDisplaced::decode(payload.as_slice()).expect("an event"))
        .collect();
    assert_eq!(displaced.len(), 3);
    assert_eq!(
        (displaced[0].sequence, &displaced[0].booking),
        (1, &names[0])
    );

    // Nobody can book there any more, and no new session is planned there.
    world.accept(10).await;
    refused(world.hold(10, &lost).await, "SESSION_CLOSED");
    let again = world.session_at(&stage, &center, 3 * DAY, 5, |it| it.room = hall);
    let refusal = refused(again.await, "PLACE_CLOSED");
    assert_eq!(told_with(&refusal, "closure"), closure.name);

    // Two seats elsewhere, and a passer-by who wants one: the two who had booked first have them.
    let other = world.session(&stage, 5 * DAY, 2).await.name;
    refused(world.hold(10, &other).await, "SESSION_FULL");
    world.run("waiting_lists").await;
    let offered = offers(&world).await;
    let to: Vec<&str> = offered.iter().map(|it| it.account.as_str()).collect();
    assert_eq!(to, [person_name(3), person_name(1)]);
    assert!(offered.iter().all(|it| it.displaced && it.session == other));
    world.quotas_add_up().await;

    // Taking it costs no move.
    let entry = world.newest_entry(3).await;
    let taken = world.take_offer(3, &entry.name).await.expect("a seat");
    assert_eq!(taken.state(), Place::Accepted);
    let booking = world
        .get_booking(3, &taken.booking)
        .await
        .expect("a booking");
    assert_eq!((booking.state(), booking.changes_left), (State::Booked, 2));
    // Who lets it lapse is owed a seat still, but not this one again.
    world.pass(12 * 60);
    world.run("expired_holds").await;
    let owed = world.newest_entry(1).await;
    assert_eq!((owed.state(), owed.displaced), (Place::Waiting, true));
    assert_eq!(
        offers(&world).await.last().map(|it| it.account.clone()),
        Some(person_name(2))
    );
    world.quotas_add_up().await;
}

#[tokio::test]
async fn a_closure_keeps_moves_what_was_sat_and_places_on_the_list() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let first = world.session(&stage, 4 * DAY, 5).await.name;
    let second = world.session(&stage, 3 * DAY, 1).await.name;
    for number in 1..=3 {
        world.accept(number).await;
    }
    let name = world.book(1, &first).await.name;
    world.move_to(1, &name, &second).await.expect("moved");
    // A place whose offer is of a session that closes is where it was.
    world.wait(2, &stage, |_| {}).await.expect("a place");
    world.run("waiting_lists").await;
    assert_eq!(world.newest_entry(2).await.state(), Place::Offered);
    world
        .close(&first, 0, 10 * DAY, false)
        .await
        .expect("closed");
    assert_eq!(world.newest_entry(2).await.state(), Place::Waiting);
    world
        .close(&second, 0, 10 * DAY, false)
        .await
        .expect("closed");
    let third = world.session(&stage, 5 * DAY, 2).await.name;
    world.run("waiting_lists").await;
    let owed = world.newest_entry(1).await;
    assert_eq!(owed.offered_session, third);
    let taken = world.take_offer(1, &owed.name).await.expect("a seat");
    let booking = world
        .get_booking(1, &taken.booking)
        .await
        .expect("a booking");
    assert_eq!(booking.changes_left, 1);
    assert_eq!(world.newest_entry(2).await.offered_session, third);
    world.quotas_add_up().await;

    let mut closures = ClosuresClient::new(world.as_desk());
    let list = pb::ListClosuresRequest {
        page_size: 1,
        ..Default::default()
    };
    let page = closures.list_closures(list.clone()).await.expect("a page");
    let page = page.into_inner();
    let list = pb::ListClosuresRequest {
        page_token: page.next_page_token,
        ..list
    };
    let last = closures
        .list_closures(list)
        .await
        .expect("a page")
        .into_inner();
    assert_eq!(last.closures.len(), 1);
    assert_ne!(last.closures, page.closures);
    let name = page.closures[0].name.clone();
    let shown = closures.get_closure(pb::GetClosureRequest { name }).await;
    assert_eq!(shown.expect("a closure").into_inner(), page.closures[0]);
}

#[tokio::test]
async fn a_lifted_closure_opens_what_it_closed_and_who_lost_a_seat_there_is_offered_it_first() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 0).await.name;
    let session = world.session_at(&stage, &center, 3 * DAY, 2, |it| it.room = hall.clone());
    let session = session.await.expect("a session").name;
    for number in 1..=2 {
        world.accept(number).await;
        world.book(number, &session).await;
        world.pass(5);
    }
    world.accept(9).await;
    world.wait(9, &stage, |_| {}).await.expect("a place");
    let closure = world.close(&hall, 2 * DAY, 4 * DAY, false).await;
    let closure = closure.expect("a closure").name;
    world.pass(5);

    let request = pb::LiftClosureRequest {
        name: closure.clone(),
        request_id: world.request(),
    };
    let mut closures = ClosuresClient::new(world.as_desk());
    let lifted = closures
        .lift_closure(request.clone())
        .await
        .expect("lifted");
    let lifted = lifted.into_inner();
    assert!(lifted.lift_time.is_some());
    assert!(!world.get_session(&session).await.closed);
    // Nobody passes them by, and a repeat changes nothing.
    world.accept(10).await;
    refused(world.hold(10, &session).await, "SESSION_FULL");
    world.run("waiting_lists").await;
    let again = closures.lift_closure(request).await.expect("the same");
    assert_eq!(again.into_inner(), lifted);
    let to: Vec<String> = offers(&world)
        .await
        .into_iter()
        .map(|it| it.account)
        .collect();
    assert_eq!(to, [person_name(1), person_name(2)]);
    for number in 1..=2 {
        let entry = world.newest_entry(number).await;
        let taken = world.take_offer(number, &entry.name).await.expect("a seat");
        assert_eq!(taken.state(), Place::Accepted);
    }
    world.quotas_add_up().await;
    assert_eq!(world.count("audit WHERE action = 'LiftClosure'").await, 1);

    // The room can be planned again, and what was lifted stays lifted.
    let later = world.session_at(&stage, &center, 3 * DAY + 600, 2, |it| it.room = hall);
    later.await.expect("a session");
    let once_more = world.lift(&closure).await.expect("as it is");
    assert_eq!(once_more.lift_time, lifted.lift_time);
    assert_eq!(world.count("audit WHERE action = 'LiftClosure'").await, 1);
}

#[tokio::test]
async fn what_another_closure_keeps_closed_or_has_begun_stays_as_it_is() {
    let world = World::new().await;
    let (stage, center) = (world.stage(1).await.name, world.center().await.name);
    let hall = world.room(&center, 30, 0).await.name;
    let inside = world.session_at(&stage, &center, 3 * DAY, 2, |it| it.room = hall.clone());
    let inside = inside.await.expect("a session").name;
    let beside = world.session_at(&stage, &center, 3 * DAY, 2, |_| {});
    let beside = beside.await.expect("a session").name;
    let of_hall = world
        .close(&hall, 0, 10 * DAY, false)
        .await
        .expect("closed");
    let of_center = world
        .close(&center, 0, 10 * DAY, false)
        .await
        .expect("closed");
    let of_beside = world
        .close(&beside, 0, 10 * DAY, false)
        .await
        .expect("closed");
    let are_closed = async || {
        let [inside, beside] = [
            world.get_session(&inside).await,
            world.get_session(&beside).await,
        ];
        [inside.closed, beside.closed]
    };
    world.lift(&of_hall.name).await.expect("lifted");
    assert_eq!(are_closed().await, [true, true]);
    world.lift(&of_center.name).await.expect("lifted");
    assert_eq!(are_closed().await, [false, true]);
    // Two days and a night later it has begun: nobody comes any more.
    world.pass(3 * DAY + 1);
    world.lift(&of_beside.name).await.expect("lifted");
    assert_eq!(are_closed().await, [false, true]);
    let nowhere = format!("closures/{}", uuid::Uuid::nil());
    refused(world.lift(&nowhere).await, "NOT_FOUND");
    assert_eq!(wrong(world.lift("closure").await), ["name INVALID_NAME"]);
}

#[tokio::test]
async fn a_large_session_is_emptied_by_the_call_and_the_job_together() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 210).await.name;
    for number in 1..=205 {
        world.accept(number).await;
        world.book(number, &session).await;
    }
    let closure = world.close(&session, 0, 10 * DAY, false).await;
    assert_eq!(closure.expect("closed").bookings_hit, 205);
    let displaced = "bookings WHERE state = 'DISPLACED'";
    assert_eq!(world.count(displaced).await, 200);
    world.run("closed_sessions").await;
    assert_eq!(world.count(displaced).await, 205);
    assert_eq!(world.count("waitlist_entries WHERE displaced").await, 205);
    world.quotas_add_up().await;
}
