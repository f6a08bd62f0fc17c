//! Many callers at the same instant: one account for an IIN, ten guesses for a code, one
//! administrator at least.

use chassis::caller::Role;
use futures_util::future::join_all;
use pb::prove_registration_email_request::Proof;
use proto::identity::v1 as pb;

use crate::world::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_finishers_of_one_iin_exactly_one_gets_the_account() {
    let world = world().await;
    let mut attempts = Vec::new();
    for number in 0..12 {
        attempts.push(
            world
                .proven(attempt(IIN, &format!("p{number}@example.kz")))
                .await,
        );
    }
    let outcomes = join_all(attempts.iter().map(|name| world.complete(name))).await;
    let (made, others): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    for other in others {
        assert_eq!(refused(other), "ACCOUNT_EXISTS");
    }
    let sql = "SELECT COUNT(*) AS n FROM account";
    let row = chassis::database::query_one(world.wiring.db.read(), sql, [])
        .await
        .expect("a row");
    assert_eq!(
        row.expect("a row")
            .try_get::<i64>("", "n")
            .expect("a number"),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_finishers_with_one_address_exactly_one_gets_the_account() {
    let world = world().await;
    let mut attempts = Vec::new();
    for iin in [IIN, "010101100008", "010101200004", "010101100903"] {
        attempts.push(world.proven(attempt(iin, EMAIL)).await);
    }
    let outcomes = join_all(attempts.iter().map(|name| world.complete(name))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_sent_at_once_are_all_counted() {
    let world = world().await;
    let name = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    let code = wrong_code(&world.mail_of(EMAIL, &name).await);
    let guesses = join_all((0..40).map(|_| world.prove(&name, Proof::Code(code.clone())))).await;
    let reasons: Vec<_> = guesses.into_iter().map(refused).collect();
    let looked_at = reasons
        .iter()
        .filter(|reason| *reason == "EMAIL_PROOF_WRONG")
        .count();
    assert_eq!(looked_at, 10, "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_can_not_take_the_role_from_each_other() {
    let world = world().await;
    let first = world.seed(IIN, EMAIL, &[Role::Administrator]).await;
    let second = world
        .seed("010101200508", "second@example.kz", &[Role::Administrator])
        .await;
    let callers = [
        world.caller(EMAIL).await,
        world.caller("second@example.kz").await,
    ];
    let taken = join_all(
        [(&callers[0], second), (&callers[1], first)].map(|(by, name)| {
            let request = pb::RevokeRoleRequest {
                name,
                role: pb::Role::Administrator.into(),
                request_id: world.request_id(),
            };
            let mut accounts = world.accounts_of(by);
            async move {
                accounts
                    .revoke_role(request)
                    .await
                    .map(|it| it.into_inner())
            }
        }),
    )
    .await;
    assert_eq!(
        taken.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{taken:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_double_click_on_refresh_leaves_a_session_that_works() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let session = world.sign_in(IIN, PASSWORD).await.expect("a session");
    let pairs = join_all([
        world.refresh(&session.refresh_token),
        world.refresh(&session.refresh_token),
    ])
    .await;
    for pair in pairs {
        world
            .exchange(&pair.expect("a pair").access_token)
            .await
            .expect("good");
    }
}
