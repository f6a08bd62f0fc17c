//! The messages of the later steps: each in three languages, word by word where it matters, in the
//! inbox and by mail, once.

use std::collections::BTreeSet;

use chassis::caller::{Caller, Role};
use chassis::text::Language;
use identity_svc::MESSAGE_TEXTS;
use identity_svc::domain::notice::{Appointment, Notice};
use identity_svc::domain::step::{Occasion, Step, Wish};
use jiff::civil::date;
use prost_reflect::DescriptorPool;
use proto::events::v1 as events;
use proto::events::v1::application_decided::Outcome;
use proto::google::r#type::Date;
use proto::identity::v1 as pb;
use proto::wire::v1::LocalizedText;

use crate::campaigns::instant;
use crate::world::*;

fn stage() -> [String; 3] {
    ["Сұхбат", "Собеседование", "Interview"].map(str::to_owned)
}

fn appointment() -> Appointment {
    Appointment {
        booking: "b1".into(),
        start: "2026-06-10T04:30:00Z".parse().expect("an instant"),
        end: "2026-06-10T06:00:00Z".parse().expect("an instant"),
        place: [
            "Академия, Астана",
            "Академия, Астана (ru)",
            "Academy, Astana",
        ]
        .map(str::to_owned),
        zone: "Asia/Almaty".into(),
        sequence: 3,
    }
}

/// One of each, with every outcome that has words of its own.
fn steps() -> Vec<Step> {
    let time = "2026-06-30T18:59:59Z".parse().expect("an instant");
    let seat = |displaced| Step::SeatOffered {
        at: appointment(),
        expires: time,
        displaced,
    };
    let appeal = |granted, advanced| Step::AppealDecided { granted, advanced };
    let term = |paused, due| Step::ReviewTermChanged { paused, due };
    let issued = |occasion| Step::CertificateIssued {
        title: stage(),
        occasion,
    };
    vec![
        term(false, Some(time)),
        term(true, None),
        term(false, None),
        Step::CorrectionDeclined,
        Step::ReviewEscalated { due: time },
        Step::ReviewTaskAssigned { due: Some(time) },
        Step::ReviewTaskAssigned { due: None },
        Step::ApplicationExpiring {
            closes: "2026-06-30T19:00:00Z".parse().expect("an instant"),
        },
        Step::ApplicationExpired,
        Step::ApplicationDisqualified {
            reason: "FALSE_DATA".into(),
            title: Default::default(),
        },
        Step::ApplicationMarkedErroneous {
            reason: "TEST_ENTRY".into(),
            title: Default::default(),
        },
        Step::WaitingEnded { stage: stage() },
        Step::StageAdvanced { stage: stage() },
        Step::StageNotAdvanced { stage: stage() },
        Step::Qualified { stage: stage() },
        Step::NotQualified { stage: stage() },
        Step::Chosen { stage: stage() },
        Step::NotChosen { stage: stage() },
        Step::BookingDisplaced(appointment()),
        seat(false),
        seat(true),
        Step::SeatOfferLapsed,
        Step::BookingReminder(appointment()),
        Step::BookingMissed(appointment()),
        Step::TestTerminated {
            reason: "FORBIDDEN_ITEM".into(),
        },
        Step::AppealFiled,
        appeal(false, false),
        appeal(true, false),
        appeal(true, true),
        Step::MembershipStarted {
            first: date(2026, 11, 1),
            last: date(2029, 10, 31),
        },
        Step::MembershipEnded {
            at: time,
            reason: "APPOINTED".into(),
        },
        issued(Occasion::Publication),
        issued(Occasion::Appeal),
        issued(Occasion::Reissue),
        Step::CertificateRevoked {
            title: stage(),
            reason: "MISTAKE".into(),
        },
        Step::EnquiryAnswered,
        Step::PlaceOffered {
            wish: wish(),
            expires: time,
        },
        Step::PlaceOfferLapsed {
            specialty: stage(),
            college: stage(),
        },
        Step::PlaceMissed {
            wishes: vec![wish(), wish()],
        },
    ]
}

fn wish() -> Wish {
    Wish {
        specialty: stage(),
        college: ["Колледж", "Колледж (ru)", "College"].map(str::to_owned),
        why: [
            "28 орынға рейтингте 31-орын.",
            "31-е место в рейтинге на 28 мест.",
            "Rank 31 for 28 places.",
        ]
        .map(str::to_owned),
    }
}

