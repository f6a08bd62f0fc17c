//! What applicants of colleges are told of their choices, exams and requests for services: in three languages, in the inbox and by
//! mail, once.

use std::collections::BTreeSet;

use chassis::text::Language;
use identity_svc::MESSAGE_TEXTS;
use identity_svc::domain::admission::{Admission, Choice, Exam, Service};
use identity_svc::domain::notice::Notice;
use proto::events::v1 as events;
use proto::identity::v1 as pb;
use proto::questionnaire::v1::application_choice::State;
use proto::questionnaire::v1::service_request;
use proto::wire::v1::LocalizedText;

use crate::campaigns::instant;
use crate::world::*;

fn titles(kk: &str, ru: &str, en: &str) -> [String; 3] {
    [kk, ru, en].map(str::to_owned)
}

fn text([kk, ru, en]: [String; 3]) -> Option<LocalizedText> {
    Some(LocalizedText { kk, ru, en })
}

fn specialty() -> [String; 3] {
    titles("Мейіргер ісі", "Сестринское дело", "Nursing")
}

fn college() -> [String; 3] {
    titles("«Өрлеу» колледжі", "Колледж «Орлеу»", "Orleu college")
}

fn exam() -> [String; 3] {
    titles("Арнаулы емтихан", "Специальный экзамен", "Special exam")
}

fn reasons() -> Vec<[String; 3]> {
    vec![
        titles("Құжат жоқ", "Нет документа", "No document"),
        titles("Деректер басқа", "Данные другие", "Other data"),
    ]
}

fn dormitory() -> Service {
    Service {
        service: "DORMITORY".into(),
        college: college(),
        academic_year: 2026,
    }
}

fn all() -> Vec<Admission> {
    let choice = || Choice {
        specialty: specialty(),
        college: college(),
    };
    let exam = || Exam {
        exam: exam(),
        specialty: specialty(),
        start: "2026-07-05T04:00:00Z".parse().expect("an instant"),
        zone: "Asia/Almaty".into(),
        address: "Абай даңғылы 8, 203".into(),
    };
    vec![
        Admission::ChoiceAcknowledged(choice()),
        Admission::ChoiceAccepted(choice()),
        Admission::ChoiceRejected {
            choice: choice(),
            reasons: reasons(),
        },
        Admission::ChoiceSetAside {
            choice: choice(),
            reasons: reasons(),
        },
        Admission::ExamAppointed(exam()),
        Admission::ExamMoved(exam()),
        Admission::ExamMissed(exam()),
        Admission::ServiceRequestAcknowledged(dormitory()),
        Admission::ServiceRequestGranted(dormitory()),
        Admission::ServiceRequestRefused {
            service: dormitory(),
            reasons: reasons(),
        },
        Admission::ServiceRequestEnded(dormitory()),
        Admission::MarksCorrected(choice()),
        Admission::ApplicationOpenedByBoard { college: college() },
        Admission::ApplicationSentByBoard { college: college() },
    ]
}

#[test]
fn each_has_its_own_words_in_three_languages_and_says_what_it_is_about() {
    for (at, language) in Language::ALL.into_iter().enumerate() {
        let mut bodies = BTreeSet::new();
        for step in all() {
            let notice = Notice::Admission(step.clone());
            let words = notice.words(&MESSAGE_TEXTS, language);
            for text in [&words.title, &words.body] {
                assert!(!text.contains(['{', '}', '$']), "{language:?}: {text}");
            }
            assert!(words.title.chars().count() <= 78, "{}", words.title);
            let mut said = Vec::new();
            match &step {
                Admission::ServiceRequestAcknowledged(_)
                | Admission::ServiceRequestGranted(_)
                | Admission::ServiceRequestRefused { .. }
                | Admission::ServiceRequestEnded(_) => {
                    let words = [
                        "жатақханадағы орын",
                        "место в общежитии",
                        "a place in the dormitory",
                    ];
                    said.extend([
                        words[at].to_owned(),
                        college()[at].clone(),
                        "2026/2027".into(),
                    ]);
                }
                _ => said.push(specialty()[at].clone()),
            }
            match &step {
                Admission::ChoiceAcknowledged(_)
                | Admission::ChoiceAccepted(_)
                | Admission::MarksCorrected(_) => {
                    said.push(college()[at].clone());
                }
                Admission::ApplicationOpenedByBoard { .. }
                | Admission::ApplicationSentByBoard { .. } => said = vec![college()[at].clone()],
                Admission::ServiceRequestAcknowledged(_)
                | Admission::ServiceRequestGranted(_)
                | Admission::ServiceRequestEnded(_) => {}
                Admission::ChoiceRejected { .. }
                | Admission::ChoiceSetAside { .. }
                | Admission::ServiceRequestRefused { .. } => {
                    said.extend(reasons().into_iter().map(|it| format!("• {}", it[at])));
                }
                Admission::ExamAppointed(_)
                | Admission::ExamMoved(_)
                | Admission::ExamMissed(_) => {
                    said.extend([
                        exam()[at].clone(),
                        "05.07.2026 09:00".into(),
                        "Абай даңғылы 8, 203".into(),
                    ]);
                }
            }
            for text in said {
                assert!(words.body.contains(&text), "{text}: {}", words.body);
            }
            assert!(
                bodies.insert(words.body),
                "{language:?} {step:?} says what another says"
            );
        }
    }
}

