//! The waiting list: a free seat is offered to who waited longest, for a while.

use chassis::caller::Caller;
use prost::Message as _;
use proto::events::v1::{SeatOfferLapsed, SeatOffered};
use proto::google::r#type::Date;
use proto::testing::v1 as pb;
use proto::testing::v1::booking::State;
use proto::testing::v1::quota::Kind;
use proto::testing::v1::waitlist_entries_client::WaitlistEntriesClient;
use proto::testing::v1::waitlist_entry::State as Place;
use proto::wire::v1::Language;

use crate::seats::{DAY, quota};
use crate::world::{CAMPAIGN, World, person_name, refused, told_with, wrong};

/// A full session of one seat, whose person is number 1, and those who wait for it from 2 on.
async fn full(world: &World, waiting: u128) -> (String, String, String, Vec<String>) {
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 10 * DAY, 1).await.name;
    world.accept(1).await;
    let booked = world.book(1, &session).await.name;
    let mut places = Vec::new();
    for number in 2..2 + waiting {
        world.accept(number).await;
        let place = world.wait(number, &stage, |_| {}).await.expect("a place");
        places.push(place.name);
        world.pass(1);
    }
    (stage, session, booked, places)
}

async fn offered(world: &World) -> Vec<SeatOffered> {
    let told = world.told().await.into_iter();
    told.filter(|(kind, _)| kind == "SeatOffered")
        .map(|(_, payload)| SeatOffered::decode(payload.as_slice()).expect("an event"))
        .collect()
}

#[tokio::test]
async fn a_seat_that_is_given_up_is_offered_to_the_next_and_booked_when_taken() {
    let world = World::new().await;
    let (stage, session, booked, places) = full(&world, 2).await;
    let first = world.entry(2, &places[0]).await;
    assert_eq!((first.state(), first.ahead), (Place::Waiting, 0));
    assert_eq!(world.entry(3, &places[1]).await.ahead, 1);
    refused(world.take_offer(2, &places[0]).await, "NO_OFFER");
    world.cancel(1, &booked).await.expect("given up");

    let told = offered(&world).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].account, person_name(2));
    assert_eq!((told[0].displaced, &told[0].session), (false, &session));
    let first = world.entry(2, &places[0]).await;
    assert_eq!(first.state(), Place::Offered);
    assert_eq!(first.offered_session, session);
    assert_eq!(first.offer_expire_time, told[0].expire_time);
    let twelve_hours = chassis::clock::to_pb(world.at(12 * 60));
    assert_eq!(first.offer_expire_time, Some(twelve_hours));

    // The seat is kept: not for a passer-by, and not for who waits behind.
    world.accept(9).await;
    refused(world.hold(9, &session).await, "SESSION_FULL");
    refused(world.hold(3, &session).await, "SESSION_FULL");
    let own = world.hold(2, &session).await;
    let refusal = refused(own, "STAGE_ALREADY_BOOKED");
    assert_eq!(told_with(&refusal, "booking"), first.booking);
    refused(world.take_offer(3, &places[0]).await, "NOT_FOUND");

    let taken = world.take_offer(2, &places[0]).await.expect("the seat");
    assert_eq!(taken.state(), Place::Accepted);
    assert_eq!(world.take_offer(2, &places[0]).await.expect("again"), taken);
    let booking = world
        .get_booking(2, &taken.booking)
        .await
        .expect("a booking");
    assert_eq!(booking.state(), State::Booked);
    assert_eq!(booking.waitlist_entry, places[0]);
    let kinds = world.told_kinds().await;
    assert_eq!(
        kinds.iter().filter(|it| *it == "BookingConfirmed").count(),
        2
    );
    let over = world.reject_offer(2, &places[0], false).await;
    let refusal = refused(over, "WAITLIST_ENTRY_OVER");
    assert_eq!(told_with(&refusal, "state"), "ACCEPTED");
    assert_eq!(world.entry(3, &places[1]).await.ahead, 0);
    // Confirming the kept seat as any other does the same.
    world.cancel(2, &taken.booking).await.expect("given up");
    let next = world.entry(3, &places[1]).await;
    world.confirm(3, &next.booking).await.expect("the seat");
    assert_eq!(world.entry(3, &places[1]).await.state(), Place::Accepted);
    let again = world.wait(3, &stage, |_| {}).await;
    refused(again, "STAGE_ALREADY_BOOKED");
    world.quotas_add_up().await;
}

