//! Limits that slow a guesser down and lock neither the victim out nor a classroom.

use chassis::mask::Masked;
use futures_util::future::join_all;
use identity_svc::seed::{self, SeedAccount};
use jiff::SignedDuration;
use pb::recoveries_client::RecoveriesClient;
use proto::identity::v1 as pb;
use tonic::{Request, Status};

use crate::world::*;

const WRONG: &str = "another long password";
const SCHOOL: &str = "198.51.100.20";
const GUESSER: &str = "203.0.113.9";

/// The IINs of the people that the registry comes with.
fn people() -> Vec<String> {
    let file = include_str!("../../data/people.json");
    let people: Vec<serde_json::Value> = serde_json::from_str(file).expect("people");
    let iin = |person: &serde_json::Value| person["iin"].as_str().expect("an IIN").to_owned();
    people.iter().map(iin).collect()
}

async fn recover_from(world: &World, address: &str, login: &str) -> Result<pb::Recovery, Status> {
    let request = pb::CreateRecoveryRequest {
        recovery: Some(pb::Recovery {
            login: login.into(),
            ..Default::default()
        }),
        request_id: world.request_id(),
    };
    let mut recoveries = RecoveriesClient::new(world.stranger());
    let answer = recoveries.create_recovery(world.from(address, request));
    Ok(answer.await?.into_inner())
}

#[tokio::test]
async fn a_victim_signs_in_at_once_while_a_stranger_guesses_elsewhere() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    // By address and network: a guesser has the whole of a /64.
    for (guesser, victim) in [(GUESSER, SCHOOL), ("2001:db8:1:2::1", "2001:db8:1:3::1")] {
        for _ in 0..40 {
            let guess = world.sign_in_from(guesser, IIN, WRONG).await;
            guess.expect_err("a wrong password");
        }
        let slowed = world.sign_in_from(guesser, IIN, PASSWORD).await;
        assert_eq!(refused(slowed), "RATE_LIMITED");
        let session = world.sign_in_from(victim, IIN, PASSWORD).await;
        session.expect("the victim comes in");
        // Who came in elsewhere does not free the guesser.
        let slowed = world.sign_in_from(guesser, IIN, PASSWORD).await;
        assert_eq!(refused(slowed), "RATE_LIMITED");
    }
    let neighbour = world.sign_in_from("2001:db8:1:2::99", IIN, PASSWORD).await;
    assert_eq!(refused(neighbour), "RATE_LIMITED");
}

#[tokio::test]
async fn a_classroom_behind_one_address_registers_mistypes_and_signs_in() {
    let world = world().await;
    let people = people();
    for (number, iin) in people.iter().take(40).enumerate() {
        let email = format!("pupil{number}@example.kz");
        let started = world.start_from(SCHOOL, attempt(iin, &email)).await;
        started.expect("an attempt");
        let account = SeedAccount {
            iin,
            email: &email,
            password: Masked::new(PASSWORD.into()),
            language: chassis::text::Language::Kk,
            roles: &[],
        };
        seed::account(&world.wiring, account).await.expect("seeded");
    }
    for iin in people.iter().take(40) {
        for _ in 0..4 {
            let mistyped = world.sign_in_from(SCHOOL, iin, WRONG).await;
            assert_eq!(refused(mistyped), "SIGN_IN_FAILED");
        }
        let session = world.sign_in_from(SCHOOL, iin, PASSWORD).await;
        session.expect("in at once");
        let forgotten = recover_from(&world, SCHOOL, iin).await;
        forgotten.expect("a recovery");
    }
}

#[tokio::test]
async fn who_tries_one_password_on_many_logins_is_slowed_and_nobody_elsewhere_is() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    for number in 0..200 {
        let login = format!("somebody{number}@example.kz");
        let guess = world.sign_in_from(GUESSER, &login, WRONG).await;
        assert_eq!(refused(guess), "SIGN_IN_FAILED", "{number}");
    }
    let slowed = world
        .sign_in_from(GUESSER, "one.more@example.kz", WRONG)
        .await;
    assert_eq!(refused(slowed), "RATE_LIMITED");
    let elsewhere = world.sign_in_from(SCHOOL, IIN, PASSWORD).await;
    elsewhere.expect("in at once");
    // The wait of an address is short: who shares it gets through.
    world.clock.advance(SignedDuration::from_secs(10));
    let shared = world.sign_in_from(GUESSER, IIN, PASSWORD).await;
    shared.expect("ten seconds later");
}