#[test]
fn every_step_has_its_own_words_in_three_languages_with_nothing_left_to_fill_in() {
    for language in Language::ALL {
        let mut bodies = BTreeSet::new();
        for step in steps() {
            let id = step.texts().to_lowercase().replace('_', "-");
            let words = Notice::Step(step).words(&MESSAGE_TEXTS, language);
            for text in [&words.title, &words.body] {
                let whole = !text.trim().is_empty()
                    && !text.contains(['{', '}', '$'])
                    && !text.starts_with(&id);
                assert!(whole, "{language:?} {id}: {text}");
            }
            assert!(
                words.title.chars().count() <= 78,
                "a subject in one line: {}",
                words.title
            );
            assert!(
                bodies.insert(words.body),
                "{language:?} {id} says what another says"
            );
        }
    }
}

#[test]
fn what_the_words_are_filled_in_with_is_in_them() {
    let body = |step: Step, language| Notice::Step(step).words(&MESSAGE_TEXTS, language).body;
    for language in Language::ALL {
        for step in steps() {
            let said = body(step.clone(), language);
            let has = |text: &str| assert!(said.contains(text), "{language:?} {step:?}: {said}");
            let times = |at: &Appointment| {
                has("10.06.2026 09:30");
                let [kk, ru, en] = &at.place;
                has(match language {
                    Language::Kk => kk,
                    Language::Ru => ru,
                    Language::En => en,
                });
            };
            let wishes = |all: &[Wish]| {
                for wish in all {
                    for [kk, ru, en] in [&wish.specialty, &wish.college, &wish.why] {
                        has(match language {
                            Language::Kk => kk,
                            Language::Ru => ru,
                            Language::En => en,
                        });
                    }
                }
            };
            match &step {
                Step::ReviewTermChanged { due: Some(_), .. }
                | Step::ReviewTaskAssigned { due: Some(_) }
                | Step::ReviewEscalated { .. }
                | Step::ApplicationExpiring { .. } => has("30.06.2026 23:59"),
                Step::StageAdvanced {
                    stage: [kk, ru, en],
                }
                | Step::StageNotAdvanced {
                    stage: [kk, ru, en],
                }
                | Step::Qualified {
                    stage: [kk, ru, en],
                }
                | Step::NotQualified {
                    stage: [kk, ru, en],
                }
                | Step::Chosen {
                    stage: [kk, ru, en],
                }
                | Step::NotChosen {
                    stage: [kk, ru, en],
                }
                | Step::WaitingEnded {
                    stage: [kk, ru, en],
                }
                | Step::CertificateIssued {
                    title: [kk, ru, en],
                    ..
                }
                | Step::CertificateRevoked {
                    title: [kk, ru, en],
                    ..
                } => has(match language {
                    Language::Kk => kk,
                    Language::Ru => ru,
                    Language::En => en,
                }),
                Step::BookingDisplaced(at) | Step::BookingMissed(at) => times(at),
                Step::BookingReminder(at) => {
                    times(at);
                    has("11:00");
                }
                Step::SeatOffered { at, .. } => {
                    times(at);
                    has("30.06.2026 23:59");
                }
                Step::PlaceOffered { wish, .. } => {
                    has("30.06.2026 23:59");
                    wishes(std::slice::from_ref(wish));
                }
                Step::PlaceMissed { wishes: all } => {
                    has("\n2. ");
                    wishes(all);
                }
                Step::MembershipStarted { .. } => {
                    has("01.11.2026");
                    has("31.10.2029");
                }
                Step::MembershipEnded { .. } => {
                    has("30.06.2026 23:59");
                    has(match language {
                        Language::Kk => "Сіз лауазымға тағайындалдыңыз",
                        Language::Ru => "Вы назначены на должность",
                        Language::En => "You were appointed to a post",
                    });
                }
                _ => {}
            }
        }
    }
    let disqualified = |reason: &str| Step::ApplicationDisqualified {
        reason: reason.into(),
        title: Default::default(),
    };
    let said = body(disqualified("FALSE_DATA"), Language::Ru);
    assert!(said.ends_with("Причина: Представлена умышленно ложная или неполная информация"));
    let said = body(disqualified("SOMETHING_NEW"), Language::Ru);
    assert!(said.ends_with("Причина: SOMETHING_NEW"), "as it is");
    // A reason that managers added to the dictionary since.
    let added = Step::ApplicationDisqualified {
        reason: "SOMETHING_NEW".into(),
        title: ["Жаңа себеп", "Новая причина", ""].map(Into::into),
    };
    let said = body(added.clone(), Language::Ru);
    assert!(said.ends_with("Причина: Новая причина"));
    let said = body(added, Language::En);
    assert!(said.ends_with("Жаңа себеп"), "in the language that it has");
    let erroneous = Step::ApplicationMarkedErroneous {
        reason: "WRONG_PERSON".into(),
        title: Default::default(),
    };
    let said = body(erroneous, Language::Ru);
    assert!(said.contains("Причина: Заявка открыта от имени другого человека\n"));
}