#[test]
fn it_is_kept_under_the_name_of_its_kind_and_read_back() {
    for step in all() {
        let kind = step.kind();
        assert!(pb::message::Kind::from_str_name(&format!("KIND_{kind}")).is_some());
        let notice = Notice::Admission(step);
        let kept = serde_json::to_value(&notice).expect("json");
        assert_eq!(kept["kind"], kind);
        let read = serde_json::from_value::<Notice>(kept).expect("a notice");
        assert_eq!(read, notice);
    }
}

#[tokio::test]
async fn every_answer_of_a_college_becomes_a_message_of_its_kind_and_a_mail() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    let me = world.caller(IIN).await;
    world.relay().await;
    let moved = |state: State| events::ApplicationChoiceMoved {
        choice: "campaigns/c/applications/a/choices/1".into(),
        campaign: "campaigns/c".into(),
        account: account.clone(),
        state: state.into(),
        specialty_title: text(specialty()),
        college_title: text(college()),
        reason_codes: vec!["DATA_DIFFER".into()],
        reason_titles: reasons().into_iter().filter_map(text).collect(),
    };
    for state in [
        State::InProcessing,
        State::Accepted,
        State::Rejected,
        State::Erroneous,
        // The person's own doing.
        State::Withdrawn,
    ] {
        world.told(&moved(state)).await;
    }
    for moved in [false, true] {
        let event = events::EntranceExamAppointed {
            choice: "campaigns/c/applications/a/choices/1".into(),
            account: account.clone(),
            exam_title: text(exam()),
            specialty_title: text(specialty()),
            start_time: Some(instant("2026-07-05T04:00:00Z")),
            time_zone: "Asia/Almaty".into(),
            address: "Абай даңғылы 8, 203".into(),
            moved,
            ..Default::default()
        };
        world.told(&event).await;
    }
    for state in [
        service_request::State::Acknowledged,
        service_request::State::Granted,
        service_request::State::Refused,
        service_request::State::Ended,
        // The person's own doing.
        service_request::State::Withdrawn,
    ] {
        let event = events::ServiceRequestMoved {
            service_request: "colleges/1/serviceRequests/2".into(),
            account: account.clone(),
            kind: service_request::Kind::Meals.into(),
            state: state.into(),
            academic_year: 2026,
            college_title: text(college()),
            reason_titles: reasons().into_iter().filter_map(text).collect(),
            ..Default::default()
        };
        world.told(&event).await;
    }
    let request = pb::ListMessagesRequest {
        parent: "accounts/me".into(),
        page_size: 100,
        ..Default::default()
    };
    let answer = world.messages_of(&me).list_messages(request).await;
    let messages = answer.expect("messages").into_inner().messages;
    let kinds: BTreeSet<_> = messages.iter().map(|it| it.kind).collect();
    let expected = (50..=55).chain(80..=83);
    let missing: Vec<_> = expected.filter(|kind| !kinds.contains(kind)).collect();
    assert_eq!(missing, Vec::<i32>::new());
    let about = "campaigns/c/applications/a/choices/1";
    assert_eq!(messages.iter().filter(|it| it.about == about).count(), 6);

    let mut titles: Vec<_> = messages.iter().map(|it| it.title.clone()).collect();
    let mails = world.mails_to(EMAIL).await;
    let mut subjects: Vec<_> = mails.into_iter().map(|it| it.subject).collect();
    titles.sort();
    subjects.sort();
    assert_eq!(titles, subjects, "each by mail too");
}

#[tokio::test]
async fn what_a_board_does_in_somebodys_name_is_told_in_the_inbox_and_by_mail() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    let me = world.caller(IIN).await;
    world.relay().await;
    let application = || "campaigns/c/applications/a".to_owned();
    let created = |board_title| events::ApplicationCreated {
        application: application(),
        account: account.clone(),
        board_title,
        ..Default::default()
    };
    let sent = |board_title| events::ApplicationSubmitted {
        application: application(),
        account: account.clone(),
        submission_number: 1,
        without_review: true,
        board_title,
        ..Default::default()
    };
    // One's own doing needs no word.
    world.told(&created(None)).await;
    world.told(&sent(None)).await;
    world.told(&created(text(college()))).await;
    world.told(&sent(text(college()))).await;
    let corrected = events::ChoiceMarksCorrected {
        choice: "campaigns/c/applications/a/choices/1".into(),
        account: account.clone(),
        specialty_title: text(specialty()),
        college_title: text(college()),
        ..Default::default()
    };
    world.told(&corrected).await;
    let missed = events::EntranceExamMissed {
        choice: "campaigns/c/applications/a/choices/1".into(),
        account: account.clone(),
        exam_title: text(exam()),
        specialty_title: text(specialty()),
        start_time: Some(instant("2026-07-05T04:00:00Z")),
        time_zone: "Asia/Almaty".into(),
        address: "Абай даңғылы 8, 203".into(),
        ..Default::default()
    };
    world.told(&missed).await;
    let request = pb::ListMessagesRequest {
        parent: "accounts/me".into(),
        page_size: 100,
        ..Default::default()
    };
    let answer = world.messages_of(&me).list_messages(request).await;
    let messages = answer.expect("messages").into_inner().messages;
    let kinds = messages.iter().filter(|it| (56..=59).contains(&it.kind));
    assert_eq!(kinds.count(), 4);
    assert_eq!(messages.len(), 5, "and the welcome");
    let subjects = world.mails_to(EMAIL).await.len();
    assert_eq!(subjects, messages.len());
}
