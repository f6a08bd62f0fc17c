//! Failed sign-ins: seen by administrators, telling nobody's login, and not for ever.

use jiff::SignedDuration;
use pb::failed_sign_ins_client::FailedSignInsClient;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::world::*;

async fn list(
    world: &World,
    by: &str,
    request: pb::ListFailedSignInsRequest,
) -> Result<pb::ListFailedSignInsResponse, Status> {
    let by = world.caller(by).await;
    let mut failed = FailedSignInsClient::new(world.speaking_for(by));
    Ok(failed.list_failed_sign_ins(request).await?.into_inner())
}

const ADMIN: &str = "admin@example.kz";

async fn world_with_administrator() -> World {
    let world = world().await;
    world
        .seed(
            "010101200508",
            ADMIN,
            &[chassis::caller::Role::Administrator],
        )
        .await;
    world
}

#[tokio::test]
async fn every_failed_sign_in_is_there_with_whose_it_was_and_without_what_was_typed() {
    let world = world_with_administrator().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    for login in [IIN, "nobody@example.kz", EMAIL, " NOBODY@example.kz"] {
        let wrong = world.sign_in(login, "another long password").await;
        assert_eq!(refused(wrong), "SIGN_IN_FAILED");
        world.clock.advance(SignedDuration::from_secs(1));
    }
    world.sign_in(IIN, PASSWORD).await.expect("a session");
    let all = list(&world, ADMIN, Default::default())
        .await
        .expect("a list");
    let whose: Vec<&str> = all
        .failed_sign_ins
        .iter()
        .map(|it| it.account.as_str())
        .collect();
    assert_eq!(whose, ["", &account, "", &account], "newest first");
    let [nobody_again, by_email, nobody, by_iin] = &all.failed_sign_ins[..] else {
        panic!("four")
    };
    assert_eq!(nobody_again.login_index, nobody.login_index);
    assert_ne!(by_email.login_index, by_iin.login_index);
    let text = format!("{all:?}");
    for typed in [IIN, "nobody", "alikhan", "another long password"] {
        assert!(!text.contains(typed), "{typed} in {text}");
    }

    let of_account = pb::ListFailedSignInsRequest {
        account: account.clone(),
        page_size: 1,
        ..Default::default()
    };
    let first = list(&world, ADMIN, of_account.clone())
        .await
        .expect("a page");
    assert_eq!(first.failed_sign_ins, std::slice::from_ref(by_email));
    let second = pb::ListFailedSignInsRequest {
        page_token: first.next_page_token,
        ..of_account
    };
    let second = list(&world, ADMIN, second).await.expect("a page");
    assert_eq!(second.failed_sign_ins, std::slice::from_ref(by_iin));
    let alike = pb::ListFailedSignInsRequest {
        login_index: nobody.login_index.clone(),
        ..Default::default()
    };
    let alike = list(&world, ADMIN, alike).await.expect("a list");
    assert_eq!(alike.failed_sign_ins.len(), 2);
}

#[tokio::test]
async fn they_are_for_administrators_and_gone_after_ninety_days() {
    let world = world_with_administrator().await;
    world.seed(IIN, EMAIL, &[]).await;
    let wrong = world.sign_in(IIN, "another long password").await;
    assert_eq!(refused(wrong), "SIGN_IN_FAILED");
    let by_applicant = list(&world, IIN, Default::default()).await;
    assert_eq!(refused(by_applicant), "NOT_ALLOWED");
    let odd = pb::ListFailedSignInsRequest {
        account: "somebody".into(),
        ..Default::default()
    };
    let odd = list(&world, ADMIN, odd).await.expect_err("odd");
    let odd_name = ("account".to_owned(), "INVALID_NAME".to_owned());
    assert_eq!(odd.violations(), [odd_name]);

    let day = SignedDuration::from_hours(24);
    world.clock.advance(day * 90);
    world.run_jobs().await;
    assert_eq!(world.rows("failed_sign_in").await, 1);
    world.clock.advance(SignedDuration::from_secs(1));
    world.run_jobs().await;
    assert_eq!(world.rows("failed_sign_in").await, 0);
}

#[tokio::test]
async fn only_the_newest_are_kept_when_there_are_too_many() {
    let world = world().await;
    for login in ["a@example.kz", "b@example.kz", "c@example.kz"] {
        let wrong = world.sign_in(login, "another long password").await;
        assert_eq!(refused(wrong), "SIGN_IN_FAILED");
        world.clock.advance(SignedDuration::from_secs(1));
    }
    let db = &world.wiring.db;
    let long_ago = jiff::Timestamp::UNIX_EPOCH;
    for (most, left) in [(3, 3), (2, 2), (2, 2), (0, 0)] {
        let tx = db.begin().await.expect("a transaction");
        let forgotten = identity_svc::store::failed_sign_in::forget(&tx, long_ago, most).await;
        forgotten.expect("forgotten");
        db.commit(tx).await.expect("committed");
        assert_eq!(world.rows("failed_sign_in").await, left, "{most}");
    }
}
