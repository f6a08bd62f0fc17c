//! Another e-mail address: pending until it is proven, told to the old one, and never telling whether
//! somebody has the new one.

use chassis::caller::Caller;
use futures_util::future::join_all;
use jiff::SignedDuration;
use pb::email_change::State;
use pb::email_changes_client::EmailChangesClient;
use pb::prove_email_change_request::Proof;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::world::*;

pub const NEW: &str = "new.alikhan@example.kz";

impl World {
    pub async fn begin_change(
        &self,
        by: &Caller,
        email: &str,
        password: &str,
    ) -> Result<pb::EmailChange, Status> {
        let request = pb::CreateEmailChangeRequest {
            parent: "accounts/me".into(),
            email_change: Some(pb::EmailChange {
                email: email.into(),
                ..Default::default()
            }),
            current_password: password.into(),
            request_id: self.request_id(),
        };
        let mut changes = EmailChangesClient::new(self.speaking_for(by.clone()));
        Ok(changes.create_email_change(request).await?.into_inner())
    }

    pub async fn prove_change(
        &self,
        by: &Caller,
        name: &str,
        proof: Proof,
    ) -> Result<pb::EmailChange, Status> {
        let request = pb::ProveEmailChangeRequest {
            name: name.into(),
            proof: Some(proof),
            request_id: self.request_id(),
        };
        let mut changes = EmailChangesClient::new(self.speaking_for(by.clone()));
        Ok(changes.prove_email_change(request).await?.into_inner())
    }

    async fn cancel_change(&self, by: &Caller, name: &str) -> Result<pb::EmailChange, Status> {
        let request = pb::CancelEmailChangeRequest {
            name: name.into(),
            request_id: self.request_id(),
        };
        let mut changes = EmailChangesClient::new(self.speaking_for(by.clone()));
        Ok(changes.cancel_email_change(request).await?.into_inner())
    }

    async fn state_of_change(&self, by: &Caller, name: &str) -> Result<State, Status> {
        let request = pb::GetEmailChangeRequest { name: name.into() };
        let mut changes = EmailChangesClient::new(self.speaking_for(by.clone()));
        Ok(changes
            .get_email_change(request)
            .await?
            .into_inner()
            .state())
    }

    /// A change whose mail arrived at the new address.
    async fn change_to(&self, by: &Caller, email: &str) -> (String, pb::Mail) {
        // Mails are in the order of their times.
        self.clock.advance(SignedDuration::from_secs(1));
        let begun = self.begin_change(by, email, PASSWORD).await;
        self.clock.advance(SignedDuration::from_secs(1));
        let name = begun.expect("a change").name;
        self.relay().await;
        let mail = self.mail_of(email, &name).await;
        (name, mail)
    }

    async fn subjects_to(&self, email: &str) -> Vec<String> {
        let mails = self.mails_to(email).await;
        mails.into_iter().map(|mail| mail.subject).collect()
    }
}

async fn world_with_me() -> (World, Caller) {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    let me = world.caller(IIN).await;
    (world, me)
}

#[tokio::test]
async fn an_address_changes_by_code_or_link_and_everybody_signs_in_again() {
    for by_link in [false, true] {
        let (world, me) = world_with_me().await;
        let elsewhere = world.sign_in(IIN, PASSWORD).await.expect("a session");
        let (name, mail) = world.change_to(&me, " New.Alikhan@Example.kz ").await;
        assert_eq!(mail.subject, "Жаңа мекенжайды растау");
        // Until it is proven, the old one is the address.
        world.sign_in(EMAIL, PASSWORD).await.expect("the old one");
        assert_eq!(
            refused(world.sign_in(NEW, PASSWORD).await),
            "SIGN_IN_FAILED"
        );
        let proof = if by_link {
            Proof::Token(token_of(&mail))
        } else {
            Proof::Code(code_of(&mail))
        };
        let done = world.prove_change(&me, &name, proof).await.expect("proven");
        assert_eq!(done.state(), State::Completed);
        let ended = world.exchange(&elsewhere.access_token).await;
        assert_eq!(refused(ended), "SESSION_ENDED");
        assert_eq!(
            refused(world.sign_in(EMAIL, PASSWORD).await),
            "SIGN_IN_FAILED"
        );
        let again = world.caller(NEW).await;
        let request = pb::GetAccountRequest {
            name: "accounts/me".into(),
        };
        let account = world.accounts_of(&again).get_account(request).await;
        let account = account.expect("mine").into_inner();
        assert_eq!((account.email.as_str(), account.iin.as_str()), (NEW, IIN));
        // The old address is told at the start and at the end; the new one gets the code alone.
        let told = world.subjects_to(EMAIL).await;
        let expected = [
            "Пошта мекенжайы өзгертілді",
            "Пошта мекенжайын өзгерту басталды",
        ];
        assert_eq!(told[..2], expected);
        assert_eq!(world.subjects_to(NEW).await, ["Жаңа мекенжайды растау"]);
    }
}

