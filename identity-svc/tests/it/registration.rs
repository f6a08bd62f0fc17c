//! From an IIN and an e-mail address to an account, and every way to fail on it.

use jiff::SignedDuration;
use pb::prove_registration_email_request::Proof;
use proto::identity::v1 as pb;
use proto::wire::v1::Language;

use crate::campaigns::reserve_2025;
use crate::world::*;

#[tokio::test]
async fn a_registration_walks_from_a_mail_to_an_account_and_a_session() {
    let world = world().await;
    let started = world
        .start(attempt(IIN, " Alikhan@Example.kz "))
        .await
        .expect("an attempt");
    assert_eq!(started.state(), pb::registration_attempt::State::Pending);
    assert_eq!(
        (
            started.iin.as_str(),
            started.email.as_str(),
            started.password.as_str()
        ),
        ("", "", "")
    );

    let mail = world.mail_of(EMAIL, &started.name).await;
    assert!(mail.text.contains(&format!(
        "https://reserve.example/confirm#name={}&token=",
        started.name
    )));
    let proven = world
        .prove(&started.name, Proof::Code(code_of(&mail)))
        .await
        .expect("proven");
    assert_eq!(proven.state(), pb::registration_attempt::State::EmailProven);

    let account = world.complete(&started.name).await.expect("an account");
    assert_eq!((account.iin.as_str(), account.email.as_str()), (IIN, EMAIL));
    assert_eq!(account.birth_date_source(), pb::BirthDateSource::Registry);
    assert!(account.roles.is_empty());

    let request = pb::GetRegistrationAttemptRequest { name: started.name };
    let seen = world
        .registrations()
        .get_registration_attempt(request)
        .await
        .expect("an attempt");
    assert_eq!(
        seen.into_inner().state(),
        pb::registration_attempt::State::Completed
    );
    let session = world.sign_in(IIN, PASSWORD).await.expect("a session");
    assert_eq!(session.account, account.name);
}

#[tokio::test]
async fn the_link_of_the_mail_proves_as_the_code_does_and_twice_changes_nothing() {
    let world = world().await;
    let name = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    let mail = world.mail_of(EMAIL, &name).await;
    for proof in [
        Proof::Token(token_of(&mail)),
        Proof::Token(token_of(&mail)),
        Proof::Code(code_of(&mail)),
    ] {
        let proven = world.prove(&name, proof).await.expect("proven");
        assert_eq!(proven.state(), pb::registration_attempt::State::EmailProven);
    }
}

#[tokio::test]
async fn the_answer_is_alike_for_known_and_unknown_people() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let known = world.start(attempt(IIN, EMAIL)).await.expect("an attempt");
    let known_iin = world
        .start(attempt(IIN, "other@example.kz"))
        .await
        .expect("an attempt");
    let unknown = world
        .start(attempt("010101100008", "new@example.kz"))
        .await
        .expect("an attempt");
    // What is to be signed names the attempt and nothing else.
    let without_name = |attempt: pb::RegistrationAttempt| {
        let content = String::from_utf8(attempt.proof_content.to_vec()).expect("text");
        pb::RegistrationAttempt {
            proof_content: content.replace(&attempt.name, "").into(),
            name: String::new(),
            ..attempt
        }
    };
    let unknown = without_name(unknown);
    assert_eq!(without_name(known), unknown);
    assert_eq!(without_name(known_iin), unknown);
    // And the same mail went to each.
    let subjects = [EMAIL, "other@example.kz", "new@example.kz"];
    for to in subjects {
        assert_eq!(
            world.mails_to(to).await[0].subject,
            "Тіркелуді растау",
            "{to}"
        );
    }
}