#[test]
fn every_irregularity_of_the_contract_has_its_words() {
    use proto::testing::v1::irregularity::Code;
    for code in (1..).map_while(|n| Code::try_from(n).ok()) {
        let code = code.as_str_name().trim_start_matches("CODE_");
        for language in Language::ALL {
            let step = Step::TestTerminated {
                reason: code.into(),
            };
            let body = Notice::Step(step).words(&MESSAGE_TEXTS, language).body;
            assert!(!body.contains(code), "{language:?} {code}: {body}");
        }
    }
}

#[test]
fn every_reason_to_revoke_a_certificate_has_its_words() {
    use proto::testing::v1::certificate::RevokeReason;
    for reason in (1..).map_while(|n| RevokeReason::try_from(n).ok()) {
        let reason = reason.as_str_name().trim_start_matches("REVOKE_REASON_");
        for language in Language::ALL {
            let step = Step::CertificateRevoked {
                title: stage(),
                reason: reason.into(),
            };
            let body = Notice::Step(step).words(&MESSAGE_TEXTS, language).body;
            assert!(!body.contains(reason), "{language:?} {reason}: {body}");
        }
    }
}

/// The words of steps that decide something for a person, as they are sent.
#[test]
fn what_decides_something_is_said_in_these_words() {
    let said = |step: Step, language| {
        let words = Notice::Step(step).words(&MESSAGE_TEXTS, language);
        format!("{}\n{}", words.title, words.body)
    };
    let offer = Step::SeatOffered {
        at: appointment(),
        expires: "2026-06-09T07:00:00Z".parse().expect("an instant"),
        displaced: false,
    };
    assert_eq!(
        said(offer.clone(), Language::Kk),
        "Сізге орын сақталды\n\
         Құрметті кандидат, бос орын шықты және ол Сізге сақталды.\n\
         Басталуы: 10.06.2026 09:30 (Астана уақытымен)\n\
         Аяқталуы: 10.06.2026 11:00\n\
         Орны: Академия, Астана\n\n\
         Ұсынысты жеке кабинеттегі «Іріктеу кезеңдері мен нәтижелері» бөлімінде қабылдаңыз немесе одан бас тартыңыз.\n\
         Орынның сақталу мерзімі: 09.06.2026 12:00 дейін (Астана уақытымен), одан кейін ол келесі кандидатқа ұсынылады."
    );
    assert_eq!(
        said(offer, Language::Ru),
        "За Вами оставлено место\n\
         Уважаемый кандидат, освободилось место, и оно оставлено за Вами.\n\
         Начало: 10.06.2026 09:30 (по времени Астаны)\n\
         Окончание: 10.06.2026 11:00\n\
         Место: Академия, Астана (ru)\n\n\
         Примите предложение или откажитесь от него в личном кабинете, в разделе «Этапы и результаты отбора».\n\
         Место оставлено за Вами до 09.06.2026 12:00 (по времени Астаны), затем оно перейдёт следующему кандидату."
    );
    assert_eq!(
        said(Step::Chosen { stage: stage() }, Language::Kk),
        "Сіз іріктеуден өттіңіз\n\
         Құрметті кандидат, соңғы «Сұхбат» кезеңінің нәтижелері жарияланды: Сіз іріктеуден өттіңіз. Құттықтаймыз!\n\n\
         Резервке алынғаныңызды Сізге қосымша хабарлаймыз."
    );
    assert_eq!(
        said(Step::NotChosen { stage: stage() }, Language::En),
        "Results of the selection\n\
         Dear candidate, the results of the last stage, \"Interview\", are out: this time you are not chosen.\n\n\
         The details, and how to appeal, are in your personal account, in the section \"Selection stages and results\"."
    );
}

#[tokio::test]
async fn every_event_of_the_contract_has_a_subscriber_or_a_reason_to_have_none() {
    let world = world().await;
    let pool = DescriptorPool::decode(proto::DESCRIPTOR).expect("the contract");
    let told = |kind: &str| world.subscribers.iter().any(|it| it.wants(kind));
    let nobody: Vec<&str> = identity_svc::events::NOBODY_IS_TOLD
        .iter()
        .map(|(event, reason)| {
            assert!(!reason.is_empty());
            *event
        })
        .collect();
    let mut seen = 0;
    for message in pool.all_messages() {
        if message.package_name() != "irikteu.events.v1" {
            continue;
        }
        seen += 1;
        assert_ne!(
            told(message.full_name()),
            nobody.contains(&message.name()),
            "{}: told or not, never both and never neither",
            message.name()
        );
    }
    assert!(seen > nobody.len() + 30, "all of them were looked at");
}

