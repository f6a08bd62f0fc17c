//! Crowds: two hundred callers for one thing, of which there is one.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use futures_util::future::join_all;
use proto::partner::v1 as partner;
use proto::testing::v1 as pb;
use proto::testing::v1::TestSystem::{Kaztest, Qrt};

use crate::world::{Answer, World, hold_request, issue_request, reason, reserve_request};

const CALLERS: u128 = 200;

/// Runs them all at once on all threads.
async fn crowd<T, F>(call: impl Fn(u128) -> F) -> Vec<Answer<T>>
where
    T: Send + 'static,
    F: Future<Output = Answer<T>> + Send + 'static,
{
    let calls = (1..=CALLERS).map(|number| tokio::spawn(call(number)));
    let answers = join_all(calls).await;
    answers
        .into_iter()
        .map(|it| it.expect("no panic"))
        .collect()
}

/// Those who got something, and the reasons of the others.
fn outcome<T>(answers: Vec<Answer<T>>) -> (Vec<T>, BTreeSet<String>) {
    let mut got = Vec::new();
    let mut reasons = BTreeSet::new();
    for answer in answers {
        match answer {
            Ok(it) => got.push(it),
            Err(status) => drop(reasons.insert(reason(&status))),
        }
    }
    (got, reasons)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_of_one_person_issue_one_code() {
    let world = Arc::new(World::new().await);
    let answers = crowd(|number| {
        let world = world.clone();
        let system = if number % 2 == 0 { Kaztest } else { Qrt };
        async move { world.issue(1, system).await }
    })
    .await;
    let (got, reasons) = outcome(answers);
    assert_eq!(got.len(), 1);
    assert_eq!(
        reasons,
        BTreeSet::from(["PROMO_CODE_ALREADY_ISSUED".to_owned()])
    );
    assert_eq!(world.count("promo_codes").await, 1);
    assert_eq!(world.told_kinds().await, ["PromoCodeIssued"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_repeats_of_one_request_get_the_same_code() {
    let world = Arc::new(World::new().await);
    let request = issue_request(Kaztest, world.request());
    let answers = crowd(|_| {
        let (mut codes, request) = (world.codes(1), request.clone());
        async move {
            codes
                .issue_promo_code(request)
                .await
                .map(tonic::Response::into_inner)
        }
    })
    .await;
    let (got, reasons) = outcome(answers);
    assert!(reasons.is_empty(), "{reasons:?}");
    assert!(
        got.windows(2)
            .all(|pair: &[pb::PromoCode]| pair[0] == pair[1])
    );
    assert_eq!(world.count("promo_codes").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_get_a_code_each_and_no_two_the_same() {
    let world = Arc::new(World::new().await);
    let answers = crowd(|number| {
        let world = world.clone();
        async move { world.issue(number, Kaztest).await }
    })
    .await;
    // Two of the numbers belong to the neighbours' special cases only from 666 on.
    let (got, reasons) = outcome(answers);
    assert!(reasons.is_empty(), "{reasons:?}");
    let codes: BTreeSet<String> = got.into_iter().map(|it| it.code).collect();
    assert_eq!(codes.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_callers_for_one_seat_get_one_seat() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * 24 * 60, 1).await.name;
    for number in 1..=CALLERS {
        world.accept(number).await;
    }
    let answers = crowd(|number| {
        let mut bookings = world.bookings(number);
        let request = hold_request(&session, world.request());
        async move {
            bookings
                .create_booking(request)
                .await
                .map(tonic::Response::into_inner)
        }
    })
    .await;
    let (got, reasons) = outcome(answers);
    assert_eq!(got.len(), 1);
    assert_eq!(reasons, BTreeSet::from(["SESSION_FULL".to_owned()]));
    assert_eq!(world.count("bookings").await, 1);
    world.seats_add_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_of_one_person_hold_one_seat() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let sessions = [
        world.session(&stage, 3 * 24 * 60, 100).await.name,
        world.session(&stage, 4 * 24 * 60, 100).await.name,
    ];
    world.accept(1).await;
    let answers = crowd(|number| {
        let mut bookings = world.bookings(1);
        let session = &sessions[usize::from(number % 2 == 0)];
        let request = hold_request(session, world.request());
        async move {
            bookings
                .create_booking(request)
                .await
                .map(tonic::Response::into_inner)
        }
    })
    .await;
    let (got, reasons) = outcome(answers);
    assert_eq!(got.len(), 1);
    assert_eq!(reasons, BTreeSet::from(["STAGE_ALREADY_BOOKED".to_owned()]));
    world.seats_add_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_reservers_of_one_code_get_one_reservation() {
    let world = Arc::new(World::new().await);
    let code = world.kaztest_code(1).await.code;
    let answers = crowd(|_| {
        let mut partner = world.as_partner("kaztest");
        let request = reserve_request(1, &code, world.request());
        async move {
            partner
                .reserve_promo_code(request)
                .await
                .map(tonic::Response::into_inner)
        }
    })
    .await;
    let (got, reasons) = outcome(answers);
    assert_eq!(got.len(), 1);
    assert_eq!(
        reasons,
        BTreeSet::from(["CODE_ALREADY_RESERVED".to_owned()])
    );
    assert_eq!(world.count("redemptions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_redeemers_make_one_redemption() {
    let world = Arc::new(World::new().await);
    let code = world.kaztest_code(1).await.code;
    let name = world.reserve(1, &code).await.expect("reserved").name;
    let answers = crowd(|_| {
        let mut partner = world.as_partner("kaztest");
        let request = partner::RedeemPromoCodeRequest {
            name: name.clone(),
            request_id: world.request(),
        };
        async move {
            partner
                .redeem_promo_code(request)
                .await
                .map(tonic::Response::into_inner)
        }
    })
    .await;
    let (got, reasons) = outcome(answers);
    assert!(reasons.is_empty(), "{reasons:?}");
    assert!(
        got.windows(2)
            .all(|pair: &[partner::Redemption]| pair[0] == pair[1])
    );
    assert_eq!(
        world.count("audit WHERE action = 'RedeemPromoCode'").await,
        1
    );
    assert_eq!(
        world.told_kinds().await,
        ["PromoCodeIssued", "PromoCodeRedeemed"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_change_seats_across_each_other_neither_wait_forever_nor_lose_one() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    let one = world.session(&stage, 3 * 24 * 60, 12).await.name;
    let two = world.session(&stage, 4 * 24 * 60, 12).await.name;
    let mut names = Vec::new();
    for number in 1..=20 {
        world.accept(number).await;
        let session = if number % 2 == 0 { &one } else { &two };
        names.push(world.book(number, session).await.name);
    }
    let answers = crowd(|number| {
        let person = (number - 1) % 20 + 1;
        let at = usize::try_from(person - 1).expect("small");
        let (world, name) = (world.clone(), names[at].clone());
        let target = if number % 2 == 0 {
            two.clone()
        } else {
            one.clone()
        };
        async move { world.move_to(person, &name, &target).await }
    })
    .await;
    for answer in answers.into_iter().filter_map(Result::err) {
        let code = answer.code();
        let known = [
            tonic::Code::FailedPrecondition,
            tonic::Code::InvalidArgument,
        ];
        assert!(known.contains(&code), "{answer:?}");
    }
    let seats = "bookings WHERE state = 'BOOKED'";
    assert_eq!(world.count(seats).await, 20);
    world.seats_add_up().await;
}