#[tokio::test]
async fn everything_wrong_with_a_registration_is_told_at_once() {
    let world = world().await;
    let request = pb::CreateRegistrationAttemptRequest {
        registration_attempt: Some(pb::RegistrationAttempt {
            iin: "01010110000O".into(),
            email: "aigerim@".into(),
            password: "qwerty".into(),
            language: 7,
            campaign: "campaign/reserve".into(),
            ..Default::default()
        }),
        request_id: "1".into(),
    };
    let status = world
        .registrations()
        .create_registration_attempt(request)
        .await
        .expect_err("no");
    let expected = [
        ("request_id", "INVALID_REQUEST_ID"),
        ("registration_attempt.iin", "IIN_NOT_DIGITS"),
        ("registration_attempt.email", "EMAIL_INVALID"),
        ("registration_attempt.password", "TOO_SHORT"),
        ("registration_attempt.password", "PASSWORD_TOO_COMMON"),
        ("registration_attempt.language", "UNKNOWN_VALUE"),
        ("registration_attempt.campaign", "INVALID_NAME"),
    ];
    let expected = expected.map(|(field, reason)| (field.to_owned(), reason.to_owned()));
    assert_eq!(status.violations(), expected);
}

#[tokio::test]
async fn each_wrong_field_has_its_own_reason() {
    let world = world().await;
    for (iin, reason) in [
        ("", "REQUIRED"),
        ("12345678901", "IIN_LENGTH"),
        ("0101011000080", "IIN_LENGTH"),
        ("9500615-0000", "IIN_NOT_DIGITS"),
        ("000000000000", "IIN_ALL_ZERO"),
        ("010101100009", "IIN_CHECK_DIGIT"),
        ("010101100904", "IIN_CHECK_DIGIT"),
        ("010101100990", "IIN_CHECK_DIGIT"),
        ("123456789012", "IIN_CHECK_DIGIT"),
    ] {
        let status = world.start(attempt(iin, EMAIL)).await.expect_err("no");
        assert_eq!(
            status.violations(),
            [("registration_attempt.iin".into(), reason.into())],
            "{iin}"
        );
    }
    for email in [
        "a",
        "a@b",
        "@b.kz",
        "a b@c.kz",
        "a@b..kz",
        "a@b.kz\r\nBcc: x@y.kz",
        "a..b@c.kz",
    ] {
        let status = world.start(attempt(IIN, email)).await.expect_err("no");
        let expected = [("registration_attempt.email".into(), "EMAIL_INVALID".into())];
        assert_eq!(status.violations(), expected, "{email}");
    }
    for (password, reason) in [
        ("", "REQUIRED"),
        ("eleven char", "TOO_SHORT"),
        ("password1234", "PASSWORD_TOO_COMMON"),
        ("Қазақстан 2026!", "PASSWORD_TOO_COMMON"),
        ("950615300000!", "PASSWORD_CONTAINS_LOGIN"),
        ("x alikhan@example.kz", "PASSWORD_CONTAINS_LOGIN"),
    ] {
        let wrong = pb::RegistrationAttempt {
            password: password.into(),
            ..attempt(IIN, EMAIL)
        };
        let status = world.start(wrong).await.expect_err("no");
        let expected = [("registration_attempt.password".into(), reason.into())];
        assert_eq!(status.violations(), expected, "{password}");
    }
    assert!(world.mails_to(EMAIL).await.is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_number_of_the_second_pass_and_one_without_a_date_can_register() {
    let world = world().await;
    for (iin, email) in [
        ("010101100903", "a@example.kz"),
        ("991301300003", "b@example.kz"),
    ] {
        let name = world.proven(attempt(iin, email)).await;
        assert_eq!(world.complete(&name).await.expect("an account").iin, iin);
    }
}

#[tokio::test]
async fn ten_wrong_codes_spend_the_code_but_not_the_link() {
    let world = world().await;
    let name = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    let mail = world.mail_of(EMAIL, &name).await;
    for left in (0..10).rev() {
        let status = world
            .prove(&name, Proof::Code(wrong_code(&mail)))
            .await
            .expect_err("wrong");
        assert_eq!(
            (status.reason().as_str(), status.fact("tries_left")),
            ("EMAIL_PROOF_WRONG", left.to_string())
        );
    }
    let right = Proof::Code(code_of(&mail));
    assert_eq!(
        refused(world.prove(&name, right).await),
        "EMAIL_CODE_TRIES_SPENT"
    );
    world
        .prove(&name, Proof::Token(token_of(&mail)))
        .await
        .expect("the link is still good");
}

#[tokio::test]
async fn a_code_lives_ten_minutes_and_its_attempt_an_hour() {
    let world = world().await;
    let name = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    let mail = world.mail_of(EMAIL, &name).await;
    world.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(
        refused(world.prove(&name, Proof::Code(code_of(&mail))).await),
        "EMAIL_PROOF_WRONG"
    );
    world
        .clock
        .advance(SignedDuration::from_mins(50) - SignedDuration::from_micros(1));
    world
        .prove(&name, Proof::Token(token_of(&mail)))
        .await
        .expect("a microsecond before its end");
    world.clock.advance(SignedDuration::from_micros(1));
    assert_eq!(refused(world.complete(&name).await), "REGISTRATION_EXPIRED");
    assert_eq!(
        refused(world.prove(&name, Proof::Token(token_of(&mail))).await),
        "REGISTRATION_EXPIRED"
    );
}

#[tokio::test]
async fn the_code_of_one_attempt_proves_no_other() {
    let world = world().await;
    let mine = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    let other = world
        .start(attempt("010101100008", "other@example.kz"))
        .await
        .expect("one")
        .name;
    let mail = world.mail_of(EMAIL, &mine).await;
    assert_eq!(
        refused(world.prove(&other, Proof::Code(code_of(&mail))).await),
        "EMAIL_PROOF_WRONG"
    );
    assert_eq!(
        refused(world.prove(&other, Proof::Token(token_of(&mail))).await),
        "EMAIL_PROOF_WRONG"
    );
    let nobody = "registrationAttempts/01970000-0000-7000-8000-000000000000";
    assert_eq!(
        refused(world.prove(nobody, Proof::Code(code_of(&mail))).await),
        "NOT_FOUND"
    );
    let status = world
        .prove("registrationAttempts/1", Proof::Code("12-45".into()))
        .await
        .expect_err("no");
    let expected = [("name", "INVALID_NAME"), ("code", "EMAIL_CODE_FORMAT")];
    assert_eq!(
        status.violations(),
        expected.map(|(field, reason)| (field.into(), reason.into()))
    );
}

#[tokio::test]
async fn a_mail_is_sent_again_after_a_minute_and_replaces_the_one_before() {
    let world = world().await;
    let name = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    let first = world.mail_of(EMAIL, &name).await;
    let resend = async || {
        let request = pb::ResendRegistrationCodeRequest {
            name: name.clone(),
            request_id: world.request_id(),
        };
        world
            .registrations()
            .resend_registration_code(request)
            .await
            .map(|it| it.into_inner())
    };
    let status = resend().await.expect_err("too soon");
    assert_eq!(status.reason(), "RESEND_TOO_SOON");
    assert_eq!(status.fact("resend_time"), "2026-06-01T05:01:00Z");
    world.clock.advance(SignedDuration::from_secs(60));
    resend().await.expect("sent");
    assert_eq!(
        refused(world.prove(&name, Proof::Token(token_of(&first))).await),
        "EMAIL_PROOF_WRONG"
    );
    let second = world.mail_of(EMAIL, &name).await;
    world
        .prove(&name, Proof::Code(code_of(&second)))
        .await
        .expect("proven");
    world.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(refused(resend().await), "EMAIL_ALREADY_PROVEN");
}

#[tokio::test]
async fn a_mailbox_gets_ten_mails_an_hour_and_the_first_that_each_address_asks_for() {
    let world = world().await;
    let mails = async || world.mails_to(EMAIL).await.len();
    for number in 0..10 {
        let from = format!("192.0.2.{number}");
        let started = world.start_from(&from, attempt(IIN, EMAIL)).await;
        started.expect("an attempt");
    }
    let again = world.start_from("192.0.2.3", attempt(IIN, EMAIL)).await;
    let again = again.expect("answered like the first");
    assert_eq!(mails().await, 10);
    // Whoever asked for ten elsewhere, the owner of the mailbox gets theirs.
    let owner = "198.51.100.7";
    let own = world.start_from(owner, attempt(IIN, EMAIL)).await;
    world.mail_of(EMAIL, &own.expect("an attempt").name).await;
    let twice = world.start_from(owner, attempt(IIN, EMAIL)).await;
    twice.expect("answered like the first");
    assert_eq!(mails().await, 11);
    // Who has an attempt in hand is told that there is no other mail.
    world.clock.advance(SignedDuration::from_secs(60));
    let resend = pb::ResendRegistrationCodeRequest {
        name: again.name,
        request_id: world.request_id(),
    };
    let resend = world.from("192.0.2.3", resend);
    let resent = world.registrations().resend_registration_code(resend).await;
    let resent = resent.expect_err("too many");
    assert_eq!(resent.reason(), "RATE_LIMITED");
    assert_eq!(resent.fact("retry_time"), "2026-06-01T06:00:00Z");
    let other = attempt(IIN, "other@example.kz");
    let other = world.start_from("192.0.2.3", other).await;
    world
        .mail_of("other@example.kz", &other.expect("an attempt").name)
        .await;
    world.clock.advance(SignedDuration::from_hours(1));
    let later = world.start_from("192.0.2.3", attempt(IIN, EMAIL)).await;
    world.mail_of(EMAIL, &later.expect("an attempt").name).await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_an_altered_one_a_refusal() {
    let world = world().await;
    let request = |email: &str| pb::CreateRegistrationAttemptRequest {
        registration_attempt: Some(attempt(IIN, email)),
        request_id: chassis::testing::request_id(77),
    };
    let mut registrations = world.registrations();
    let first = registrations
        .create_registration_attempt(request(EMAIL))
        .await
        .expect("one")
        .into_inner();
    let second = registrations
        .create_registration_attempt(request(EMAIL))
        .await
        .expect("one")
        .into_inner();
    assert_eq!(first, second);
    assert_eq!(world.mails_to(EMAIL).await.len(), 1);
    let altered = registrations
        .create_registration_attempt(request("x@example.kz"))
        .await;
    let status = altered.expect_err("altered");
    assert_eq!(
        status.violations(),
        [("request_id".into(), "REQUEST_ID_REUSED".into())]
    );
}

#[tokio::test]
async fn a_repeated_completion_gives_the_same_account_and_a_new_one_tells_it_is_done() {
    let world = world().await;
    let name = world.proven(attempt(IIN, EMAIL)).await;
    let request = pb::CompleteRegistrationAttemptRequest {
        name: name.clone(),
        request_id: world.request_id(),
        ..Default::default()
    };
    let mut registrations = world.registrations();
    let first = registrations
        .complete_registration_attempt(request.clone())
        .await
        .expect("one");
    let second = registrations
        .complete_registration_attempt(request)
        .await
        .expect("one");
    assert_eq!(first.into_inner(), second.into_inner());
    assert_eq!(
        refused(world.complete(&name).await),
        "REGISTRATION_COMPLETED"
    );
}

#[tokio::test]
async fn an_account_is_not_made_before_the_address_is_proven() {
    let world = world().await;
    let name = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    assert_eq!(refused(world.complete(&name).await), "EMAIL_NOT_PROVEN");
}

#[tokio::test]
async fn who_is_unknown_to_the_registry_states_who_they_are() {
    let world = world().await;
    let name = world.proven(attempt("950615900009", EMAIL)).await;
    let status = world.complete(&name).await.expect_err("unknown");
    let missing = ["family_name", "given_name", "birth_date"];
    assert_eq!(
        status.violations(),
        missing.map(|field| (field.into(), "REQUIRED".into()))
    );

    let stating = |year, month, day| pb::CompleteRegistrationAttemptRequest {
        name: name.clone(),
        birth_date: Some(proto::google::r#type::Date { year, month, day }),
        family_name: "Сәрсенов".into(),
        given_name: "Мирас".into(),
        request_id: world.request_id(),
        ..Default::default()
    };
    for (date, reason) in [
        ((2026, 6, 2), "BIRTH_DATE_IN_FUTURE"),
        ((1995, 2, 30), "BIRTH_DATE_IMPOSSIBLE"),
        ((1801, 1, 1), "BIRTH_DATE_IMPOSSIBLE"),
        ((0, 0, 0), "BIRTH_DATE_IMPOSSIBLE"),
    ] {
        let outcome = world
            .registrations()
            .complete_registration_attempt(stating(date.0, date.1, date.2))
            .await;
        let status = outcome.expect_err("impossible");
        assert_eq!(
            status.violations(),
            [("birth_date".into(), reason.into())],
            "{date:?}"
        );
    }
    let account = world
        .registrations()
        .complete_registration_attempt(stating(1995, 6, 15))
        .await;
    let account = account.expect("an account").into_inner();
    assert_eq!(account.birth_date_source(), pb::BirthDateSource::Stated);
    assert_eq!(account.family_name, "Сәрсенов");
}

#[tokio::test]
async fn a_date_in_the_iin_is_believed_where_a_living_person_can_have_it() {
    let world = world().await;
    // Valid numbers that no person of the registry has: 1996-06-15, and 2099-12-31 to come.
    for (iin, source) in [
        ("960615300002", Some(pb::BirthDateSource::Iin)),
        ("991231500006", None),
    ] {
        let name = world
            .proven(attempt(iin, &format!("p{iin}@example.kz")))
            .await;
        let request = pb::CompleteRegistrationAttemptRequest {
            name,
            family_name: "Есенов".into(),
            given_name: "Бекзат".into(),
            request_id: world.request_id(),
            ..Default::default()
        };
        let outcome = world
            .registrations()
            .complete_registration_attempt(request)
            .await;
        match source {
            Some(source) => assert_eq!(
                outcome
                    .expect("an account")
                    .into_inner()
                    .birth_date_source(),
                source
            ),
            None => assert_eq!(
                outcome.expect_err("no date").violations(),
                [("birth_date".into(), "REQUIRED".into())]
            ),
        }
    }
}

#[tokio::test]
async fn a_campaign_takes_registrations_from_its_first_to_its_last_microsecond() {
    let world = world_at("2025-05-31T18:59:59.999999Z").await;
    world.campaigns.write(reserve_2025());
    let for_campaign = |campaign: &str| pb::RegistrationAttempt {
        campaign: campaign.into(),
        language: Language::Ru.into(),
        ..attempt(IIN, EMAIL)
    };
    let start = async || world.start(for_campaign("campaigns/reserve-2025")).await;
    let status = start().await.expect_err("not open yet");
    assert_eq!(status.reason(), "REGISTRATION_NOT_OPEN");
    assert_eq!(status.fact("open_time"), "2025-05-31T19:00:00Z");
    world.clock.advance(SignedDuration::from_micros(1));
    start().await.expect("open");
    world
        .clock
        .set("2025-06-30T18:59:59.999999Z".parse().expect("an instant"));
    let name = world.proven(for_campaign("campaigns/reserve-2025")).await;
    world.clock.advance(SignedDuration::from_micros(1));
    assert_eq!(refused(start().await), "REGISTRATION_NOT_OPEN");
    assert_eq!(
        refused(world.complete(&name).await),
        "REGISTRATION_NOT_OPEN"
    );
    let status = world
        .start(for_campaign("campaigns/nobody"))
        .await
        .expect_err("unknown");
    assert_eq!(
        status.violations(),
        [(
            "registration_attempt.campaign".into(),
            "UNKNOWN_VALUE".into()
        )]
    );
}