fn title() -> Option<LocalizedText> {
    let [kk, ru, en] = stage();
    Some(LocalizedText { kk, ru, en })
}

fn day(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

/// Tells every later step to an account and an expert by its event.
async fn tell_all(world: &World, account: &str) {
    use proto::events::v1::certificate_issued::Occasion;
    use proto::testing::v1::certificate::RevokeReason;
    let account = || account.to_owned();
    let start_time = || Some(instant("2026-06-10T04:30:00Z"));
    let end_time = || Some(instant("2026-06-10T06:00:00Z"));
    macro_rules! tell {
        ($event:ident { $($field:ident: $value:expr),* $(,)? }) => {
            world.told(&events::$event {
                account: account(),
                $($field: $value,)*
                ..Default::default()
            }).await
        };
    }
    tell!(ReviewTermChanged {
        application: "a".into(),
        due_time: start_time()
    });
    tell!(ReviewTermChanged {
        application: "a".into(),
        paused: true
    });
    tell!(ApplicationDecided {
        application: "a".into(),
        outcome: Outcome::CorrectionDeclined.into()
    });
    tell!(ApplicationExpiring {
        application: "a".into(),
        close_time: end_time()
    });
    tell!(ApplicationExpired {
        application: "a".into()
    });
    tell!(ApplicationDisqualified {
        application: "a".into(),
        reason_code: "FALSE_DATA".into()
    });
    tell!(ApplicationMarkedErroneous {
        application: "a".into(),
        reason_code: "TECHNICAL_FAULT".into()
    });
    tell!(WaitingEnded {
        waitlist_entry: "w".into(),
        stage_title: title()
    });
    for (last, goes_on) in [(false, true), (false, false), (true, true), (true, false)] {
        tell!(StageResultPublished {
            stage_result: "r".into(),
            stage_title: title(),
            last_stage: last,
            advanced: goes_on,
        });
    }
    for reached in [true, false] {
        tell!(StageResultPublished {
            stage_result: "r".into(),
            stage_title: title(),
            advanced: true,
            qualified: Some(reached),
        });
    }
    tell!(SeatOffered {
        waitlist_entry: "w".into(),
        start_time: start_time(),
        end_time: end_time(),
        center_title: title(),
        expire_time: start_time(),
    });
    tell!(SeatOfferLapsed {
        waitlist_entry: "w".into()
    });
    tell!(BookingDisplaced {
        booking: "campaigns/c/bookings/b1".into(),
        start_time: start_time(),
        end_time: end_time(),
        center_title: title(),
        sequence: 4,
    });
    tell!(BookingReminderDue {
        booking: "b".into(),
        start_time: start_time(),
        end_time: end_time(),
        center_title: title()
    });
    tell!(BookingMissed {
        booking: "b".into(),
        start_time: start_time(),
        end_time: end_time(),
        center_title: title()
    });
    tell!(AttemptTerminated {
        booking: "b".into(),
        reason_code: "DISTURBANCE".into()
    });
    tell!(AppealFiled { appeal: "p".into() });
    tell!(AppealDecided {
        appeal: "p".into(),
        granted: true
    });
    tell!(MembershipStarted {
        membership: "m".into(),
        start_date: day(2026, 11, 1),
        end_date: day(2029, 10, 31)
    });
    tell!(MembershipEnded {
        membership: "m".into(),
        finish_time: end_time(),
        reason: proto::testing::v1::membership::EndReason::Excluded.into()
    });
    // Nobody is told of a death.
    tell!(MembershipEnded {
        membership: "m".into(),
        finish_time: end_time(),
        reason: proto::testing::v1::membership::EndReason::Death.into()
    });
    tell!(CertificateIssued {
        certificate: "c".into(),
        title: title(),
        occasion: Occasion::Appeal.into()
    });
    tell!(CertificateRevoked {
        certificate: "c".into(),
        title: title(),
        reason: RevokeReason::Mistake.into()
    });
    let answered = events::EnquiryAnswered {
        enquiry: "enquiries/e1".into(),
        account: account(),
    };
    world.told(&answered).await;
    let outcome = || events::AdmissionOutcome {
        specialty_title: title(),
        college_title: title(),
        explanation: title(),
    };
    tell!(AdmissionOfferMade {
        admission_offer: "o".into(),
        outcome: Some(outcome()),
        reply_expire_time: start_time()
    });
    tell!(AdmissionOfferLapsed {
        admission_offer: "o".into(),
        specialty_title: title(),
        college_title: title()
    });
    tell!(AdmissionMissed {
        admission_result: "r".into(),
        outcomes: vec![outcome(), outcome()]
    });
    let assigned = events::ReviewTaskAssigned {
        review_task: "reviewTasks/t1".into(),
        expert: account(),
        due_time: start_time(),
    };
    world.told(&assigned).await;
}

async fn inbox(world: &World, me: &Caller, language: &'static str) -> Vec<pb::Message> {
    let request = pb::ListMessagesRequest {
        parent: "accounts/me".into(),
        page_size: 100,
        ..Default::default()
    };
    let mut messages = world.messages_of(me);
    let answer = messages.list_messages(in_language(language, request)).await;
    answer.expect("messages").into_inner().messages
}

#[tokio::test]
async fn every_event_of_a_step_becomes_a_message_of_its_kind_and_a_mail() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[Role::CampaignManager]).await;
    let me = world.caller(IIN).await;
    world.relay().await;
    tell_all(&world, &account).await;
    let escalated = events::ReviewEscalated {
        review_task: "reviewTasks/t1".into(),
        due_time: Some(instant("2026-06-01T04:30:00Z")),
        ..Default::default()
    };
    world.told(&escalated).await;

    let mut kinds = BTreeSet::new();
    for language in ["kk", "ru", "en"] {
        for message in inbox(&world, &me, language).await {
            assert!(!message.body.contains(['{', '}', '$']), "{}", message.body);
            assert!(!message.body.contains("1970"), "{}", message.body);
            kinds.insert(message.kind);
        }
    }
    let later = (23..=44)
        .chain(46..=49)
        .chain([70])
        .chain(60..=62)
        .map(|n| pb::message::Kind::try_from(n).expect("a kind") as i32);
    let missing: Vec<_> = later.filter(|kind| !kinds.contains(kind)).collect();
    assert_eq!(missing, Vec::<i32>::new());

    let messages = inbox(&world, &me, "kk").await;
    let mut titles: Vec<_> = messages.iter().map(|it| it.title.clone()).collect();
    let mut subjects: Vec<_> = world
        .mails_to(EMAIL)
        .await
        .into_iter()
        .map(|it| it.subject)
        .collect();
    titles.sort();
    subjects.sort();
    assert_eq!(titles, subjects, "each by mail too");
    // A seat that is gone goes from the calendar.
    let displaced = messages
        .iter()
        .find(|it| it.kind() == pb::message::Kind::BookingDisplaced)
        .expect("the message");
    let file = String::from_utf8(displaced.attachments[0].content.to_vec()).expect("utf-8");
    for line in [
        "METHOD:CANCEL",
        "UID:b1@irikteu.kz",
        "SEQUENCE:4",
        "STATUS:CANCELLED",
    ] {
        assert!(file.lines().any(|it| it == line), "{line} is not in {file}");
    }
}

