//! What people are told: word for word in three languages, once, with calendar files.

use chassis::caller::Caller;
use proto::events::v1 as events;
use proto::events::v1::application_decided::Outcome as Decision;
use proto::identity::v1 as pb;
use proto::questionnaire::v1::CorrectionKind;
use proto::testing::v1::TestSystem;
use proto::testing::v1::language_result::Outcome;
use proto::wire::v1::LocalizedText;

use crate::campaigns::instant;
use crate::world::*;

const APPLICATION: &str = "campaigns/reserve-2026/applications/a1";
const BOOKING: &str = "campaigns/reserve-2026/bookings/b1";

async fn candidate() -> (World, String, Caller) {
    let world = world_at("2026-06-01T04:59:59Z").await;
    let name = world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let me = world.caller(IIN).await;
    let welcome = newest(&world, &me, "kk").await;
    read(&world, &me, &welcome.name).await;
    (world, name, me)
}

async fn list(world: &World, me: &Caller, language: &'static str) -> pb::ListMessagesResponse {
    let request = pb::ListMessagesRequest {
        parent: "accounts/me".into(),
        ..Default::default()
    };
    let answer = world
        .messages_of(me)
        .list_messages(in_language(language, request))
        .await;
    answer.expect("messages").into_inner()
}

async fn newest(world: &World, me: &Caller, language: &'static str) -> pb::Message {
    list(world, me, language)
        .await
        .messages
        .into_iter()
        .next()
        .expect("a message")
}

async fn read(world: &World, me: &Caller, name: &str) -> pb::Message {
    let request = pb::MarkMessageReadRequest {
        name: name.into(),
        request_id: world.request_id(),
    };
    world
        .messages_of(me)
        .mark_message_read(request)
        .await
        .expect("read")
        .into_inner()
}

fn submitted(account: &str, submission_number: i32) -> events::ApplicationSubmitted {
    events::ApplicationSubmitted {
        application: APPLICATION.into(),
        account: account.into(),
        submission_number,
        ..Default::default()
    }
}

#[tokio::test]
async fn m1_and_m2_are_the_manuals_words() {
    let (world, account, me) = candidate().await;
    world.told(&submitted(&account, 1)).await;
    for (language, body) in [
        (
            "kk",
            "Құрметті кандидат, Сіздің өтініміңіз қарауға жіберілді.",
        ),
        (
            "ru",
            "Уважаемый кандидат, Ваша заявка отправлена на рассмотрение.",
        ),
        (
            "en",
            "Dear candidate, your application has been sent for review.",
        ),
    ] {
        let message = newest(&world, &me, language).await;
        assert_eq!(message.body, body);
        assert_eq!(message.kind(), pb::message::Kind::ApplicationSubmitted);
        assert_eq!(message.about, APPLICATION);
    }
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    world.told(&accepted(account)).await;
    for (language, body) in [
        (
            "kk",
            "Құрметті кандидат, Сіздің өтініміңіз қабылданды. «Мәтіндік және сандық ақпаратпен жұмыс істеу қабілетін бағалау» кезеңінен өту үшін «Күн мен уақытты таңдау» батырмасы арқылы өзіңізге ыңғайлы уақытты брондауыңыз қажет.",
        ),
        (
            "ru",
            "Уважаемый кандидат, Ваша заявка принята. Для прохождения этапа «Оценка способности работать с текстовой и числовой информацией» необходимо забронировать удобное время через кнопку «Выбрать дату и время».",
        ),
        (
            "en",
            "Dear candidate, your application is accepted. To take the stage \"Assessment of the ability to work with textual and numerical information\" book a convenient time with the button \"Choose date and time\".",
        ),
    ] {
        assert_eq!(newest(&world, &me, language).await.body, body);
    }
}

#[tokio::test]
async fn what_is_accepted_on_submission_is_told_in_the_manuals_words_and_only_so() {
    let (world, account, me) = candidate().await;
    let sent = events::ApplicationSubmitted {
        without_review: true,
        ..submitted(&account, 1)
    };
    world.told(&sent).await;
    let before = list(&world, &me, "kk").await.messages;
    assert_eq!(before.len(), 1, "the welcome only");
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let decided = events::ApplicationDecided {
        outcome: events::application_decided::Outcome::AcceptedOnSubmission.into(),
        ..accepted(account)
    };
    world.told(&decided).await;
    for (language, body) in [
        ("kk", "Өтінішіңіз сәтті қабылданды"),
        ("ru", "Ваше заявление успешно принято"),
        ("en", "Your application has been accepted"),
    ] {
        let message = newest(&world, &me, language).await;
        assert_eq!(message.body, body);
        let kind = pb::message::Kind::ApplicationAcceptedOnSubmission;
        assert_eq!(message.kind(), kind);
    }
}

