//! A forgotten password: by IIN or address, alike for who is known and who is not.

use chassis::database::query_all;
use jiff::SignedDuration;
use pb::prove_recovery_request::Proof;
use pb::recoveries_client::RecoveriesClient;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::world::*;

const NEW: &str = "ақ боз ат көктем алдында";

impl World {
    async fn recover(&self, login: &str) -> Result<pb::Recovery, Status> {
        let request = pb::CreateRecoveryRequest {
            recovery: Some(pb::Recovery {
                login: login.into(),
                ..Default::default()
            }),
            request_id: self.request_id(),
        };
        let mut recoveries = RecoveriesClient::new(self.stranger());
        Ok(recoveries.create_recovery(request).await?.into_inner())
    }

    /// A recovery whose mail arrived.
    async fn recovery_of(&self, login: &str) -> (String, pb::Mail) {
        let name = self.recover(login).await.expect("a recovery").name;
        self.relay().await;
        let mail = self.mail_of(EMAIL, &name).await;
        (name, mail)
    }

    async fn prove_recovery(&self, name: &str, proof: Proof) -> Result<pb::Recovery, Status> {
        let request = pb::ProveRecoveryRequest {
            name: name.into(),
            proof: Some(proof),
            request_id: self.request_id(),
            iin: String::new(),
        };
        let mut recoveries = RecoveriesClient::new(self.stranger());
        Ok(recoveries.prove_recovery(request).await?.into_inner())
    }

    async fn complete_recovery(
        &self,
        name: &str,
        token: &str,
        password: &str,
    ) -> Result<pb::Recovery, Status> {
        let request = pb::CompleteRecoveryRequest {
            name: name.into(),
            completion_token: token.into(),
            new_password: password.into(),
            request_id: self.request_id(),
        };
        let mut recoveries = RecoveriesClient::new(self.stranger());
        Ok(recoveries.complete_recovery(request).await?.into_inner())
    }
}

/// The account of [`IIN`] is there.
async fn world_with_account() -> World {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    world
}

#[tokio::test]
async fn a_password_is_recovered_by_iin_or_address_and_by_code_or_link() {
    let world = world_with_account().await;
    let words = [NEW, "тағы бір ұзын сөйлем"];
    for (login, password) in [(IIN, words[0]), (" Alikhan@Example.KZ ", words[1])] {
        let before = world
            .sign_in(IIN, if login == IIN { PASSWORD } else { words[0] })
            .await;
        let before = before.expect("a session");
        let (name, mail) = world.recovery_of(login).await;
        assert_eq!(mail.subject, "Құпиясөзді қалпына келтіру");
        let proof = match login {
            IIN => Proof::Code(code_of(&mail)),
            _ => Proof::Token(token_of(&mail)),
        };
        let proven = world.prove_recovery(&name, proof).await.expect("proven");
        assert_eq!(proven.state(), pb::recovery::State::Proven);
        let done = world
            .complete_recovery(&name, &proven.completion_token, password)
            .await;
        assert_eq!(done.expect("done").state(), pb::recovery::State::Completed);
        assert_eq!(
            refused(world.exchange(&before.access_token).await),
            "SESSION_ENDED"
        );
        world
            .sign_in(IIN, password)
            .await
            .expect("the new password");
    }
    assert_eq!(
        refused(world.sign_in(IIN, PASSWORD).await),
        "SIGN_IN_FAILED"
    );
    let mails = world.mails_to(EMAIL).await;
    let told = mails
        .iter()
        .filter(|mail| mail.subject == "Құпиясөз қалпына келтірілді");
    assert_eq!(told.count(), 2);
}