#[tokio::test]
async fn an_offer_that_lapses_goes_to_the_next_and_can_t_be_taken_any_more() {
    let world = World::new().await;
    let (_, _, booked, places) = full(&world, 2).await;
    world.cancel(1, &booked).await.expect("given up");
    world.pass(12 * 60);
    // Before any job has been there.
    assert_eq!(world.entry(2, &places[0]).await.state(), Place::Lapsed);
    let late = refused(world.take_offer(2, &places[0]).await, "OFFER_LAPSED");
    assert!(told_with(&late, "offer_expire_time").ends_with("+05:00"));
    world.run("expired_holds").await;
    refused(world.take_offer(2, &places[0]).await, "OFFER_LAPSED");
    let told = world.told().await;
    let lapsed: Vec<SeatOfferLapsed> = told
        .iter()
        .filter(|(kind, _)| kind == "SeatOfferLapsed")
        .map(|(_, payload)| SeatOfferLapsed::decode(payload.as_slice()).expect("an event"))
        .collect();
    assert_eq!(lapsed.len(), 1);
    assert_eq!(lapsed[0].waitlist_entry, places[0]);
    assert_eq!(offered(&world).await.len(), 2);
    world.take_offer(3, &places[1]).await.expect("the seat");
    world.quotas_add_up().await;
}

#[tokio::test]
async fn an_offer_is_rejected_by_its_link_once_and_by_no_other() {
    let world = World::new().await;
    let (_, session, booked, places) = full(&world, 3).await;
    world.cancel(1, &booked).await.expect("given up");
    let token = world.entry(2, &places[0]).await.reject_token;
    assert!(!token.is_empty());
    // The desk sees the place, but not the link; who writes the letter does.
    let get = pb::GetWaitlistEntryRequest {
        name: places[0].clone(),
    };
    let mut desk = WaitlistEntriesClient::new(world.as_desk());
    let seen = desk.get_waitlist_entry(get.clone()).await;
    assert_eq!(seen.expect("a place").into_inner().reject_token, "");
    let writer = world.speak(Caller::Service("identity-svc".into()));
    let seen = WaitlistEntriesClient::new(writer)
        .get_waitlist_entry(get.clone())
        .await;
    assert_eq!(seen.expect("a place").into_inner().reject_token, token);
    let mut other = world.waitlist(3);
    refused(other.get_waitlist_entry(get).await, "NOT_FOUND");

    let mut altered = token.clone();
    altered.replace_range(30..31, if &token[30..31] == "A" { "B" } else { "A" });
    for bad in [&altered, &token[..token.len() - 3], "a.b.c"] {
        refused(world.follow_link(bad).await, "OFFER_LINK_INVALID");
    }
    // A launch token is signed by the same service, for somebody else.
    let answer = world.follow_link(&token).await.expect("rejected");
    assert_eq!(
        answer.start_time,
        world.get_session(&session).await.start_time
    );
    assert_eq!(world.entry(2, &places[0]).await.state(), Place::Rejected);
    refused(world.follow_link(&token).await, "OFFER_ANSWERED");
    assert_eq!(world.entry(3, &places[1]).await.state(), Place::Offered);

    let second = world.entry(3, &places[1]).await.reject_token;
    world.pass(12 * 60);
    refused(world.follow_link(&second).await, "OFFER_LAPSED");
    world.run("expired_holds").await;
    refused(world.follow_link(&second).await, "OFFER_LAPSED");
    let third = world.entry(4, &places[2]).await.reject_token;
    world.take_offer(4, &places[2]).await.expect("the seat");
    refused(world.follow_link(&third).await, "OFFER_ANSWERED");
    world.quotas_add_up().await;
}