#[tokio::test]
async fn an_escalation_is_told_to_every_campaign_manager_and_to_nobody_else_once() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[Role::Expert]).await;
    let managers = ["first@example.kz", "second@example.kz"];
    world
        .seed("010101200004", managers[0], &[Role::CampaignManager])
        .await;
    world
        .seed(
            "010101200508",
            managers[1],
            &[Role::CampaignManager, Role::Administrator],
        )
        .await;
    world.relay().await;
    let escalated = events::ReviewEscalated {
        review_task: "reviewTasks/t1".into(),
        due_time: Some(instant("2026-06-01T04:30:00Z")),
        ..Default::default()
    };
    let event = world.told(&escalated).await;
    world.bus.publish(&event).await.expect("taken again");
    for manager in managers {
        let me = world.caller(manager).await;
        let messages = inbox(&world, &me, "ru").await;
        let told: Vec<_> = messages
            .iter()
            .filter(|it| it.kind() == pb::message::Kind::ReviewEscalated)
            .collect();
        assert_eq!(told.len(), 1, "{manager}");
        assert_eq!(told[0].about, "reviewTasks/t1");
        assert!(
            told[0].body.contains("01.06.2026 09:30"),
            "{}",
            told[0].body
        );
    }
    let expert = world.caller(EMAIL).await;
    let kinds = inbox(&world, &expert, "ru")
        .await
        .into_iter()
        .map(|it| it.kind());
    assert!(
        !kinds
            .collect::<Vec<_>>()
            .contains(&pb::message::Kind::ReviewEscalated)
    );
}