#[tokio::test]
async fn a_taken_address_is_told_to_its_owner_and_to_nobody_else() {
    let (world, me) = world_with_me().await;
    world.seed("010101100008", "taken@example.kz", &[]).await;
    world.relay().await;
    world.clock.advance(SignedDuration::from_secs(1));
    let begun = world.begin_change(&me, "taken@example.kz", PASSWORD).await;
    let name = begun.expect("answered like any other").name;
    world.relay().await;
    let told = world.subjects_to("taken@example.kz").await;
    assert_eq!(told[0], "Біреу Сіздің мекенжайыңызды көрсетті");
    let mails = world.mails_to("taken@example.kz").await;
    assert!(mails.iter().all(|mail| !mail.text.contains("#name=")));
    assert_eq!(
        world.state_of_change(&me, &name).await.expect("mine"),
        State::Pending
    );
    for code in ["000000", "111111", "222222", "333333", "444444"] {
        let guess = world
            .prove_change(&me, &name, Proof::Code(code.into()))
            .await;
        assert_eq!(refused(guess), "EMAIL_CHANGE_PROOF_WRONG");
    }
    let empty = world
        .prove_change(&me, &name, Proof::Token("made up".into()))
        .await;
    assert_eq!(refused(empty), "EMAIL_CHANGE_PROOF_WRONG");
}

#[tokio::test]
async fn a_change_is_proven_only_in_the_session_that_began_it() {
    let (world, me) = world_with_me().await;
    let other_session = world.caller(IIN).await;
    world.seed("010101100008", "other@example.kz", &[]).await;
    let stranger = world.caller("other@example.kz").await;
    let (name, mail) = world.change_to(&me, NEW).await;
    for proof in [Proof::Code(code_of(&mail)), Proof::Token(token_of(&mail))] {
        let elsewhere = world
            .prove_change(&other_session, &name, proof.clone())
            .await;
        assert_eq!(refused(elsewhere), "EMAIL_CHANGE_OF_OTHER_SESSION");
        let foreign = world.prove_change(&stranger, &name, proof).await;
        assert_eq!(refused(foreign), "NOT_FOUND");
    }
    assert_eq!(
        refused(world.state_of_change(&stranger, &name).await),
        "NOT_FOUND"
    );
    assert_eq!(
        refused(world.cancel_change(&stranger, &name).await),
        "NOT_FOUND"
    );
    // Tries from elsewhere cost nothing here.
    let mine = world
        .prove_change(&me, &name, Proof::Code(wrong_code(&mail)))
        .await;
    assert_eq!(mine.expect_err("wrong").fact("tries_left"), "4");
    let end = pb::EndSessionRequest {
        name: "sessions/current".into(),
        request_id: world.request_id(),
    };
    world
        .sessions_of(&me)
        .end_session(end)
        .await
        .expect("ended");
    let signed_out = world
        .prove_change(&me, &name, Proof::Code(code_of(&mail)))
        .await;
    assert_eq!(refused(signed_out), "SESSION_ENDED");
}

