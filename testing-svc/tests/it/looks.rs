//! Many who look for a seat: they are answered from one reading, which is what there is, and whoever books
//! is decided on by what there is then.

use std::sync::Arc;

use chassis::client::LocalNet;
use chassis::testing::{person, statements};
use futures_util::future::join_all;
use proto::testing::v1 as pb;
use proto::testing::v1::quota::Kind;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::wire::v1::Language;
use testing_svc::NAME;
use testing_svc::store::test_session::{Filter, Offer};
use testing_svc::store::{look, stage, test_session};

use crate::seats::{DAY, quota};
use crate::world::{CAMPAIGN, World, reason};

fn every_sort() -> Vec<pb::Quota> {
    let kept = pb::Quota {
        release_notice: Some(prost_types::Duration {
            seconds: 5 * 24 * 3600,
            nanos: 0,
        }),
        ..quota("others", Kind::OrdinarySeat, "", 6)
    };
    vec![
        quota("wide", Kind::AccessibleWorkstation, "", 2),
        quota("kazakh", Kind::LanguageForm, "kk", 4),
        quota("russian", Kind::LanguageForm, "ru", 4),
        kept,
    ]
}

/// What each session says of itself.
async fn one_by_one(world: &World) -> Vec<Offer> {
    let (db, now) = (world.data.db.read(), world.now());
    let campaign = CAMPAIGN.trim_start_matches("campaigns/");
    let first = stage::numbered(db, campaign, 1).await.expect("read");
    let first = first.expect("a stage").id;
    let coming = Filter {
        earliest_start: Some(now + jiff::SignedDuration::from_micros(1)),
        ..Filter::default()
    };
    let all = test_session::list(db, first, &coming, None, 100, now).await;
    let all = test_session::with_quotas(db, all.expect("read"), now).await;
    all.expect("read")
}

async fn assert_same(world: &World) -> Vec<(i32, i32)> {
    let offers = one_by_one(world).await;
    let stage = offers.first().expect("a session").session.stage;
    let seen = look::at_stage(world.data.db.read(), stage, world.now()).await;
    let seen = seen.expect("read");
    assert_eq!(seen.len(), offers.len());
    for (seen, offer) in seen.iter().zip(&offers) {
        assert_eq!(seen.session, offer.session);
        assert_eq!(seen.seats_left, offer.seats_left);
        assert_eq!(seen.quotas, offer.quotas);
        assert_eq!(seen.place.zone.iana_name(), Some("Asia/Almaty"));
    }
    let counts = seen.iter().map(|it| {
        let left = it.quotas.iter().map(|quota| quota.seats_left()).sum();
        (it.seats_left, left)
    });
    counts.collect()
}

#[tokio::test]
async fn one_look_at_all_sessions_sees_what_each_says_of_itself() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let other = world.stage(2).await.name;
    world.session(&other, 2 * DAY, 5).await;
    let soon = world.session(&stage, 60, 5).await.name;
    let plain = world.session(&stage, 2 * DAY, 5).await.name;
    let sorts = world.session_with(&stage, 4 * DAY, 8, &every_sort()).await;
    world.session_with(&stage, 9 * DAY, 8, &every_sort()).await;
    let closed = world.session(&stage, 7 * DAY, 5).await;
    world
        .close(&closed.name, 6 * DAY, 8 * DAY, false)
        .await
        .expect("closed");
    for number in 1..=6 {
        world.accept(number).await;
    }
    assert_eq!(
        assert_same(&world).await,
        [(5, 0), (5, 0), (8, 16), (5, 0), (8, 16)]
    );
    world.book(1, &plain).await;
    world.hold(2, &plain).await.expect("a seat");
    let in_kazakh = |it: &mut pb::Booking| it.language = Language::Kk.into();
    world
        .hold_as(3, &sorts.name, |it| {
            it.accessible = true;
            it.language = Language::Ru.into();
        })
        .await
        .expect("a seat");
    let held = world.hold_as(4, &sorts.name, in_kazakh).await;
    world
        .confirm(4, &held.expect("a seat").name)
        .await
        .expect("booked");
    world.hold(5, &soon).await.expect("a seat");
    let taken = [(4, 0), (3, 0), (6, 13), (5, 0), (8, 16)];
    assert_eq!(assert_same(&world).await, taken);
    // Holds run out and nobody has swept them up; one session begins.
    world.pass(60);
    let lapsed = [(4, 0), (7, 15), (5, 0), (8, 16)];
    assert_eq!(assert_same(&world).await, lapsed);
    world.run("expired_holds").await;
    assert_eq!(assert_same(&world).await, lapsed);
}

/// Looks without a filter through one of the instances.
async fn seen(net: LocalNet, number: u128, stage: String) -> pb::FindSeatsResponse {
    let caller = person(number, &[]);
    let mut sessions = TestSessionsClient::new(net.connect(NAME).speaking_for(caller));
    let request = pb::FindSeatsRequest {
        parent: stage,
        ..Default::default()
    };
    let found = sessions.find_seats(request).await;
    found.expect("an answer").into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_look_while_others_book_and_a_moment_later_everybody_sees_what_is_left() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let mut sessions = Vec::new();
    for day in 2..5 {
        sessions.push(world.session(&stage, day * DAY, 4).await.name);
    }
    for number in 1..=20 {
        world.accept(number).await;
    }
    let (elsewhere, _service) = world.another_instance().await;
    let instances = [&world.net, &elsewhere];
    let (mut looks, mut holds) = (Vec::new(), Vec::new());
    for (number, session) in (1..=20).zip(sessions.iter().cycle()) {
        for net in instances {
            looks.push(tokio::spawn(seen(net.clone(), number, stage.clone())));
        }
        let (world, session) = (world.clone(), session.clone());
        holds.push(tokio::spawn(async move {
            (number, world.hold(number, &session).await)
        }));
    }
    for look in join_all(looks).await {
        for one in look.expect("no panic").suggestions {
            assert!((1..=4).contains(&one.seats_left));
        }
    }
    let mut held = Vec::new();
    for hold in join_all(holds).await {
        match hold.expect("no panic") {
            (number, Ok(seat)) => held.push((number, seat.name)),
            (_, Err(no)) => assert_eq!(reason(&no), "SESSION_FULL"),
        }
    }
    assert_eq!(held.len(), 12);
    world.pass_a_moment();
    for net in instances {
        let seen = seen(net.clone(), 30, stage.clone()).await;
        assert!(seen.suggestions.is_empty());
        let why: Vec<&str> = seen.obstacles.iter().map(|it| it.code.as_str()).collect();
        assert_eq!((why, seen.next), (vec!["SEATS_FULL"; 3], None));
    }
    // Of what the stage has to offer a caller reads nothing: that is done for all of them.
    let look = seen(world.net.clone(), 30, stage.clone());
    let (_, own) = statements(look).await;
    assert!(own.len() <= 2, "{own:?}");
    assert!(own.iter().all(|sql| !sql.contains("test_sessions")));
    let (number, given_up) = held.pop().expect("a seat");
    world.cancel(number, &given_up).await.expect("given up");
    world.pass_a_moment();
    for net in instances {
        let seen = seen(net.clone(), 30, stage.clone()).await;
        assert_eq!(seen.suggestions.len(), 1);
        assert_eq!(seen.suggestions[0].seats_left, 1);
    }
}