#[tokio::test]
async fn known_and_unknown_logins_are_answered_alike_at_every_step() {
    let world = world_with_account().await;
    let logins = [IIN, EMAIL, "010101100008", "nobody@example.kz"];
    let mut told = Vec::new();
    for login in logins {
        let started = world.recover(login).await.expect("a recovery");
        world.relay().await;
        let mut steps = Vec::new();
        for guess in ["000000", "111111", "222222", "333333", "444444", "555555"] {
            let status = world
                .prove_recovery(&started.name, Proof::Code(guess.into()))
                .await;
            let status = status.expect_err("a wrong code");
            steps.push((
                status.reason(),
                status.fact("tries_left"),
                status.message().to_owned(),
            ));
        }
        let link = world
            .prove_recovery(&started.name, Proof::Token("made up".into()))
            .await;
        let link = link.expect_err("a wrong link");
        steps.push((
            link.reason(),
            link.fact("tries_left"),
            link.message().to_owned(),
        ));
        let early = world
            .complete_recovery(&started.name, "made up", "short")
            .await;
        let early = early.expect_err("nothing is proven");
        steps.push((early.reason(), String::new(), early.message().to_owned()));
        let nameless = pb::Recovery {
            name: String::new(),
            ..started
        };
        told.push((prost::Message::encode_to_vec(&nameless), steps));
    }
    let reasons: Vec<&str> = told[0]
        .1
        .iter()
        .map(|(reason, ..)| reason.as_str())
        .collect();
    let wrong = ["RECOVERY_PROOF_WRONG"; 5];
    let after = [
        "RECOVERY_TRIES_SPENT",
        "RECOVERY_PROOF_WRONG",
        "RECOVERY_NOT_PROVEN",
    ];
    assert_eq!(reasons, [&wrong[..], &after].concat());
    for (other, login) in told.iter().zip(logins) {
        assert_eq!(other, &told[0], "{login}");
    }
    assert_eq!(world.mails_to("nobody@example.kz").await.len(), 0);
}

/// What a call leaves in the database is the same too: nobody is looked up, so there is nothing that
/// could take longer.
#[tokio::test]
async fn starting_writes_the_same_for_known_and_unknown_logins() {
    let world = world_with_account().await;
    for login in [IIN, "010101100008"] {
        world.recover(login).await.expect("a recovery");
    }
    let sql = "SELECT state, account_id, code_hash, token_hash, LENGTH(iin_index) AS length FROM recovery";
    let rows = query_all(world.wiring.db.read(), sql, [])
        .await
        .expect("rows");
    for row in &rows {
        let text = |column: &str| row.try_get::<String>("", column).expect("text");
        assert_eq!(
            [text("state"), text("code_hash"), text("token_hash")],
            ["PENDING", "", ""]
        );
        assert_eq!(
            row.try_get::<Option<String>>("", "account_id")
                .expect("text"),
            None
        );
    }
    assert_eq!(rows.len(), 2);
}