#[tokio::test]
async fn an_address_that_the_gateway_does_not_vouch_for_counts_as_none() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let sign_in = async |address: String, token: Option<&str>| {
        let mut request = Request::new(pb::CreateSessionRequest {
            login: IIN.into(),
            password: WRONG.into(),
            request_id: world.request_id(),
        });
        let metadata = request.metadata_mut();
        metadata.insert("x-client-address", address.parse().expect("a header"));
        if let Some(token) = token {
            metadata.insert("x-gateway-token", token.parse().expect("a header"));
        }
        refused(world.sessions().create_session(request).await)
    };
    // A token of another service vouches for nothing.
    let identity = world.keys.identity(&world.clock);
    let foreign = identity.token("identity-svc").expect("a token");
    for token in [None, Some("made up"), Some(foreign.as_str())] {
        world.clock.advance(SignedDuration::from_mins(20));
        let mut reasons = Vec::new();
        for number in 0..12 {
            reasons.push(sign_in(format!("192.0.2.{number}"), token).await);
        }
        let expected = [&["SIGN_IN_FAILED"; 10][..], &["RATE_LIMITED"; 2]].concat();
        assert_eq!(reasons, expected, "{token:?}");
    }
    let owner = world.sign_in_from(SCHOOL, IIN, PASSWORD).await;
    owner.expect("those who come through the gateway are not in the way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_guesses_sent_at_once_no_more_are_looked_at_than_are_free() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let tally = world.wiring.config.hashing.tally.clone();
    let before = tally.so_far();
    let guesses = (0..60).map(|_| world.sign_in_from(GUESSER, IIN, WRONG));
    let reasons: Vec<_> = join_all(guesses).await.into_iter().map(refused).collect();
    let looked_at = reasons.iter().filter(|it| *it == "SIGN_IN_FAILED").count();
    assert_eq!(looked_at, 10, "{reasons:?}");
    assert_eq!(tally.so_far() - before, 10);
}

#[tokio::test]
async fn registrations_and_recoveries_of_one_login_from_one_address_slow_down_and_go_on() {
    let world = world().await;
    let mut at_once = 0;
    while recover_from(&world, GUESSER, IIN).await.is_ok() {
        at_once += 1;
    }
    assert_eq!(at_once, 10);
    let elsewhere = recover_from(&world, SCHOOL, IIN).await;
    elsewhere.expect("a recovery");
    let mut at_once = 0;
    while world.start_from(GUESSER, attempt(IIN, EMAIL)).await.is_ok() {
        at_once += 1;
    }
    assert_eq!(at_once, 10);
    // The wait doubles, and always ends.
    for seconds in [1, 2, 4, 8] {
        let status = recover_from(&world, GUESSER, IIN).await;
        let status = status.expect_err("a wait");
        assert_eq!(status.reason(), "RATE_LIMITED");
        let retry = world.clock.now() + SignedDuration::from_secs(seconds);
        assert_eq!(status.fact("retry_time"), retry.to_string());
        world.clock.set(retry);
        let after = recover_from(&world, GUESSER, IIN).await;
        after.expect("after the wait");
    }
}

#[tokio::test]
async fn who_begins_recoveries_elsewhere_keeps_no_mail_from_the_owner() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    for number in 0..10 {
        let from = format!("192.0.2.{}", number / 3);
        let begun = recover_from(&world, &from, IIN).await;
        begun.expect("a recovery");
    }
    world.relay().await;
    let recoveries = async || {
        let mails = world.mails_to(EMAIL).await;
        let sent = mails.iter().filter(|it| it.text.contains("/recover#name="));
        sent.count()
    };
    let before = recoveries().await;
    assert!((5..=9).contains(&before), "{before}");
    let own = recover_from(&world, SCHOOL, EMAIL).await;
    let own = own.expect("a recovery");
    world.relay().await;
    world.mail_of(EMAIL, &own.name).await;
    assert_eq!(recoveries().await, before + 1);
}

#[tokio::test]
async fn counts_hold_no_address_and_are_forgotten() {
    let world = world().await;
    let guess = world.sign_in_from(GUESSER, IIN, WRONG).await;
    guess.expect_err("nobody has it");
    let keys = async || {
        let sql = "SELECT key FROM throttle";
        let rows = chassis::database::query_all(world.wiring.db.read(), sql, []).await;
        let rows = rows.expect("rows");
        let key = |row: &sea_orm::QueryResult| row.try_get::<String>("", "key").expect("a key");
        rows.iter().map(key).collect::<Vec<_>>()
    };
    let kept = keys().await;
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|key| key.len() == 64));
    assert!(!format!("{kept:?}").contains(GUESSER));
    world.clock.advance(SignedDuration::from_mins(61));
    world.run_jobs().await;
    assert_eq!(keys().await, Vec::<String>::new());
}