#[tokio::test]
async fn a_decision_is_told_once_the_application_has_taken_it_and_not_before() {
    let (world, account, me) = candidate().await;
    // What the review tells: the application may have been withdrawn a moment before.
    world
        .told(&events::ApplicationAccepted {
            application: APPLICATION.into(),
            account: account.clone(),
            ..Default::default()
        })
        .await;
    world
        .told(&events::CorrectionAsked {
            application: APPLICATION.into(),
            account: account.clone(),
            ..Default::default()
        })
        .await;
    // An outcome of a later version says nothing that this one could tell.
    world
        .told(&events::ApplicationDecided {
            application: APPLICATION.into(),
            account: account.clone(),
            outcome: 99,
            ..Default::default()
        })
        .await;
    let before = list(&world, &me, "kk").await.messages;
    assert_eq!(before.len(), 1, "the welcome only");
    world.told(&accepted(account)).await;
    let inbox = list(&world, &me, "kk").await;
    assert_eq!(inbox.messages.len(), 2);
    assert_eq!(
        inbox.messages[0].kind(),
        pb::message::Kind::ApplicationAccepted
    );
}

#[tokio::test]
async fn an_event_delivered_twice_gives_one_message_and_one_mail() {
    let (world, account, me) = candidate().await;
    let event = world.told(&submitted(&account, 1)).await;
    world.bus.publish(&event).await.expect("taken again");
    assert_eq!(list(&world, &me, "kk").await.unread_count, 1);
    assert_eq!(world.mails_to(EMAIL).await.len(), 2, "the welcome and this");
}

#[tokio::test]
async fn every_message_has_words_in_every_language_with_nothing_left_to_fill_in() {
    let (world, account, me) = candidate().await;
    let account = || account.clone();
    let application = || APPLICATION.to_owned();
    let start = || Some(instant("2026-06-10T04:30:00Z"));
    world
        .told(&events::AccountCreated {
            account: account(),
            ..Default::default()
        })
        .await;
    world
        .told(&events::RegistrationRepeated { account: account() })
        .await;
    world.told(&submitted(&account(), 1)).await;
    world.told(&submitted(&account(), 2)).await;
    world
        .told(&events::ApplicationWithdrawn {
            application: application(),
            account: account(),
            ..Default::default()
        })
        .await;
    world.told(&accepted(account())).await;
    world
        .told(&rejected(
            account(),
            &["EXPERIENCE_TOO_SHORT", "SOMETHING_NEW"],
        ))
        .await;
    world.told(&correction(account())).await;
    for test_system in [TestSystem::Kaztest, TestSystem::Qrt] {
        let expire_time = Some(instant("2026-06-30T18:59:00Z"));
        world
            .told(&events::PromoCodeIssued {
                account: account(),
                test_system: test_system.into(),
                expire_time,
                ..Default::default()
            })
            .await;
    }
    world
        .told(&events::PromoCodeRedeemed {
            account: account(),
            test_system: TestSystem::Qrt.into(),
            ..Default::default()
        })
        .await;
    for outcome in [Outcome::Passed, Outcome::Failed] {
        world
            .told(&events::LanguageResultReceived {
                account: account(),
                outcome: outcome.into(),
                ..Default::default()
            })
            .await;
    }
    world
        .told(&events::CertificateVerified {
            application: application(),
            account: account(),
            ..Default::default()
        })
        .await;
    world.told(&confirmed(account(), 0)).await;
    world
        .told(&events::AttemptStarted {
            account: account(),
            booking: BOOKING.into(),
            start_time: start(),
            ..Default::default()
        })
        .await;

    let mut kinds = std::collections::BTreeSet::new();
    for language in ["kk", "ru", "en"] {
        let inbox = list(&world, &me, language).await;
        assert_eq!(inbox.messages.len(), 17);
        for message in inbox.messages {
            for text in [&message.title, &message.body] {
                let whole =
                    !text.is_empty() && !text.contains(['{', '}', '$']) && !text.contains("-body");
                assert!(whole, "{language} {:?}: {text}", message.kind());
            }
            kinds.insert(message.kind);
        }
    }
    // Every kind of the contract but the two other fates of a booking.
    assert_eq!(kinds.len(), 15);
    assert!(!kinds.contains(&0));
}

