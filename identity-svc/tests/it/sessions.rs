//! Staying signed in, signing out, and tokens that somebody copied.

use chassis::caller::Caller;
use jiff::SignedDuration;
use proto::identity::v1 as pb;

use crate::world::*;

async fn signed_in() -> (World, pb::Session) {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let session = world.sign_in(IIN, PASSWORD).await.expect("a session");
    (world, session)
}

fn person(caller: &Caller) -> &chassis::caller::Person {
    caller.person().expect("a person")
}

#[tokio::test]
async fn an_access_token_is_traded_for_a_caller_token_for_one_service() {
    let (world, session) = signed_in().await;
    let caller = world
        .exchange(&session.access_token)
        .await
        .expect("a caller");
    assert_eq!(person(&caller).name(), session.account);
    assert_eq!(
        format!("sessions/{}", person(&caller).session),
        session.name
    );
    assert_eq!(refused(world.exchange("made up").await), "NOT_SIGNED_IN");
    assert_eq!(
        refused(world.exchange(&session.refresh_token).await),
        "NOT_SIGNED_IN"
    );
    let request = pb::ExchangeSessionRequest {
        access_token: session.access_token,
        audience: "elsewhere".into(),
    };
    let status = world
        .gateway()
        .exchange_session(request)
        .await
        .expect_err("nobody is called so");
    assert_eq!(
        status.violations(),
        [("audience".into(), "UNKNOWN_VALUE".into())]
    );
}

#[tokio::test]
async fn an_access_token_lives_a_quarter_of_an_hour_and_a_refresh_brings_the_next() {
    let (world, first) = signed_in().await;
    world
        .clock
        .advance(SignedDuration::from_mins(15) - SignedDuration::from_micros(1));
    world
        .exchange(&first.access_token)
        .await
        .expect("still good");
    world.clock.advance(SignedDuration::from_micros(1));
    assert_eq!(
        refused(world.exchange(&first.access_token).await),
        "NOT_SIGNED_IN"
    );
    let second = world
        .refresh(&first.refresh_token)
        .await
        .expect("a new pair");
    assert_eq!(second.name, first.name);
    world.exchange(&second.access_token).await.expect("good");
}

#[tokio::test]
async fn a_session_runs_out_after_half_an_hour_of_nothing() {
    let (world, session) = signed_in().await;
    world.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(
        refused(world.refresh(&session.refresh_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        refused(world.exchange(&session.access_token).await),
        "SESSION_ENDED"
    );
}

#[tokio::test]
async fn the_busiest_session_ends_after_twelve_hours() {
    let (world, mut session) = signed_in().await;
    let end = world.clock.now() + SignedDuration::from_hours(12);
    while world.clock.now() + SignedDuration::from_mins(29) < end {
        world.clock.advance(SignedDuration::from_mins(29));
        session = world
            .refresh(&session.refresh_token)
            .await
            .expect("refreshed");
    }
    assert_eq!(
        session.refresh_expire_time,
        Some(chassis::clock::to_pb(end))
    );
    world.clock.set(end);
    assert_eq!(
        refused(world.refresh(&session.refresh_token).await),
        "SESSION_ENDED"
    );
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_without_harm() {
    let (world, first) = signed_in().await;
    world
        .refresh(&first.refresh_token)
        .await
        .expect("the answer that is lost");
    let again = world
        .refresh(&first.refresh_token)
        .await
        .expect("the answer that arrives");
    world.exchange(&again.access_token).await.expect("good");
    world
        .refresh(&again.refresh_token)
        .await
        .expect("and so on");
}

#[tokio::test]
async fn a_copied_token_that_comes_back_ends_the_session_for_both() {
    let (world, first) = signed_in().await;
    let second = world
        .refresh(&first.refresh_token)
        .await
        .expect("a new pair");
    world
        .exchange(&second.access_token)
        .await
        .expect("the new pair arrived");
    assert_eq!(
        refused(world.refresh(&first.refresh_token).await),
        "REFRESH_TOKEN_REUSED"
    );
    assert_eq!(
        refused(world.exchange(&second.access_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        refused(world.refresh(&second.refresh_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        refused(world.refresh(&first.refresh_token).await),
        "SESSION_ENDED"
    );
}

#[tokio::test]
async fn a_token_two_generations_old_ends_the_session_even_if_nothing_was_used_since() {
    let (world, first) = signed_in().await;
    let second = world.refresh(&first.refresh_token).await.expect("a pair");
    world.refresh(&second.refresh_token).await.expect("a pair");
    assert_eq!(
        refused(world.refresh(&first.refresh_token).await),
        "REFRESH_TOKEN_REUSED"
    );
}

#[tokio::test]
async fn signing_out_stops_both_tokens_and_twice_changes_nothing() {
    let (world, session) = signed_in().await;
    let caller = world
        .exchange(&session.access_token)
        .await
        .expect("a caller");
    let mut sessions = world.sessions_of(&caller);
    let current = pb::GetSessionRequest {
        name: "sessions/current".into(),
    };
    let seen = sessions
        .get_session(current)
        .await
        .expect("a session")
        .into_inner();
    assert_eq!(
        (seen.name.as_str(), seen.access_token.as_str()),
        (session.name.as_str(), "")
    );
    for name in ["sessions/current", &session.name] {
        let request = pb::EndSessionRequest {
            name: name.into(),
            request_id: world.request_id(),
        };
        let ended = sessions
            .end_session(request)
            .await
            .expect("ended")
            .into_inner();
        assert_eq!(ended.state(), pb::session::State::Ended);
    }
    assert_eq!(
        refused(world.exchange(&session.access_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        refused(world.refresh(&session.refresh_token).await),
        "SESSION_ENDED"
    );
}

#[tokio::test]
async fn somebody_elses_session_is_not_there() {
    let (world, session) = signed_in().await;
    world.seed("010101100008", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    let mut sessions = world.sessions_of(&other);
    let get = pb::GetSessionRequest {
        name: session.name.clone(),
    };
    assert_eq!(refused(sessions.get_session(get).await), "NOT_FOUND");
    let end = pb::EndSessionRequest {
        name: session.name,
        request_id: world.request_id(),
    };
    assert_eq!(refused(sessions.end_session(end).await), "NOT_FOUND");
    world
        .exchange(&session.access_token)
        .await
        .expect("untouched");
}

#[tokio::test]
async fn no_token_and_no_password_is_readable_in_the_database() {
    let (world, session) = signed_in().await;
    let db = world.wiring.db.read();
    let sql = "SELECT refresh_hash, access_hash FROM session_token";
    let row = chassis::database::query_one(db, sql, [])
        .await
        .expect("a row")
        .expect("a row");
    for column in ["refresh_hash", "access_hash"] {
        let kept: String = row.try_get("", column).expect("a hash");
        assert!(kept != session.access_token && kept != session.refresh_token);
    }
    let sql = "SELECT answer FROM once WHERE rpc = 'CreateSession'";
    let row = chassis::database::query_one(db, sql, [])
        .await
        .expect("a row")
        .expect("a row");
    let answer: Vec<u8> = row.try_get("", "answer").expect("an answer");
    let kept = <pb::Session as prost::Message>::decode(answer.as_slice()).expect("a session");
    assert_eq!(
        (kept.access_token.as_str(), kept.refresh_token.as_str()),
        ("", "")
    );
}