#[tokio::test]
async fn one_live_place_per_person_and_stage_and_none_beside_a_seat() {
    let world = World::new().await;
    let (stage, session, _, places) = full(&world, 1).await;
    let again = refused(world.wait(2, &stage, |_| {}).await, "ALREADY_WAITING");
    assert_eq!(told_with(&again, "waitlist_entry"), places[0]);
    refused(world.wait(1, &stage, |_| {}).await, "STAGE_ALREADY_BOOKED");
    refused(world.wait(9, &stage, |_| {}).await, "NOT_ELIGIBLE");
    let left = world.leave_waitlist(2, &places[0]).await.expect("left");
    assert_eq!(left.state(), Place::Left);
    world
        .leave_waitlist(2, &places[0])
        .await
        .expect("left before");
    world.wait(2, &stage, |_| {}).await.expect("a new place");
    // Who finds a seat without the list waits no longer.
    let other = world.session(&stage, 11 * DAY, 3).await.name;
    world.hold(2, &other).await.expect("a seat");
    assert_eq!(world.newest_entry(2).await.state(), Place::Left);

    let other_stage = world.stage(2).await.name;
    world.accept(4).await;
    let strange = world.wait(4, &other_stage, |it| {
        it.session = session.clone();
        it.date = Some(Date {
            year: 2026,
            month: 5,
            day: 31,
        });
        it.center = "here".into();
    });
    assert_eq!(
        wrong(strange.await),
        [
            "waitlist_entry.session OTHER_STAGE",
            "waitlist_entry.center INVALID_NAME",
            "waitlist_entry.date TIME_IN_PAST",
        ]
    );
    let form = world.wait(4, &stage, |it| {
        it.session = session.clone();
        it.seat_class = "balcony".into();
    });
    assert_eq!(
        wrong(form.await),
        ["waitlist_entry.seat_class QUOTA_UNKNOWN"]
    );
    world
        .close(&session, 0, 20 * DAY, false)
        .await
        .expect("closed");
    let closed = world.wait(4, &stage, |it| it.session = session.clone());
    refused(closed.await, "SESSION_CLOSED");
}

#[tokio::test]
async fn a_rejected_offer_leaves_the_list_unless_the_person_keeps_waiting() {
    let world = World::new().await;
    let (stage, _, booked, places) = full(&world, 2).await;
    world.cancel(1, &booked).await.expect("given up");
    let kept = world.reject_offer(2, &places[0], true).await;
    assert_eq!(kept.expect("rejected").state(), Place::Waiting);
    let second = world.reject_offer(3, &places[1], false).await;
    assert_eq!(second.expect("rejected").state(), Place::Rejected);
    refused(
        world.reject_offer(3, &places[1], false).await,
        "WAITLIST_ENTRY_OVER",
    );
    // The same session is not offered twice to one place; another is.
    world.run("waiting_lists").await;
    assert_eq!(offered(&world).await.len(), 2);
    let other = world.session(&stage, 12 * DAY, 1).await.name;
    world.run("waiting_lists").await;
    assert_eq!(world.entry(2, &places[0]).await.offered_session, other);
    // Leaving with an offer gives it on.
    world.accept(9).await;
    world
        .wait(9, &stage, |it| it.session = other.clone())
        .await
        .expect("a place");
    world.leave_waitlist(2, &places[0]).await.expect("left");
    assert_eq!(world.newest_entry(9).await.state(), Place::Offered);
    world.quotas_add_up().await;
}