#[tokio::test]
async fn five_wrong_codes_spend_a_recovery_even_when_sent_at_once() {
    let world = world_with_account().await;
    let (name, mail) = world.recovery_of(IIN).await;
    let guess = || world.prove_recovery(&name, Proof::Code(wrong_code(&mail)));
    let (a, b, c, d, e, f, g) = tokio::join!(
        guess(),
        guess(),
        guess(),
        guess(),
        guess(),
        guess(),
        guess()
    );
    let mut reasons = [a, b, c, d, e, f, g].map(refused);
    reasons.sort_unstable();
    let expected = [
        &["RECOVERY_PROOF_WRONG"; 5][..],
        &["RECOVERY_TRIES_SPENT"; 2],
    ]
    .concat();
    assert_eq!(reasons.to_vec(), expected);
    let right = world
        .prove_recovery(&name, Proof::Code(code_of(&mail)))
        .await;
    assert_eq!(refused(right), "RECOVERY_TRIES_SPENT");
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_the_recovery_for_half_an_hour() {
    let world = world_with_account().await;
    let (name, mail) = world.recovery_of(IIN).await;
    world.clock.advance(SignedDuration::from_mins(10));
    for late in [Proof::Code(code_of(&mail)), Proof::Token(token_of(&mail))] {
        assert_eq!(
            refused(world.prove_recovery(&name, late).await),
            "RECOVERY_PROOF_WRONG"
        );
    }
    let (name, mail) = world.recovery_of(IIN).await;
    let proven = world
        .prove_recovery(&name, Proof::Token(token_of(&mail)))
        .await
        .expect("proven");
    world.clock.advance(SignedDuration::from_mins(30));
    let late = world
        .complete_recovery(&name, &proven.completion_token, NEW)
        .await;
    assert_eq!(refused(late), "RECOVERY_EXPIRED");
    world.clock.advance(SignedDuration::from_hours(25));
    world.run_jobs().await;
    let forgotten = world
        .complete_recovery(&name, &proven.completion_token, NEW)
        .await;
    assert_eq!(refused(forgotten), "NOT_FOUND");
}

#[tokio::test]
async fn a_code_belongs_to_its_recovery_and_is_good_once() {
    let world = world_with_account().await;
    let (first, mail) = world.recovery_of(IIN).await;
    let (second, _) = world.recovery_of(IIN).await;
    for foreign in [Proof::Code(code_of(&mail)), Proof::Token(token_of(&mail))] {
        assert_eq!(
            refused(world.prove_recovery(&second, foreign).await),
            "RECOVERY_PROOF_WRONG"
        );
    }
    world
        .prove_recovery(&first, Proof::Token(token_of(&mail)))
        .await
        .expect("proven");
    for again in [Proof::Code(code_of(&mail)), Proof::Token(token_of(&mail))] {
        assert_eq!(
            refused(world.prove_recovery(&first, again).await),
            "RECOVERY_PROOF_USED"
        );
    }
}

#[tokio::test]
async fn who_started_it_gets_nothing_when_the_owner_follows_the_link() {
    let world = world_with_account().await;
    let (name, mail) = world.recovery_of(IIN).await;
    let owners = world
        .prove_recovery(&name, Proof::Token(token_of(&mail)))
        .await
        .expect("proven");
    for made_up in ["made up", &token_of(&mail)] {
        let stolen = world.complete_recovery(&name, made_up, NEW).await;
        assert_eq!(refused(stolen), "RECOVERY_NOT_PROVEN");
    }
    let done = world
        .complete_recovery(&name, &owners.completion_token, NEW)
        .await;
    done.expect("the owner's browser goes on");
}

#[tokio::test]
async fn repeats_are_answered_and_a_new_completion_token_takes_the_place_of_a_lost_one() {
    let world = world_with_account().await;
    let (name, mail) = world.recovery_of(IIN).await;
    let mut recoveries = RecoveriesClient::new(world.stranger());
    let prove = pb::ProveRecoveryRequest {
        name: name.clone(),
        proof: Some(Proof::Token(token_of(&mail))),
        request_id: world.request_id(),
        iin: String::new(),
    };
    let lost = recoveries
        .prove_recovery(prove.clone())
        .await
        .expect("proven")
        .into_inner();
    let again = recoveries
        .prove_recovery(prove)
        .await
        .expect("again")
        .into_inner();
    assert_ne!(lost.completion_token, again.completion_token);
    let old = world
        .complete_recovery(&name, &lost.completion_token, NEW)
        .await;
    assert_eq!(refused(old), "RECOVERY_NOT_PROVEN");
    let complete = pb::CompleteRecoveryRequest {
        name: name.clone(),
        completion_token: again.completion_token.clone(),
        new_password: NEW.into(),
        request_id: world.request_id(),
    };
    let once = recoveries
        .complete_recovery(complete.clone())
        .await
        .expect("done")
        .into_inner();
    let twice = recoveries
        .complete_recovery(complete)
        .await
        .expect("the same")
        .into_inner();
    assert_eq!(once, twice);
    let other = world
        .complete_recovery(&name, &again.completion_token, PASSWORD)
        .await;
    assert_eq!(refused(other), "RECOVERY_COMPLETED");
}

#[tokio::test]
async fn of_two_recoveries_completed_at_once_one_sets_the_password() {
    let world = world_with_account().await;
    let mut proven = Vec::new();
    for _ in 0..2 {
        let (name, mail) = world.recovery_of(IIN).await;
        proven.push(
            world
                .prove_recovery(&name, Proof::Token(token_of(&mail)))
                .await
                .expect("proven"),
        );
    }
    let words = [NEW, "тағы бір ұзын сөйлем"];
    let (one, two) = tokio::join!(
        world.complete_recovery(&proven[0].name, &proven[0].completion_token, words[0]),
        world.complete_recovery(&proven[1].name, &proven[1].completion_token, words[1])
    );
    assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
    let (word, late) = if one.is_ok() {
        (words[0], two)
    } else {
        (words[1], one)
    };
    assert_eq!(refused(late), "RECOVERY_EXPIRED");
    world
        .sign_in(IIN, word)
        .await
        .expect("the password of the one");
}

#[tokio::test]
async fn a_weak_password_is_refused_and_the_recovery_goes_on() {
    let world = world_with_account().await;
    let (name, mail) = world.recovery_of(IIN).await;
    let proven = world
        .prove_recovery(&name, Proof::Code(code_of(&mail)))
        .await
        .expect("proven");
    for (password, reason) in [
        ("", "REQUIRED"),
        ("short words", "TOO_SHORT"),
        ("my 950615300000", "PASSWORD_CONTAINS_LOGIN"),
    ] {
        let status = world
            .complete_recovery(&name, &proven.completion_token, password)
            .await;
        let expected = [("new_password".to_owned(), reason.to_owned())];
        assert_eq!(status.expect_err("weak").violations(), expected);
    }
    let done = world
        .complete_recovery(&name, &proven.completion_token, NEW)
        .await;
    done.expect("a better one");
}

#[tokio::test]
async fn five_mails_an_hour_go_to_an_account_and_wrong_passwords_before_are_forgiven() {
    let world = world_with_account().await;
    for _ in 0..12 {
        // Refused, then delayed: either way no session.
        world
            .sign_in(IIN, "not my password")
            .await
            .expect_err("wrong");
    }
    assert_eq!(refused(world.sign_in(IIN, PASSWORD).await), "RATE_LIMITED");
    let (name, mail) = world.recovery_of(IIN).await;
    for login in [IIN, EMAIL, IIN, EMAIL, IIN, EMAIL] {
        world.recover(login).await.expect("answered all the same");
    }
    world.relay().await;
    let mails = world.mails_to(EMAIL).await;
    let sent = mails
        .iter()
        .filter(|mail| mail.text.contains("/recover#name="));
    assert_eq!(sent.count(), 5);
    let proven = world
        .prove_recovery(&name, Proof::Code(code_of(&mail)))
        .await
        .expect("proven");
    let done = world
        .complete_recovery(&name, &proven.completion_token, NEW)
        .await;
    done.expect("done");
    world.sign_in(IIN, NEW).await.expect("without a wait");
}

#[tokio::test]
async fn what_is_wrong_with_the_calls_is_told() {
    let world = world_with_account().await;
    let status = world.recover("  ").await.expect_err("no login");
    assert_eq!(
        status.violations(),
        [("recovery.login".into(), "REQUIRED".into())]
    );
    let (name, _) = world.recovery_of(IIN).await;
    let status = world
        .prove_recovery(&name, Proof::Code("12-45".into()))
        .await;
    let expected = [("code".into(), "EMAIL_CODE_FORMAT".into())];
    assert_eq!(status.expect_err("no code").violations(), expected);
    let status = world
        .complete_recovery("recoveries/", "", NEW)
        .await
        .expect_err("wrong");
    let expected = [("name", "INVALID_NAME"), ("completion_token", "REQUIRED")];
    let expected = expected.map(|(field, reason)| (field.to_owned(), reason.to_owned()));
    assert_eq!(status.violations(), expected);
    let nobody = "recoveries/01970000-0000-7000-8000-000000000000";
    let proof = Proof::Code("123456".into());
    assert_eq!(
        refused(world.prove_recovery(nobody, proof).await),
        "NOT_FOUND"
    );
}
