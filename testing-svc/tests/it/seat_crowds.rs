//! Crowds about seats: the last of several quotas, moves across each other, waiting lists.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use proto::testing::v1 as pb;
use proto::testing::v1::quota::Kind;
use proto::wire::v1::Language;

use crate::seats::{DAY, quota};
use crate::world::{Answer, World, reason};

fn reasons<T>(answers: &[Answer<T>]) -> BTreeSet<String> {
    let refused = answers.iter().filter_map(|it| it.as_ref().err());
    refused.map(reason).collect()
}

fn forms(kk: i32, ru: i32, wide: i32) -> Vec<pb::Quota> {
    vec![
        quota("wide", Kind::AccessibleWorkstation, "", wide),
        quota("kazakh", Kind::LanguageForm, "kk", kk),
        quota("russian", Kind::LanguageForm, "ru", ru),
    ]
}

/// Every person's own mixture of needs.
fn sort(number: u128) -> impl FnOnce(&mut pb::Booking) {
    move |it| {
        let language = if number.is_multiple_of(2) {
            Language::Kk
        } else {
            Language::Ru
        };
        it.language = language.into();
        it.accessible = number.is_multiple_of(5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_callers_for_the_last_seats_of_several_quotas_take_exactly_those() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let session = world
        .session_with(&stage, 3 * DAY, 12, &forms(7, 4, 2))
        .await
        .name;
    for number in 1..=200 {
        world.accept(number).await;
    }
    let calls = (1..=200).map(|number: u128| {
        let (world, session) = (world.clone(), session.clone());
        tokio::spawn(async move { world.hold_as(number, &session, sort(number)).await })
    });
    let answers: Vec<_> = join_all(calls).await;
    let answers: Vec<Answer<pb::Booking>> = answers
        .into_iter()
        .map(|it| it.expect("no panic"))
        .collect();
    world.quotas_add_up().await;
    let told = reasons(&answers);
    let known = ["QUOTA_FULL", "SESSION_FULL"].map(str::to_owned);
    assert!(told.is_subset(&BTreeSet::from(known)), "{told:?}");
    // Eleven forms for twelve seats: the forms are what runs out.
    assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 11);
    let shown = world.get_session(&session).await;
    let left: Vec<i32> = shown.quotas.iter().map(|it| it.seats_left).collect();
    assert_eq!(left[..2], [0, 0]);
    assert_eq!(shown.seats_left, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_across_each_other_among_scarce_quotas_neither_wait_forever_nor_lose_a_seat() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let one = world
        .session_with(&stage, 3 * DAY, 12, &forms(6, 6, 3))
        .await
        .name;
    let two = world
        .session_with(&stage, 4 * DAY, 12, &forms(6, 6, 3))
        .await
        .name;
    let mut names = Vec::new();
    for number in 1..=20 {
        world.accept(number).await;
        let session = if number % 4 < 2 { &one } else { &two };
        let held = world
            .hold_as(number, session, sort(number))
            .await
            .expect("a seat");
        names.push(
            world
                .confirm(number, &held.name)
                .await
                .expect("booked")
                .name,
        );
    }
    let calls = (0..200_u128).map(|call| {
        let person = call % 20 + 1;
        let at = usize::try_from(call % 20).expect("small");
        let (world, name) = (world.clone(), names[at].clone());
        let target = if (call / 20 + person) % 2 == 0 {
            one.clone()
        } else {
            two.clone()
        };
        tokio::spawn(async move { world.move_to(person, &name, &target).await })
    });
    let answers: Vec<_> = join_all(calls).await;
    let answers: Vec<Answer<pb::Booking>> = answers
        .into_iter()
        .map(|it| it.expect("no panic"))
        .collect();
    for status in answers.iter().filter_map(|it| it.as_ref().err()) {
        let known = [
            tonic::Code::FailedPrecondition,
            tonic::Code::InvalidArgument,
        ];
        assert!(known.contains(&status.code()), "{status:?}");
    }
    assert!(answers.iter().any(Result::is_ok));
    assert_eq!(world.count("bookings WHERE state = 'BOOKED'").await, 20);
    world.quotas_add_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_given_up_all_at_once_go_to_those_who_wait_each_to_another_and_in_order() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let mut booked = Vec::new();
    let mut sessions = Vec::new();
    for at in 0..2 {
        let session = world.session(&stage, (10 + at) * DAY, 10).await.name;
        sessions.push(session);
    }
    for number in 1..=20_u128 {
        world.accept(number).await;
        let at = usize::from(number % 2 == 0);
        booked.push(world.book(number, &sessions[at]).await.name);
    }
    for number in 101..=130 {
        world.accept(number).await;
        world.wait(number, &stage, |_| {}).await.expect("a place");
        world.pass(1);
    }
    // While they give up, passers-by try to be faster, and some who wait do, too.
    let mut calls = Vec::new();
    for number in 1..=20_u128 {
        let (world, name) = (
            world.clone(),
            booked[usize::try_from(number - 1).expect("small")].clone(),
        );
        calls.push(tokio::spawn(async move {
            world.cancel(number, &name).await.map(drop)
        }));
    }
    for number in 201..=240_u128 {
        world.accept(number).await;
    }
    for number in (201..=240_u128).chain(121..=130) {
        let (world, session) = (
            world.clone(),
            sessions[usize::from(number % 2 == 0)].clone(),
        );
        calls.push(tokio::spawn(async move {
            world.hold(number, &session).await.map(drop)
        }));
    }
    let answers: Vec<_> = join_all(calls).await;
    let answers: Vec<Answer<()>> = answers
        .into_iter()
        .map(|it| it.expect("no panic"))
        .collect();
    let told = reasons(&answers);
    let known = ["SESSION_FULL", "STAGE_ALREADY_BOOKED"].map(str::to_owned);
    assert!(told.is_subset(&BTreeSet::from(known)), "{told:?}");
    world.quotas_add_up().await;
    let offered = "waitlist_entries WHERE state = 'OFFERED'";
    assert_eq!(world.count(offered).await, 20);
    // The twenty who waited longest, and nobody else.
    for number in 101..=120 {
        let place = world.newest_entry(number).await;
        assert_eq!(
            place.state(),
            pb::waitlist_entry::State::Offered,
            "{number}"
        );
    }
    // Two hundred answers to twenty offers: each is taken or rejected, and once.
    let mut calls = Vec::new();
    for call in 0..200_u128 {
        let number = 101 + call % 20;
        let (world, name) = (world.clone(), world.newest_entry(number).await.name);
        calls.push(tokio::spawn(async move {
            if call / 20 % 2 == 0 {
                world.take_offer(number, &name).await.map(drop)
            } else {
                world.reject_offer(number, &name, false).await.map(drop)
            }
        }));
    }
    let answers: Vec<_> = join_all(calls).await;
    let answers: Vec<Answer<()>> = answers
        .into_iter()
        .map(|it| it.expect("no panic"))
        .collect();
    let told = reasons(&answers);
    assert!(
        told.is_subset(&BTreeSet::from(["WAITLIST_ENTRY_OVER".to_owned()])),
        "{told:?}"
    );
    world.quotas_add_up().await;
    let over = "waitlist_entries WHERE state IN ('ACCEPTED', 'REJECTED')";
    assert_eq!(world.count(over).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closure_among_bookings_moves_and_cancellations_leaves_nobody_in_the_closed_session() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let one = world.session(&stage, 10 * DAY, 40).await.name;
    let two = world.session(&stage, 11 * DAY, 40).await.name;
    let mut names = Vec::new();
    for number in 1..=30 {
        world.accept(number).await;
        let session = if number % 2 == 0 { &one } else { &two };
        names.push(world.book(number, session).await.name);
    }
    for number in 101..=130 {
        world.accept(number).await;
    }
    let (at_home, closing_one) = (world.clone(), one.clone());
    let mut calls = Vec::new();
    for number in 1..=30_u128 {
        let (world, one) = (world.clone(), one.clone());
        let name = names[usize::try_from(number - 1).expect("small")].clone();
        calls.push(tokio::spawn(async move {
            match number % 3 {
                0 => world.cancel(number, &name).await.map(drop),
                _ => world.move_to(number, &name, &one).await.map(drop),
            }
        }));
        let (world, session) = (at_home.clone(), closing_one.clone());
        calls.push(tokio::spawn(async move {
            world.hold(number + 100, &session).await.map(drop)
        }));
    }
    let closing = {
        let (world, one) = (world.clone(), one.clone());
        tokio::spawn(async move { world.close(&one, 0, 20 * DAY, false).await.map(drop) })
    };
    let answers: Vec<_> = join_all(calls).await;
    closing.await.expect("no panic").expect("closed");
    for answer in answers {
        if let Err(status) = answer.expect("no panic") {
            let known = [
                tonic::Code::FailedPrecondition,
                tonic::Code::InvalidArgument,
                tonic::Code::AlreadyExists,
            ];
            assert!(known.contains(&status.code()), "{status:?}");
        }
    }
    world.run("closed_sessions").await;
    assert_eq!(world.seats_left(&one).await, 40);
    world.quotas_add_up().await;
    let displaced = world.count("bookings WHERE state = 'DISPLACED'").await;
    let owed = world.count("waitlist_entries WHERE displaced").await;
    assert_eq!(displaced, owed);
}

/// Six seats: four for everybody, two kept for those who need an accessible one, until a day before.
fn kept() -> Vec<pb::Quota> {
    let others = pb::Quota {
        release_notice: Some(prost_types::Duration {
            seconds: DAY * 60,
            nanos: 0,
        }),
        ..quota("others", Kind::OrdinarySeat, "", 4)
    };
    vec![quota("wide", Kind::AccessibleWorkstation, "", 2), others]
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_crowd_only_those_who_need_them_get_the_seats_that_are_kept() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &kept()).await.name;
    for number in 1..=60 {
        world.accept(number).await;
    }
    let hold = |number: u128| {
        let (world, session) = (world.clone(), session.clone());
        let needs = move |it: &mut pb::Booking| it.accessible = number > 57;
        tokio::spawn(async move { world.hold_as(number, &session, needs).await })
    };
    // Everybody else comes first, and finds that two seats are not for them.
    let answers = join_all((1..=57).map(hold)).await;
    let answers: Vec<Answer<pb::Booking>> = answers
        .into_iter()
        .map(|it| it.expect("no panic"))
        .collect();
    assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 4);
    assert_eq!(reasons(&answers), BTreeSet::from(["QUOTA_FULL".to_owned()]));
    assert_eq!(world.seats_left(&session).await, 2);
    let needy = join_all((58..=60).map(hold)).await;
    let needy: Vec<Answer<pb::Booking>> =
        needy.into_iter().map(|it| it.expect("no panic")).collect();
    assert_eq!(needy.iter().filter(|it| it.is_ok()).count(), 2);
    assert_eq!(world.seats_left(&session).await, 0);
    world.quotas_add_up().await;
}

#[tokio::test]
async fn kept_seats_are_for_anybody_once_they_are_released() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &kept()).await.name;
    for number in 1..=6 {
        world.accept(number).await;
    }
    for number in 1..=4 {
        world.book(number, &session).await;
    }
    let refused_for = |answer: Answer<pb::Booking>| reason(&answer.expect_err("no seat"));
    assert_eq!(refused_for(world.hold(5, &session).await), "QUOTA_FULL");
    let waiting = world.wait(5, &stage, |_| {}).await.expect("a place").name;
    world.run("waiting_lists").await;
    let waits = world.entry(5, &waiting).await;
    assert_eq!(waits.state(), pb::waitlist_entry::State::Waiting);
    world.pass(2 * DAY - 1);
    assert_eq!(refused_for(world.hold(6, &session).await), "QUOTA_FULL");
    // A day before the start: who waits is offered one, and whoever comes finds the other.
    world.pass(1);
    world.run("waiting_lists").await;
    let offered = world.entry(5, &waiting).await;
    assert_eq!(offered.state(), pb::waitlist_entry::State::Offered);
    world.hold(6, &session).await.expect("a seat");
    assert_eq!(world.seats_left(&session).await, 0);
    world.quotas_add_up().await;
}
