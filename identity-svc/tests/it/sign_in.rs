//! Signing in by either login, and what a wrong one costs.

use jiff::SignedDuration;
use proto::identity::v1 as pb;

use crate::world::*;

#[tokio::test]
async fn the_iin_and_the_address_lead_to_one_account_however_they_are_written() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    for login in [IIN, " 950615300000 ", EMAIL, "ALIKHAN@example.KZ"] {
        let session = world.sign_in(login, PASSWORD).await.expect("a session");
        assert_eq!(session.account, account, "{login}");
        assert_eq!(session.state(), pb::session::State::Active);
    }
    // The same letters typed another way: й as one sign and as two.
    let other_way = PASSWORD.replace('й', "\u{0438}\u{0306}");
    world.sign_in(IIN, &other_way).await.expect("a session");
}

#[tokio::test]
async fn an_unknown_login_and_a_wrong_password_get_one_answer() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let wrong = world
        .sign_in(IIN, "another long password")
        .await
        .expect_err("wrong");
    for login in [
        "010101100008",
        "nobody@example.kz",
        "000000000000",
        "neither one nor the other",
    ] {
        let unknown = world.sign_in(login, PASSWORD).await.expect_err("unknown");
        assert_eq!(
            (unknown.code(), unknown.message()),
            (wrong.code(), wrong.message()),
            "{login}"
        );
        assert_eq!(unknown.details(), wrong.details(), "{login}");
    }
    assert_eq!(wrong.reason(), "SIGN_IN_FAILED");
}

#[tokio::test]
async fn what_is_missing_or_endless_is_told_before_anything_is_hashed() {
    let world = world().await;
    let status = world.sign_in(" ", "").await.expect_err("empty");
    let required = ["login", "password"].map(|field| (field.to_owned(), "REQUIRED".to_owned()));
    assert_eq!(status.violations(), required);
    let status = world
        .sign_in(&"a".repeat(300), &"b".repeat(2000))
        .await
        .expect_err("endless");
    let long = ["login", "password"].map(|field| (field.to_owned(), "TOO_LONG".to_owned()));
    assert_eq!(status.violations(), long);
}

#[tokio::test]
async fn after_ten_wrong_passwords_each_costs_a_growing_wait_that_always_ends() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    // The login counts, whether anybody has it or not.
    for login in [IIN, "nobody@example.kz"] {
        for _ in 0..10 {
            assert_eq!(
                refused(world.sign_in(login, "another long password").await),
                "SIGN_IN_FAILED"
            );
        }
        let status = world.sign_in(login, PASSWORD).await.expect_err("wait");
        assert_eq!(status.reason(), "RATE_LIMITED");
        assert_eq!(status.code(), tonic::Code::ResourceExhausted);
    }
    // What comes during the wait does not make it longer.
    for _ in 0..50 {
        assert_eq!(
            refused(world.sign_in(IIN, "another long password").await),
            "RATE_LIMITED"
        );
    }
    world.clock.advance(SignedDuration::from_secs(1));
    world
        .sign_in(IIN, PASSWORD)
        .await
        .expect("the owner comes in");
    assert_eq!(
        refused(world.sign_in(IIN, "another long password").await),
        "SIGN_IN_FAILED"
    );
    world
        .sign_in(EMAIL, PASSWORD)
        .await
        .expect("the other login was never in the way");
}

#[tokio::test]
async fn a_repeated_sign_in_opens_no_second_session_and_gets_new_tokens() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let request = |password: &str| pb::CreateSessionRequest {
        login: IIN.into(),
        password: password.into(),
        request_id: chassis::testing::request_id(5),
    };
    let first = world
        .sessions()
        .create_session(request(PASSWORD))
        .await
        .expect("one")
        .into_inner();
    let again = world
        .sessions()
        .create_session(request(PASSWORD))
        .await
        .expect("one")
        .into_inner();
    assert_eq!(first.name, again.name);
    assert_ne!(first.access_token, again.access_token);
    for token in [&first.access_token, &again.access_token] {
        world.exchange(token).await.expect("both are good");
    }
    assert_eq!(
        refused(
            world
                .sessions()
                .create_session(request("another password"))
                .await
        ),
        "SIGN_IN_FAILED"
    );
}

#[tokio::test]
async fn a_hash_made_at_yesterdays_cost_is_made_anew_at_sign_in() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let mut wiring = world.wiring.clone();
    wiring.config.hashing.passes = 2;
    let dearer = identity_svc::build(wiring).await.expect("the service");
    let net = chassis::client::LocalNet::default();
    net.add("identity-svc", dearer.routes);
    let mut sessions = pb::sessions_client::SessionsClient::new(net.connect("identity-svc"));
    for number in [1, 2] {
        let request = pb::CreateSessionRequest {
            login: IIN.into(),
            password: PASSWORD.into(),
            request_id: chassis::testing::request_id(number),
        };
        sessions.create_session(request).await.expect("a session");
    }
    let sql = "SELECT password_hash FROM account";
    let row = chassis::database::query_one(world.wiring.db.read(), sql, [])
        .await
        .expect("a row");
    let hash: String = row
        .expect("an account")
        .try_get("", "password_hash")
        .expect("a hash");
    assert!(hash.contains("t=2"), "{hash}");
}