#[tokio::test]
async fn wishes_and_needs_decide_who_is_next() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let quotas = [
        quota("kazakh", Kind::LanguageForm, "kk", 1),
        quota("russian", Kind::LanguageForm, "ru", 1),
        quota("wide", Kind::AccessibleWorkstation, "", 1),
    ];
    let session = world.session_with(&stage, 9 * DAY, 2, &quotas).await;
    world.accept(1).await;
    let first = world.hold_as(1, &session.name, |it| it.language = Language::Ru.into());
    let first = world
        .confirm(1, &first.await.expect("a seat").name)
        .await
        .expect("booked");
    world.accept(2).await;
    let second = world.hold_as(2, &session.name, |it| it.language = Language::Kk.into());
    let second = second.await.expect("a seat");
    let elsewhere = world.center().await.name;
    type Wish<'a> = Box<dyn Fn(&mut pb::WaitlistEntry) + 'a>;
    let wishes: [(u128, Wish<'_>); 5] = [
        (3, Box::new(|it| it.language = Language::Ru.into())),
        (
            4,
            Box::new(|it| {
                it.language = Language::Kk.into();
                it.center = elsewhere.clone();
            }),
        ),
        (
            5,
            Box::new(|it| {
                it.language = Language::Kk.into();
                it.date = Some(Date {
                    year: 2026,
                    month: 6,
                    day: 11,
                });
            }),
        ),
        (
            6,
            Box::new(|it| {
                it.language = Language::Kk.into();
                it.accessible = true;
                it.date = Some(Date {
                    year: 2026,
                    month: 6,
                    day: 10,
                });
            }),
        ),
        (7, Box::new(|it| it.language = Language::Kk.into())),
    ];
    for (number, wish) in wishes {
        world.accept(number).await;
        world.wait(number, &stage, wish).await.expect("a place");
        world.pass(1);
    }
    // The Kazakh form is free: the first who can use it here and then is number 6.
    world.cancel(2, &second.name).await.expect("given up");
    let told = offered(&world).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].account, person_name(6));
    let place = world.newest_entry(6).await;
    let kept = world.get_booking(6, &place.booking).await.expect("a seat");
    assert!(kept.accessible && kept.language() == Language::Kk);
    // The Russian one goes to who waits for it.
    world.cancel(1, &first.name).await.expect("given up");
    assert_eq!(world.newest_entry(3).await.state(), Place::Offered);
    world.quotas_add_up().await;
}

#[tokio::test]
async fn every_way_in_which_a_seat_becomes_free_leads_to_an_offer() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 10 * DAY, 4).await;
    let other = world.session(&stage, 11 * DAY, 1).await.name;
    for number in 1..=20 {
        world.accept(number).await;
    }
    let mut names = Vec::new();
    for number in 1..=3 {
        names.push(world.book(number, &session.name).await.name);
    }
    world.hold(4, &session.name).await.expect("a hold");
    for number in 10..=15 {
        let only_there = |it: &mut pb::WaitlistEntry| it.session = session.name.clone();
        world
            .wait(number, &stage, only_there)
            .await
            .expect("a place");
    }
    let offers = || async { offered(&world).await.len() };
    world.cancel(1, &names[0]).await.expect("cancelled");
    assert_eq!(offers().await, 1);
    world.move_to(2, &names[1], &other).await.expect("moved");
    assert_eq!(offers().await, 2);
    world.withdraw(3).await;
    assert_eq!(offers().await, 3);
    world.pass(10);
    world.run("expired_holds").await;
    assert_eq!(offers().await, 4);
    let larger = pb::TestSession {
        capacity: 5,
        etag: String::new(),
        ..session.clone()
    };
    world
        .update_session(larger, &["capacity"])
        .await
        .expect("larger");
    assert_eq!(offers().await, 5);
    // A person who withdraws gives up the offer, and whoever waits leaves the list.
    world.withdraw(10).await;
    assert_eq!(offers().await, 6);
    assert_eq!(world.newest_entry(10).await.state(), Place::Rejected);
    world.quotas_add_up().await;
}