fn accepted(account: String) -> events::ApplicationDecided {
    events::ApplicationDecided {
        application: APPLICATION.into(),
        account,
        outcome: Decision::Accepted.into(),
        ..Default::default()
    }
}

fn rejected(account: String, reasons: &[&str]) -> events::ApplicationDecided {
    events::ApplicationDecided {
        application: APPLICATION.into(),
        account,
        outcome: Decision::Rejected.into(),
        reason_codes: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        ..Default::default()
    }
}

fn correction(account: String) -> events::ApplicationDecided {
    let asked = |section: &str, kind: CorrectionKind| events::AskedCorrection {
        section: section.into(),
        kind: kind.into(),
    };
    events::ApplicationDecided {
        application: APPLICATION.into(),
        account,
        outcome: Decision::CorrectionRequested.into(),
        items: vec![
            asked("education", CorrectionKind::Incomplete),
            asked("employment", CorrectionKind::Incorrect),
        ],
        correction_due_time: Some(instant("2026-06-04T18:59:59Z")),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_rejection_names_its_reasons_and_a_correction_its_sections_and_its_term() {
    let (world, account, me) = candidate().await;
    world
        .told(&rejected(
            account.clone(),
            &["EXPERIENCE_TOO_SHORT", "CERTIFICATE_EXPIRED"],
        ))
        .await;
    let body = newest(&world, &me, "ru").await.body;
    assert!(
        body.contains("• Общий стаж работы менее пяти лет\n• Срок действия сертификата истёк"),
        "{body}"
    );
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    world.told(&correction(account)).await;
    let body = newest(&world, &me, "en").await.body;
    assert!(
        body.contains("• Education – incomplete\n• Employment – does not agree with the documents"),
        "{body}"
    );
    assert!(
        body.contains("before 04.06.2026 23:59 (Astana time)"),
        "{body}"
    );
}

#[tokio::test]
async fn a_booking_shows_the_time_of_its_place_and_names_it_where_it_is_not_astanas() {
    let (world, account, me) = candidate().await;
    let at = |zone: &str| events::BookingConfirmed {
        time_zone: zone.into(),
        ..confirmed(account.clone(), 0)
    };
    let table = [
        ("Asia/Almaty", "10.06.2026 09:30 (Астана уақытымен)"),
        (
            "Europe/Istanbul",
            "10.06.2026 07:30 (жергілікті уақытпен, UTC+3)",
        ),
        // What was told before places had a zone.
        ("", "10.06.2026 09:30 (Астана уақытымен)"),
    ];
    for (zone, said) in table {
        world.clock.advance(jiff::SignedDuration::from_secs(1));
        world.told(&at(zone)).await;
        let message = newest(&world, &me, "kk").await;
        assert!(message.body.contains(said), "{zone}: {}", message.body);
        // A calendar knows instants.
        let file = String::from_utf8(message.attachments[0].content.to_vec()).expect("utf-8");
        assert!(file.contains("DTSTART:20260610T043000Z"), "{file}");
    }
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let started = events::AttemptStarted {
        account: account.clone(),
        booking: BOOKING.into(),
        start_time: Some(instant("2026-06-10T04:30:00Z")),
        time_zone: "Europe/Istanbul".into(),
        ..Default::default()
    };
    world.told(&started).await;
    let body = newest(&world, &me, "en").await.body;
    let said = "on 10.06.2026 07:30 (time of the place, UTC+3)";
    assert!(body.contains(said), "{body}");
}

#[tokio::test]
async fn a_promo_code_comes_with_how_to_use_it_and_without_the_code() {
    let (world, account, me) = candidate().await;
    let issued = events::PromoCodeIssued {
        promo_code: "campaigns/reserve-2026/promoCodes/p1".into(),
        account,
        test_system: TestSystem::Kaztest.into(),
        expire_time: Some(instant("2026-06-30T18:59:00Z")),
        ..Default::default()
    };
    world.told(&issued).await;
    let message = newest(&world, &me, "kk").await;
    assert!(
        message.body.contains("«Менің жауабым»") && message.body.contains("30.06.2026 23:59"),
        "{}",
        message.body
    );
    assert_eq!(message.about, "campaigns/reserve-2026/promoCodes/p1");
}

fn confirmed(account: String, sequence: i32) -> events::BookingConfirmed {
    events::BookingConfirmed {
        booking: BOOKING.into(),
        account,
        start_time: Some(instant("2026-06-10T04:30:00Z")),
        end_time: Some(instant("2026-06-10T06:00:00Z")),
        center_title: Some(LocalizedText {
            kk: "Академия, Астана; 2-қабат, 201".into(),
            ru: "Академия, Астана; этаж 2, 201".into(),
            en: "Academy, Astana; floor 2, 201".into(),
        }),
        sequence,
        ..Default::default()
    }
}

fn calendar(attachments: &[pb::Attachment]) -> (String, Vec<String>) {
    let [file] = attachments else {
        panic!("one file, not {}", attachments.len())
    };
    assert_eq!(file.file_name, "booking.ics");
    let text = String::from_utf8(file.content.to_vec()).expect("utf-8");
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    let unfolded = text.replace("\r\n ", "");
    (
        file.media_type.clone(),
        unfolded.lines().map(str::to_owned).collect(),
    )
}

#[tokio::test]
async fn a_booking_comes_with_a_calendar_file_that_later_ones_replace() {
    let (world, account, me) = candidate().await;
    world.told(&confirmed(account.clone(), 0)).await;
    let message = newest(&world, &me, "en").await;
    assert!(
        message
            .body
            .contains("Start: 10.06.2026 09:30 (Astana time)"),
        "{}",
        message.body
    );
    let (media_type, lines) = calendar(&message.attachments);
    assert_eq!(media_type, "text/calendar; charset=utf-8; method=PUBLISH");
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "UID:b1@irikteu.kz",
        "SEQUENCE:0",
        "DTSTAMP:20260601T050000Z",
        "DTSTART:20260610T043000Z",
        "DTEND:20260610T060000Z",
        "STATUS:CONFIRMED",
        "SUMMARY:Test: Presidential Youth Personnel Reserve",
        "LOCATION:Academy\\, Astana\\; floor 2\\, 201",
        "ORGANIZER:mailto:no-reply@irikteu.kz",
        "END:VCALENDAR",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "{line} is not in {lines:#?}"
        );
    }
    // The mail has the file too, in the account's language.
    let mail = world
        .mails_to(EMAIL)
        .await
        .into_iter()
        .find(|mail| !mail.attachments.is_empty());
    let (_, lines) = calendar(&mail.expect("a mail").attachments);
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("LOCATION:Академия\\, Астана\\; 2-қабат"))
    );

    let event = confirmed(account, 1);
    let moved = events::BookingMoved {
        booking: event.booking.clone(),
        account: event.account.clone(),
        start_time: Some(instant("2026-06-11T04:30:00Z")),
        end_time: Some(instant("2026-06-11T06:00:00Z")),
        center_title: event.center_title.clone(),
        sequence: 1,
        ..Default::default()
    };
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    world.told(&moved).await;
    let (_, lines) = calendar(&newest(&world, &me, "kk").await.attachments);
    for line in [
        "METHOD:PUBLISH",
        "UID:b1@irikteu.kz",
        "SEQUENCE:1",
        "DTSTART:20260611T043000Z",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line}");
    }
    let cancelled = events::BookingCancelled {
        booking: moved.booking,
        account: moved.account,
        start_time: moved.start_time,
        end_time: moved.end_time,
        center_title: moved.center_title,
        sequence: 2,
        ..Default::default()
    };
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    world.told(&cancelled).await;
    let (media_type, lines) = calendar(&newest(&world, &me, "ru").await.attachments);
    assert!(media_type.ends_with("method=CANCEL"));
    for line in [
        "METHOD:CANCEL",
        "STATUS:CANCELLED",
        "UID:b1@irikteu.kz",
        "SEQUENCE:2",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line}");
    }
}

