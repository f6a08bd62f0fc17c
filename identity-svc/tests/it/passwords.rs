//! One's own sessions listed and ended; a new password ends all others.

use chassis::caller::Caller;
use chassis::database::query_all;
use jiff::SignedDuration;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::world::*;

const NEW: &str = "ақ боз ат көктем алдында";

/// A person signed in three times: in the first session a caller, of the others the answers.
async fn signed_in_thrice(world: &World) -> (Caller, pb::Session, pb::Session, pb::Session) {
    world.seed(IIN, EMAIL, &[]).await;
    let mut sessions = Vec::new();
    for login in [IIN, EMAIL, IIN] {
        world.clock.advance(SignedDuration::from_secs(1));
        sessions.push(world.sign_in(login, PASSWORD).await.expect("a session"));
    }
    let [first, second, third] = sessions.try_into().expect("three");
    let first: pb::Session = first;
    let caller = world.exchange(&first.access_token).await.expect("a caller");
    (caller, first, second, third)
}

async fn list(
    world: &World,
    by: &Caller,
    parent: &str,
) -> Result<pb::ListSessionsResponse, Status> {
    let request = pb::ListSessionsRequest {
        parent: parent.into(),
        ..Default::default()
    };
    let answer = world.sessions_of(by).list_sessions(request).await?;
    Ok(answer.into_inner())
}

fn names(answer: &pb::ListSessionsResponse) -> Vec<&str> {
    let names = answer.sessions.iter().map(|session| session.name.as_str());
    names.collect()
}

async fn change(
    world: &World,
    by: &Caller,
    current: &str,
    new: &str,
) -> Result<pb::Account, Status> {
    let request = wanted(world, current, new);
    let answer = world.accounts_of(by).change_password(request).await?;
    Ok(answer.into_inner())
}

fn wanted(world: &World, current: &str, new: &str) -> pb::ChangePasswordRequest {
    pb::ChangePasswordRequest {
        name: "accounts/me".into(),
        current_password: current.into(),
        new_password: new.into(),
        request_id: world.request_id(),
    }
}