#[tokio::test]
async fn an_offer_is_shorter_when_the_session_is_near_and_none_when_it_is_too_near() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 4 * 60, 2).await.name;
    for number in 1..=4 {
        world.accept(number).await;
    }
    let kept = [
        world.hold(1, &session).await.expect("a hold").name,
        world.hold(2, &session).await.expect("a hold").name,
    ];
    for number in 3..=4 {
        world.wait(number, &stage, |_| {}).await.expect("a place");
    }
    world.cancel(1, &kept[0]).await.expect("given up");
    let place = world.newest_entry(3).await;
    let two_hours = chassis::clock::to_pb(world.at(2 * 60));
    assert_eq!(place.offer_expire_time, Some(two_hours));
    world.confirm(2, &kept[1]).await.expect("booked");
    world.pass(4 * 60 - 15);
    world.run("expired_holds").await;
    world.run("waiting_lists").await;
    assert_eq!(world.newest_entry(4).await.state(), Place::Waiting);
    // What is offered to nobody is for everybody.
    world.accept(5).await;
    world.hold(5, &session).await.expect("a seat");
}

#[tokio::test]
async fn places_are_listed_to_their_person_and_all_to_the_desk() {
    let world = World::new().await;
    let (_, _, _, places) = full(&world, 3).await;
    let list = pb::ListWaitlistEntriesRequest {
        parent: CAMPAIGN.into(),
        page_size: 2,
        state: Place::Waiting.into(),
        ..Default::default()
    };
    let own = world.waitlist(3).list_waitlist_entries(list.clone()).await;
    let names = |page: &pb::ListWaitlistEntriesResponse| -> Vec<String> {
        page.waitlist_entries
            .iter()
            .map(|it| it.name.clone())
            .collect()
    };
    assert_eq!(names(own.expect("places").get_ref()), [places[1].clone()]);
    let mut desk = WaitlistEntriesClient::new(world.as_desk());
    let first = desk
        .list_waitlist_entries(list.clone())
        .await
        .expect("a page");
    assert_eq!(
        names(first.get_ref()),
        [places[2].clone(), places[1].clone()]
    );
    let rest = pb::ListWaitlistEntriesRequest {
        page_token: first.into_inner().next_page_token,
        ..list
    };
    let rest = desk.list_waitlist_entries(rest).await.expect("a page");
    assert_eq!(names(rest.get_ref()), [places[0].clone()]);
}

#[tokio::test]
async fn an_application_set_aside_gives_its_seat_and_its_place_to_the_next() {
    let world = World::new().await;
    let (_, session, booked, places) = full(&world, 2).await;
    let accounts = || async {
        let told = offered(&world).await;
        told.into_iter().map(|it| it.account).collect::<Vec<_>>()
    };
    // Its acceptance was heard before.
    world.set_aside(1).await;
    let seat = world.get_booking(1, &booked).await.expect("the booking");
    assert_eq!(seat.state(), State::Cancelled);
    assert_eq!(accounts().await, [person_name(2)]);
    // Who is offered a seat and who waits are out of it too.
    world.set_aside(2).await;
    assert_eq!(world.entry(2, &places[0]).await.state(), Place::Rejected);
    assert_eq!(accounts().await, [person_name(2), person_name(3)]);
    // Told of anew, nothing is left to give up.
    world.set_aside(1).await;
    assert_eq!(world.seats_left(&session).await, 0);
    world.seats_add_up().await;
    let ended = "audit WHERE action = 'CancelBooking' AND detail = 'set aside'";
    assert_eq!(world.count(ended).await, 2);
    // The acceptance of the same application opens nothing, however late it is heard.
    world.accept(1).await;
    refused(world.hold(1, &session).await, "NOT_ELIGIBLE");
}