#[tokio::test]
async fn messages_are_read_once_counted_and_listed_page_by_page() {
    let (world, account, me) = candidate().await;
    for number in 2..6 {
        world.clock.advance(jiff::SignedDuration::from_secs(1));
        world.told(&submitted(&account, number)).await;
    }
    assert_eq!(list(&world, &me, "kk").await.unread_count, 4);
    let message = newest(&world, &me, "kk").await;
    assert_eq!(message.read_time, None);
    let first = read(&world, &me, &message.name).await;
    assert_eq!(first.read_time, Some(instant("2026-06-01T05:00:04Z")));
    world.clock.advance(jiff::SignedDuration::from_secs(9));
    let own_id = message.name.rsplit('/').next().expect("an id");
    let again = read(&world, &me, &format!("accounts/me/messages/{own_id}")).await;
    assert_eq!(again.read_time, first.read_time, "the first time stays");

    let (mut names, mut page_token) = (Vec::new(), String::new());
    loop {
        let parent = "accounts/me".into();
        let request = pb::ListMessagesRequest {
            parent,
            unread_only: true,
            page_size: 2,
            page_token,
        };
        let page = world
            .messages_of(&me)
            .list_messages(request)
            .await
            .expect("a page")
            .into_inner();
        assert_eq!(page.unread_count, 3);
        names.extend(page.messages.into_iter().map(|message| message.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names.len(), 3);
    assert!(!names.contains(&message.name));
}

#[tokio::test]
async fn somebody_elses_inbox_is_not_there() {
    let (world, account, me) = candidate().await;
    let message = newest(&world, &me, "kk").await;
    world.seed("010101100008", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    let mut messages = world.messages_of(&other);
    let list = pb::ListMessagesRequest {
        parent: account,
        ..Default::default()
    };
    assert_eq!(refused(messages.list_messages(list).await), "NOT_FOUND");
    let get = pb::GetMessageRequest {
        name: message.name.clone(),
    };
    assert_eq!(refused(messages.get_message(get).await), "NOT_FOUND");
    let own_id = message.name.rsplit('/').next().expect("an id");
    let get = pb::GetMessageRequest {
        name: format!("accounts/me/messages/{own_id}"),
    };
    assert_eq!(refused(messages.get_message(get).await), "NOT_FOUND");
    let mark = pb::MarkMessageReadRequest {
        name: message.name.clone(),
        request_id: world.request_id(),
    };
    assert_eq!(refused(messages.mark_message_read(mark).await), "NOT_FOUND");
    let get = pb::GetMessageRequest { name: message.name };
    world.messages_of(&me).get_message(get).await.expect("mine");
}

#[tokio::test]
async fn a_registration_welcomes_and_a_repeated_one_tells_the_owner_once() {
    let world = world().await;
    let name = world.proven(attempt(IIN, EMAIL)).await;
    world.complete(&name).await.expect("an account");
    world.relay().await;
    let me = world.caller(IIN).await;
    assert_eq!(
        newest(&world, &me, "kk").await.kind(),
        pb::message::Kind::Welcome
    );
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let again = world.proven(attempt(IIN, "thief@example.kz")).await;
    for _ in 0..3 {
        assert_eq!(refused(world.complete(&again).await), "ACCOUNT_EXISTS");
    }
    world.relay().await;
    let inbox = list(&world, &me, "kk").await;
    assert_eq!(inbox.messages.len(), 2);
    assert_eq!(
        inbox.messages[0].kind(),
        pb::message::Kind::RegistrationRepeated
    );
}

#[tokio::test]
async fn an_event_about_nobody_is_taken_and_harms_nobody() {
    let (world, _, me) = candidate().await;
    world
        .told(&submitted(
            "accounts/01970000-0000-7000-8000-000000000000",
            1,
        ))
        .await;
    world.told(&submitted("", 1)).await;
    assert_eq!(list(&world, &me, "kk").await.unread_count, 0);
}

#[tokio::test]
async fn mails_are_written_in_the_accounts_language_and_kept_for_the_development_page() {
    let world = world().await;
    let wanted = pb::RegistrationAttempt {
        language: proto::wire::v1::Language::Ru.into(),
        ..attempt(IIN, EMAIL)
    };
    let name = world.proven(wanted).await;
    world.complete(&name).await.expect("an account");
    world.relay().await;
    let subjects: Vec<_> = world
        .mails_to(EMAIL)
        .await
        .into_iter()
        .map(|mail| mail.subject)
        .collect();
    assert!(
        subjects.contains(&"Подтверждение регистрации".to_owned()),
        "{subjects:?}"
    );
    assert!(
        subjects.contains(&"Добро пожаловать".to_owned()),
        "{subjects:?}"
    );
    let mail = world.mails_to(EMAIL).await.remove(0);
    assert_eq!(mail.state(), pb::mail::State::Queued);
    world.run_jobs().await;
    let mail = world.mails_to(EMAIL).await.remove(0);
    assert_eq!(mail.state(), pb::mail::State::Kept);
    let mut mails = pb::mails_client::MailsClient::new(world.service("standalone"));
    let seen = mails
        .get_mail(pb::GetMailRequest {
            name: mail.name.clone(),
        })
        .await
        .expect("a mail");
    assert_eq!(seen.into_inner(), mail);
    let mut gateway = pb::mails_client::MailsClient::new(world.service("gateway"));
    assert_eq!(
        refused(
            gateway
                .get_mail(pb::GetMailRequest { name: mail.name })
                .await
        ),
        "NOT_ALLOWED"
    );
}