#[tokio::test]
async fn codes_are_guessed_five_times_and_live_ten_minutes() {
    let (world, me) = world_with_me().await;
    let (name, mail) = world.change_to(&me, NEW).await;
    let guesses = (0..8).map(|_| world.prove_change(&me, &name, Proof::Code(wrong_code(&mail))));
    let mut reasons: Vec<_> = join_all(guesses).await.into_iter().map(refused).collect();
    reasons.sort_unstable();
    let expected = [
        &["EMAIL_CHANGE_PROOF_WRONG"; 5][..],
        &["EMAIL_CHANGE_TRIES_SPENT"; 3],
    ];
    assert_eq!(reasons, expected.concat());
    let right = world
        .prove_change(&me, &name, Proof::Code(code_of(&mail)))
        .await;
    assert_eq!(refused(right), "EMAIL_CHANGE_TRIES_SPENT");
    let (name, mail) = world.change_to(&me, NEW).await;
    world.clock.advance(SignedDuration::from_mins(10));
    for proof in [Proof::Code(code_of(&mail)), Proof::Token(token_of(&mail))] {
        let late = world
            .prove_change(&me, &name, proof)
            .await
            .expect_err("late");
        assert_eq!(
            (late.reason().as_str(), late.fact("state").as_str()),
            ("EMAIL_CHANGE_ENDED", "EXPIRED")
        );
    }
    world.run_jobs().await;
    let sql = "SELECT 1 AS one FROM email_change WHERE personal IS NOT NULL";
    let kept = chassis::database::query_all(world.wiring.db.read(), sql, []).await;
    assert_eq!(kept.expect("rows").len(), 0);
    world.clock.advance(SignedDuration::from_hours(25));
    world.run_jobs().await;
    assert_eq!(
        refused(world.state_of_change(&me, &name).await),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn a_newer_change_replaces_the_pending_one_and_its_code() {
    let (world, me) = world_with_me().await;
    let (first, first_mail) = world.change_to(&me, NEW).await;
    let (second, second_mail) = world.change_to(&me, "third@example.kz").await;
    assert_eq!(
        world.state_of_change(&me, &first).await.expect("mine"),
        State::Replaced
    );
    let old = world
        .prove_change(&me, &first, Proof::Token(token_of(&first_mail)))
        .await;
    assert_eq!(old.expect_err("replaced").fact("state"), "REPLACED");
    let mixed = world
        .prove_change(&me, &second, Proof::Code(code_of(&first_mail)))
        .await;
    assert_eq!(refused(mixed), "EMAIL_CHANGE_PROOF_WRONG");
    let done = world
        .prove_change(&me, &second, Proof::Code(code_of(&second_mail)))
        .await;
    assert_eq!(done.expect("proven").state(), State::Completed);
    world
        .sign_in("third@example.kz", PASSWORD)
        .await
        .expect("the newest");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_begun_at_once_exactly_one_is_live() {
    let (world, me) = world_with_me().await;
    let addresses: Vec<_> = (0..8).map(|n| format!("n{n}@example.kz")).collect();
    let begun = addresses
        .iter()
        .map(|email| world.begin_change(&me, email, PASSWORD));
    let mut names = Vec::new();
    for change in join_all(begun).await {
        names.push(change.expect("a change").name);
    }
    let mut states = Vec::new();
    for name in &names {
        states.push(world.state_of_change(&me, name).await.expect("mine"));
    }
    let live = states
        .iter()
        .filter(|state| **state == State::Pending)
        .count();
    assert_eq!((live, states.len()), (1, 8), "{states:?}");
    // The database holds it: a second row that is pending is refused by the index.
    let sql = "UPDATE email_change SET state = 'PENDING'";
    let tx = world.wiring.db.begin().await.expect("a transaction");
    let broken = chassis::database::execute(&tx, sql, []).await;
    assert!(broken.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_accounts_that_prove_one_address_at_once_one_gets_it() {
    let (world, me) = world_with_me().await;
    world.seed("010101100008", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    let (mine, my_mail) = world.change_to(&me, NEW).await;
    let (theirs, their_mail) = world.change_to(&other, NEW).await;
    let outcomes = tokio::join!(
        world.prove_change(&me, &mine, Proof::Token(token_of(&my_mail))),
        world.prove_change(&other, &theirs, Proof::Token(token_of(&their_mail)))
    );
    assert_ne!(outcomes.0.is_ok(), outcomes.1.is_ok(), "{outcomes:?}");
    let (late, loser) = match outcomes {
        (Ok(_), late) => (late, "other@example.kz"),
        (late, _) => (late, EMAIL),
    };
    assert_eq!(refused(late), "ACCOUNT_EXISTS");
    world.sign_in(NEW, PASSWORD).await.expect("the one");
    world
        .sign_in(loser, PASSWORD)
        .await
        .expect("the other as before");
}

#[tokio::test]
async fn a_change_is_given_up_from_any_session_and_repeats_are_answered() {
    let (world, me) = world_with_me().await;
    let (name, mail) = world.change_to(&me, NEW).await;
    let elsewhere = world.caller(IIN).await;
    for _ in 0..2 {
        let cancelled = world
            .cancel_change(&elsewhere, &name)
            .await
            .expect("given up");
        assert_eq!(cancelled.state(), State::Cancelled);
    }
    let late = world
        .prove_change(&me, &name, Proof::Token(token_of(&mail)))
        .await;
    assert_eq!(late.expect_err("given up").fact("state"), "CANCELLED");

    let create = pb::CreateEmailChangeRequest {
        parent: "accounts/me".into(),
        email_change: Some(pb::EmailChange {
            email: NEW.into(),
            ..Default::default()
        }),
        current_password: PASSWORD.into(),
        request_id: world.request_id(),
    };
    let mut changes = EmailChangesClient::new(world.speaking_for(me.clone()));
    let once = changes
        .create_email_change(create.clone())
        .await
        .expect("one")
        .into_inner();
    let twice = changes
        .create_email_change(create)
        .await
        .expect("the same")
        .into_inner();
    assert_eq!(once, twice);
    world.relay().await;
    let mail = world.mail_of(NEW, &once.name).await;
    let prove = pb::ProveEmailChangeRequest {
        name: once
            .name
            .replace(&me.person().expect("me").account.to_string(), "me"),
        proof: Some(Proof::Token(token_of(&mail))),
        request_id: world.request_id(),
    };
    let once = changes
        .prove_email_change(prove.clone())
        .await
        .expect("proven")
        .into_inner();
    let twice = changes
        .prove_email_change(prove)
        .await
        .expect("the same")
        .into_inner();
    assert_eq!(once, twice);
}

#[tokio::test]
async fn a_recovery_that_went_to_the_old_address_opens_the_account_no_more() {
    let (world, me) = world_with_me().await;
    let recover = pb::CreateRecoveryRequest {
        recovery: Some(pb::Recovery {
            login: IIN.into(),
            ..Default::default()
        }),
        request_id: world.request_id(),
    };
    let mut recoveries = pb::recoveries_client::RecoveriesClient::new(world.stranger());
    let recovery = recoveries
        .create_recovery(recover)
        .await
        .expect("begun")
        .into_inner();
    world.relay().await;
    let old_mail = world.mail_of(EMAIL, &recovery.name).await;
    let (name, mail) = world.change_to(&me, NEW).await;
    world
        .prove_change(&me, &name, Proof::Token(token_of(&mail)))
        .await
        .expect("proven");
    let prove = pb::ProveRecoveryRequest {
        name: recovery.name,
        proof: Some(pb::prove_recovery_request::Proof::Token(token_of(
            &old_mail,
        ))),
        request_id: world.request_id(),
        iin: String::new(),
    };
    let late = recoveries.prove_recovery(prove).await;
    assert_eq!(refused(late), "RECOVERY_EXPIRED");
}

#[tokio::test]
async fn what_is_wrong_with_the_calls_is_told_and_the_password_is_guessed_slowly() {
    let (world, me) = world_with_me().await;
    let expected = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = pairs
            .iter()
            .map(|(field, why)| ((*field).into(), (*why).into()));
        owned.collect()
    };
    let status = world
        .begin_change(&me, "no address", "")
        .await
        .expect_err("wrong");
    let wrong = [
        ("email_change.email", "EMAIL_INVALID"),
        ("current_password", "REQUIRED"),
    ];
    assert_eq!(status.violations(), expected(&wrong));
    let status = world
        .begin_change(&me, "ALIKHAN@example.kz", PASSWORD)
        .await;
    let wrong = [("email_change.email", "EMAIL_UNCHANGED")];
    assert_eq!(status.expect_err("the same").violations(), expected(&wrong));
    for name in ["", "accounts/me", "accounts/me/emailChanges/x"] {
        let status = world
            .prove_change(&me, name, Proof::Code("12-45".into()))
            .await;
        let reason = if name.is_empty() {
            "REQUIRED"
        } else {
            "INVALID_NAME"
        };
        let wrong = [("name", reason), ("code", "EMAIL_CODE_FORMAT")];
        assert_eq!(status.expect_err("wrong").violations(), expected(&wrong));
    }
    for _ in 0..10 {
        let guess = world.begin_change(&me, NEW, "not my password").await;
        assert_eq!(refused(guess), "CURRENT_PASSWORD_WRONG");
    }
    let slowed = world.begin_change(&me, NEW, PASSWORD).await;
    assert_eq!(refused(slowed), "RATE_LIMITED");
    world.relay().await;
    assert_eq!(world.subjects_to(NEW).await, Vec::<String>::new());
}