#[tokio::test]
async fn people_see_their_sessions_newest_first_and_which_one_they_are_in() {
    let world = world().await;
    let (me, first, second, third) = signed_in_thrice(&world).await;
    let seen = list(&world, &me, "accounts/me").await.expect("sessions");
    assert_eq!(names(&seen), [&third.name, &second.name, &first.name]);
    let current: Vec<bool> = seen.sessions.iter().map(|it| it.current).collect();
    assert_eq!(current, [false, false, true]);
    assert!(
        seen.sessions
            .iter()
            .all(|it| it.access_token.is_empty() && it.refresh_token.is_empty())
    );
    assert_eq!(
        list(&world, &me, &first.account).await.expect("the same"),
        seen
    );

    world.seed("010101200004", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    assert_eq!(
        refused(list(&world, &other, &first.account).await),
        "NOT_FOUND"
    );
    world.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(
        names(&list(&world, &me, "accounts/me").await.expect("none")),
        Vec::<&str>::new()
    );
}

#[tokio::test]
async fn sessions_come_in_pages() {
    let world = world().await;
    let (me, first, second, third) = signed_in_thrice(&world).await;
    let mut request = pb::ListSessionsRequest {
        parent: "accounts/me".into(),
        page_size: 2,
        page_token: String::new(),
    };
    let page = world.sessions_of(&me).list_sessions(request.clone()).await;
    let page = page.expect("a page").into_inner();
    assert_eq!(names(&page), [&third.name, &second.name]);
    request.page_token = page.next_page_token;
    let page = world.sessions_of(&me).list_sessions(request).await;
    let page = page.expect("a page").into_inner();
    assert_eq!(
        (names(&page), page.next_page_token.as_str()),
        (vec![first.name.as_str()], "")
    );
}

#[tokio::test]
async fn one_other_session_is_ended_and_nobody_elses() {
    let world = world().await;
    let (me, first, second, third) = signed_in_thrice(&world).await;
    let end = |by: &Caller, name: &str| {
        let request = pb::EndSessionRequest {
            name: name.into(),
            request_id: world.request_id(),
        };
        let mut sessions = world.sessions_of(by);
        async move { sessions.end_session(request).await }
    };
    world.seed("010101200004", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    assert_eq!(refused(end(&other, &second.name).await), "NOT_FOUND");
    let ended = end(&me, &second.name).await.expect("ended").into_inner();
    assert_eq!(
        (ended.state(), ended.current),
        (pb::session::State::Ended, false)
    );
    assert_eq!(
        refused(world.exchange(&second.access_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        refused(world.refresh(&second.refresh_token).await),
        "SESSION_ENDED"
    );
    let left = list(&world, &me, "accounts/me").await.expect("sessions");
    assert_eq!(names(&left), [&third.name, &first.name]);
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_once_and_a_repeat_says_the_same() {
    let world = world().await;
    let (me, first, second, third) = signed_in_thrice(&world).await;
    let request = pb::EndOtherSessionsRequest {
        parent: "accounts/me".into(),
        request_id: world.request_id(),
    };
    for _ in 0..2 {
        let answer = world
            .sessions_of(&me)
            .end_other_sessions(request.clone())
            .await;
        assert_eq!(answer.expect("ended").into_inner().ended_count, 2);
    }
    for gone in [&second, &third] {
        assert_eq!(
            refused(world.exchange(&gone.access_token).await),
            "SESSION_ENDED"
        );
    }
    world
        .exchange(&first.access_token)
        .await
        .expect("still in it");
    let elsewhere = pb::EndOtherSessionsRequest {
        parent: "accounts/01970000-0000-7000-8000-000000000000".into(),
        request_id: world.request_id(),
    };
    let refusal = world.sessions_of(&me).end_other_sessions(elsewhere).await;
    assert_eq!(refused(refusal), "NOT_FOUND");
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_the_person_is_told() {
    let world = world().await;
    let (me, first, second, third) = signed_in_thrice(&world).await;
    change(&world, &me, PASSWORD, NEW).await.expect("changed");
    for gone in [&second, &third] {
        assert_eq!(
            refused(world.exchange(&gone.access_token).await),
            "SESSION_ENDED"
        );
    }
    world
        .exchange(&first.access_token)
        .await
        .expect("still in it");
    assert_eq!(
        refused(world.sign_in(IIN, PASSWORD).await),
        "SIGN_IN_FAILED"
    );
    world.sign_in(IIN, NEW).await.expect("the new one");
    let mails = world.mails_to(EMAIL).await;
    let told = mails
        .iter()
        .filter(|mail| mail.subject == "Құпиясөз өзгертілді");
    assert_eq!(told.count(), 1);
    let sql = "SELECT action, detail FROM audit WHERE resource = $1 AND action = 'ChangePassword'";
    let rows = query_all(world.wiring.db.read(), sql, [first.account.into()]).await;
    assert_eq!(rows.expect("rows").len(), 1);
}

#[tokio::test]
async fn a_repeat_of_a_change_is_answered_though_its_password_is_the_old_one() {
    let world = world().await;
    let (me, ..) = signed_in_thrice(&world).await;
    let request = wanted(&world, PASSWORD, NEW);
    let once = world
        .accounts_of(&me)
        .change_password(request.clone())
        .await;
    let twice = world
        .accounts_of(&me)
        .change_password(request.clone())
        .await;
    assert_eq!(
        once.expect("changed").into_inner(),
        twice.expect("the same").into_inner()
    );
    let other = pb::ChangePasswordRequest {
        new_password: "тағы бір ұзын сөйлем".into(),
        ..request
    };
    let status = world.accounts_of(&me).change_password(other).await;
    let expected = [("request_id".into(), "REQUEST_ID_REUSED".into())];
    assert_eq!(status.expect_err("another request").violations(), expected);
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_told_and_changes_nothing() {
    let world = world().await;
    let (me, _, second, _) = signed_in_thrice(&world).await;
    for (current, new, expected) in [
        (
            "",
            "short",
            vec![
                ("current_password", "REQUIRED"),
                ("new_password", "TOO_SHORT"),
            ],
        ),
        (
            PASSWORD,
            PASSWORD,
            vec![("new_password", "PASSWORD_UNCHANGED")],
        ),
        (
            PASSWORD,
            "950615300000 and more",
            vec![("new_password", "PASSWORD_CONTAINS_LOGIN")],
        ),
        (
            PASSWORD,
            "qwerty123456",
            vec![("new_password", "PASSWORD_TOO_COMMON")],
        ),
    ] {
        let status = change(&world, &me, current, new).await.expect_err("wrong");
        let expected: Vec<(String, String)> = expected
            .into_iter()
            .map(|(field, why)| (field.into(), why.into()))
            .collect();
        assert_eq!(status.violations(), expected, "{new}");
    }
    assert_eq!(
        refused(change(&world, &me, "not my password", NEW).await),
        "CURRENT_PASSWORD_WRONG"
    );
    world
        .exchange(&second.access_token)
        .await
        .expect("nothing was ended");
    world
        .sign_in(IIN, PASSWORD)
        .await
        .expect("the password is as it was");
}

#[tokio::test]
async fn guessing_the_current_password_is_slowed_down_apart_from_signing_in() {
    let world = world().await;
    let (me, ..) = signed_in_thrice(&world).await;
    for _ in 0..10 {
        let guess = change(&world, &me, "not my password", NEW).await;
        assert_eq!(refused(guess), "CURRENT_PASSWORD_WRONG");
    }
    assert_eq!(
        refused(change(&world, &me, PASSWORD, NEW).await),
        "RATE_LIMITED"
    );
    world
        .sign_in(IIN, PASSWORD)
        .await
        .expect("signing in is counted apart");
    world.clock.advance(SignedDuration::from_secs(60));
    change(&world, &me, PASSWORD, NEW)
        .await
        .expect("after the wait");
}

#[tokio::test]
async fn who_was_signed_out_a_moment_ago_changes_nothing() {
    let world = world().await;
    let (me, _, second, _) = signed_in_thrice(&world).await;
    let other = world
        .exchange(&second.access_token)
        .await
        .expect("a caller");
    change(&world, &me, PASSWORD, NEW).await.expect("changed");
    // The caller token of the other session is good for a minute more; the session is not.
    let late = change(&world, &other, NEW, PASSWORD).await;
    assert_eq!(refused(late), "SESSION_ENDED");
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made_and_its_session_alone_is_left() {
    let world = world().await;
    let (me, first, second, _) = signed_in_thrice(&world).await;
    let other = world
        .exchange(&second.access_token)
        .await
        .expect("a caller");
    let words = ["бірінші ұзын құпиясөз", "екінші ұзын құпиясөз"];
    let (one, two) = tokio::join!(
        change(&world, &me, PASSWORD, words[0]),
        change(&world, &other, PASSWORD, words[1])
    );
    assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
    let (kept, gone, word) = if one.is_ok() {
        (&first, &second, words[0])
    } else {
        (&second, &first, words[1])
    };
    world
        .exchange(&kept.access_token)
        .await
        .expect("still in it");
    assert_eq!(
        refused(world.exchange(&gone.access_token).await),
        "SESSION_ENDED"
    );
    world
        .sign_in(IIN, word)
        .await
        .expect("the password of the one");
}

#[tokio::test]
async fn a_sign_in_with_the_old_password_during_the_change_leaves_no_session() {
    let world = world().await;
    let (me, ..) = signed_in_thrice(&world).await;
    for (old, new) in [(PASSWORD, NEW), (NEW, PASSWORD), (PASSWORD, NEW)] {
        let (changed, one, two) = tokio::join!(
            change(&world, &me, old, new),
            world.sign_in(IIN, old),
            world.sign_in(EMAIL, old)
        );
        changed.expect("changed");
        for session in [one, two].into_iter().flatten() {
            assert_eq!(
                refused(world.exchange(&session.access_token).await),
                "SESSION_ENDED"
            );
        }
    }
}
