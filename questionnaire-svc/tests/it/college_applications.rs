//! Applications to colleges: the six steps of the manual, one to four choices in order of preference,
//! one number; what becomes of the choices when they or their application are taken back.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::client::Connection;
use proto::events::v1::{
    AccountReleased, ApplicationChoiceLeft, ApplicationMarkedErroneous, ApplicationSubmitted,
};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::application_choice::State as Folder;
use proto::questionnaire::v1::application_choices_client::ApplicationChoicesClient;
use proto::questionnaire::v1::applications_client::ApplicationsClient;
use proto::questionnaire::v1::forms_client::FormsClient;
use questionnaire_svc::rpc::wire;
use serde_json::{Value, json};
use tonic::Status;

use crate::board::{ADMISSION, COLLEGE, OTHER_COLLEGE, closes, nursing};
use crate::candidate::Candidate;
use crate::paper;
use crate::world::{World, metadata, pairs, reason, text, violations};

/// The three types of application of the manual's first step.
const KINDS: [(&str, &str); 3] = [
    ("STATE_ORDER", "state-order"),
    ("WORKER", "worker"),
    ("PAID", "paid"),
];

pub fn kinds() -> Vec<pb::ApplicationKind> {
    let kind = |(code, form): (&str, &str)| pb::ApplicationKind {
        code: code.into(),
        title: Some(text(code)),
        form_revision: format!("forms/college-{form}/revisions/1"),
    };
    KINDS.into_iter().map(kind).collect()
}

/// A world on a day of the window, with colleges and a campaign of theirs.
pub async fn world() -> World {
    let world = World::new().await;
    world.admission().await;
    world.at("2026-06-10T06:00:00Z");
    world
}

/// Four specialties of two colleges, other than each other in their code.
pub async fn four(world: &World) -> Vec<pb::Specialty> {
    let mut offered = Vec::new();
    for (at, code) in ["NURSING", "ACCOUNTING", "SOFTWARE", "ELECTRICAL"]
        .into_iter()
        .enumerate()
    {
        let board = world.board(if at < 2 { COLLEGE } else { OTHER_COLLEGE }, at as u128);
        let specialty = pb::Specialty {
            code: code.into(),
            ..nursing()
        };
        offered.push(board.offers(specialty).await.unwrap());
    }
    offered
}

pub fn rows(specialties: &[pb::Specialty]) -> Value {
    let row = |it: &pb::Specialty| json!({"study_form": it.study_form, "region": it.region, "specialty": it.name});
    json!({"rows": specialties.iter().map(row).collect::<Vec<_>>()})
}

fn applicant(medical_papers: &str) -> Value {
    json!({
        "civil_status": "CITIZEN", "nationality": "KAZAKH", "phone": "+77010000000",
        "email": "talapker@example.kz", "address": "Астана, Мәңгілік Ел 1",
        "medical_papers": medical_papers, "acquainted": true, "data_consent": true
    })
}

fn education(base: &str, document: &str) -> Value {
    json!({
        "education_base": base, "institution": "№ 1 мектеп", "completion_year": 2026,
        "document_kind": "BASIC_CERTIFICATE", "document_number": "ЖБ 0001", "document": document
    })
}

/// Every step but the last.
pub async fn fills(person: &Candidate<'_>, name: &str) {
    let medical = person
        .uploads_pdf(name, "applicant", "MEDICAL_PAPERS")
        .await;
    let document = person
        .uploads_pdf(name, "education", "EDUCATION_DOCUMENT")
        .await;
    for (section, answers) in [
        ("diagnostics", json!({"results_seen": true})),
        ("applicant", applicant(&medical)),
        ("education", education("BASIC_SECONDARY", &document)),
        ("quota", json!({"none": true})),
    ] {
        let saved = person.saves(name, section, &answers).await.unwrap();
        assert!(saved.complete, "{section} {:?}", saved.problems);
    }
}

/// Ready to be sent.
pub async fn filled(person: &Candidate<'_>, specialties: &[pb::Specialty]) -> String {
    let opened = person.opens_a(ADMISSION, "STATE_ORDER").await.unwrap();
    fills(person, &opened.name).await;
    let saved = person
        .saves(&opened.name, "choices", &rows(specialties))
        .await
        .unwrap();
    assert!(saved.complete, "{:?}", saved.problems);
    opened.name
}

pub async fn sent(person: &Candidate<'_>, specialties: &[pb::Specialty]) -> pb::Application {
    let name = filled(person, specialties).await;
    person.submits_with(&name, "", &[]).await.unwrap()
}

type Choices = ApplicationChoicesClient<Connection>;

pub fn choices_of(connection: Connection) -> Choices {
    ApplicationChoicesClient::new(connection)
}

pub async fn listed(
    client: &mut Choices,
    request: pb::ListApplicationChoicesRequest,
) -> Result<Vec<pb::ApplicationChoice>, Status> {
    let answer = client.list_application_choices(request).await?;
    Ok(answer.into_inner().application_choices)
}

pub async fn own_choices(person: &Candidate<'_>, name: &str) -> Vec<pb::ApplicationChoice> {
    let request = pb::ListApplicationChoicesRequest {
        parent: name.into(),
        ..Default::default()
    };
    let mut client = choices_of(person.connection());
    listed(&mut client, request).await.unwrap()
}

pub async fn withdraws_choice(
    world: &World,
    person: &Candidate<'_>,
    choice: &pb::ApplicationChoice,
) -> Result<pb::ApplicationChoice, Status> {
    let request = pb::WithdrawApplicationChoiceRequest {
        name: choice.name.clone(),
        etag: choice.etag.clone(),
        request_id: world.request_id(),
    };
    let mut client = choices_of(person.connection());
    Ok(client
        .withdraw_application_choice(request)
        .await?
        .into_inner())
}

fn folders(choices: &[pb::ApplicationChoice]) -> Vec<Folder> {
    choices.iter().map(|it| it.state()).collect()
}

#[tokio::test]
async fn the_three_types_ask_for_the_steps_of_the_manual_in_its_order() {
    let world = World::new().await;
    let mut forms = FormsClient::new(world.speaking_for(Caller::Stranger));
    let steps = [
        ("diagnostics", "Кәсіби диагностика", false),
        ("applicant", "Өтініш беруші", true),
        ("education", "Білім", true),
        ("quota", "Квота", true),
        ("choices", "Мамандық", true),
    ];
    for (code, form) in KINDS {
        let name = format!("forms/college-{form}/revisions/1");
        let get = pb::GetFormRevisionRequest { name };
        let form = forms.get_form_revision(get).await.unwrap().into_inner();
        let told =
            |it: &pb::FormSection| (it.id.clone(), it.title.clone().unwrap().kk, it.required);
        let told: Vec<_> = form.sections.iter().map(told).collect();
        let expected = steps.map(|(id, title, asked)| (id.to_owned(), title.to_owned(), asked));
        assert_eq!(told, expected, "{code}");
        assert_eq!(form.programme, "college");
        for section in &form.sections {
            let schema = wire::to_json(section.schema.clone().unwrap());
            let order = schema["x-order"].as_array().unwrap().len();
            assert_eq!(schema["properties"].as_object().unwrap().len(), order);
        }
    }
}

#[tokio::test]
async fn what_is_sent_has_a_number_and_is_a_choice_at_each_college() {
    let world = world().await;
    let offered = four(&world).await;
    let person = world.candidate(1);
    let name = filled(&person, &offered).await;
    assert_eq!(person.application(&name).await.unwrap().number, "");
    let sent = person.submits_with(&name, "", &[]).await.unwrap();
    assert_eq!(sent.state(), State::Submitted);
    assert!(sent.number.starts_with("2026-") && sent.number.len() == 14);
    assert_eq!(person.application(&name).await.unwrap().number, sent.number);

    let choices = own_choices(&person, &name).await;
    let wished: Vec<_> = choices.iter().map(|it| it.specialty.as_str()).collect();
    let expected: Vec<_> = offered.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(wished, expected);
    assert_eq!(folders(&choices), [Folder::New; 4]);
    for (choice, preference) in choices.iter().zip(1..) {
        assert_eq!(choice.preference, preference);
        assert_eq!(choice.application_number, sent.number);
        assert_eq!(choice.submission, sent.submission);
    }
    let told: Vec<ApplicationSubmitted> = world.told_of().await;
    assert!(told[0].without_review);

    // No expert could give it back.
    let request = pb::AskForCorrectionRequest {
        name: name.clone(),
        sections: vec!["education".into()],
        note: "Қате".into(),
        request_id: world.request_id(),
        ..Default::default()
    };
    let mut applications = ApplicationsClient::new(person.connection());
    let refused = applications.ask_for_correction(request).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_FROZEN");
}

#[tokio::test]
async fn everything_wrong_with_the_choices_is_told_at_once() {
    let world = world().await;
    let offered = four(&world).await;
    let board = world.board(COLLEGE, 9);
    let paid = pb::Specialty {
        payment: "PAID".into(),
        quotas: Vec::new(),
        ..nursing()
    };
    let paid = board.offers(paid).await.unwrap();
    board.does(closes(&offered[0])).await.unwrap();
    let person = world.candidate(1);
    let name = person.opens_a(ADMISSION, "STATE_ORDER").await.unwrap().name;

    let mut wrong = rows(&[
        offered[0].clone(),
        paid,
        offered[1].clone(),
        offered[1].clone(),
    ]);
    wrong["rows"][2]["region"] = json!("KZ-75");
    let refused = person.saves(&name, "choices", &wrong).await.unwrap_err();
    let expected = [
        (
            "section.answers.rows[0].specialty",
            "SPECIALTY_TAKES_NO_MORE",
        ),
        (
            "section.answers.rows[1].specialty",
            "SPECIALTY_OF_OTHER_KIND",
        ),
        ("section.answers.rows[2].specialty", "UNKNOWN_VALUE"),
        ("section.answers.rows[3].specialty", "VALUE_TWICE"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));

    let mut five = offered.clone();
    five.push(pb::Specialty {
        name: "specialties/01970000-0000-7000-8000-000000000009".into(),
        ..nursing()
    });
    let refused = person.saves(&name, "choices", &rows(&five)).await;
    let expected = [
        ("section.answers.rows", "TOO_MANY"),
        (
            "section.answers.rows[0].specialty",
            "SPECIALTY_TAKES_NO_MORE",
        ),
        ("section.answers.rows[4].specialty", "SPECIALTY_UNKNOWN"),
    ];
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
}

#[tokio::test]
async fn a_specialty_is_for_people_with_its_education_whichever_is_answered_first() {
    let world = world().await;
    let offered = four(&world).await;
    let person = world.candidate(1);
    let name = filled(&person, &offered[..1]).await;
    let document = person
        .uploads_pdf(&name, "education", "EDUCATION_DOCUMENT")
        .await;
    let answers = education("GENERAL_SECONDARY", &document);
    person.saves(&name, "education", &answers).await.unwrap();
    let refused = person.submits_with(&name, "", &[]).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_INCOMPLETE");
    let expected = [("choices.rows[0].specialty", "EDUCATION_BASE_OTHER")];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn either_benefits_are_claimed_with_their_proof_or_there_are_none() {
    let world = world().await;
    let person = world.candidate(1);
    let name = person.opens_a(ADMISSION, "WORKER").await.unwrap().name;
    let problems = |section: pb::Section| -> Vec<_> {
        let pair = |it: pb::SectionProblem| (it.field, it.reason);
        section.problems.into_iter().map(pair).collect()
    };
    let saved = person.saves(&name, "quota", &json!({})).await.unwrap();
    assert_eq!(problems(saved), pairs(&[("rows", "REQUIRED")]));
    let unproven = json!({"rows": [{"category": "ORPHAN"}], "none": false});
    let saved = person.saves(&name, "quota", &unproven).await.unwrap();
    assert_eq!(problems(saved), pairs(&[("rows[0].document", "REQUIRED")]));

    let proof = person.uploads_pdf(&name, "quota", "QUOTA_PROOF").await;
    let claimed = json!({"rows": [{"category": "ORPHAN", "document": proof}]});
    let saved = person.saves(&name, "quota", &claimed).await.unwrap();
    assert!(saved.complete);
    let mut both = claimed.clone();
    both["none"] = json!(true);
    let refused = person.saves(&name, "quota", &both).await.unwrap_err();
    let expected = [("section.answers.none", "QUOTA_OR_NONE")];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn a_specialty_that_closed_between_saving_and_sending_is_told_when_sending() {
    let world = world().await;
    let offered = four(&world).await;
    let person = world.candidate(1);
    let name = filled(&person, &offered[..2]).await;
    let board = world.board(COLLEGE, 9);
    board.does(closes(&offered[0])).await.unwrap();
    let refused = person.submits_with(&name, "", &[]).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_INCOMPLETE");
    let expected = [("choices.rows[0].specialty", "SPECIALTY_TAKES_NO_MORE")];
    assert_eq!(violations(&refused), pairs(&expected));
    person
        .saves(&name, "choices", &rows(&offered[1..2]))
        .await
        .unwrap();
    person.submits_with(&name, "", &[]).await.unwrap();
}

#[tokio::test]
async fn of_a_closing_and_a_sending_at_once_one_comes_first_and_the_other_sees_it() {
    let world = world().await;
    let offered = four(&world).await;
    for (specialty, number) in offered[..2].iter().zip(1..) {
        let board = world.board(COLLEGE, 9);
        let person = world.candidate(number);
        let name = filled(&person, std::slice::from_ref(specialty)).await;
        let closing = board.prepares(closes(specialty)).await.unwrap();
        let (sent, closed) =
            tokio::join!(person.submits_with(&name, "", &[]), board.signs(&closing));
        closed.unwrap();
        let choices = own_choices(&person, &name).await;
        match sent {
            Ok(_) => assert_eq!(folders(&choices), [Folder::New]),
            Err(refused) => {
                assert_eq!(reason(&refused), "APPLICATION_INCOMPLETE");
                assert!(choices.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn those_who_send_at_once_get_each_a_number_of_their_own() {
    let world = world().await;
    let offered = four(&world).await;
    let mut people = Vec::new();
    for number in 1..=8 {
        let person = world.candidate(number);
        let name = filled(&person, &offered[..1]).await;
        people.push((person, name));
    }
    let sending = people
        .iter()
        .map(|(person, name)| person.submits_with(name, "", &[]));
    let sent = futures_util::future::join_all(sending).await;
    let numbers: BTreeSet<_> = sent.into_iter().map(|it| it.unwrap().number).collect();
    assert_eq!(numbers.len(), 8);

    // The same one sent twice at once is one application with one number and one choice.
    let twice = world.candidate(20);
    let name = filled(&twice, &offered[..1]).await;
    let (one, other) = tokio::join!(
        twice.submits_with(&name, "", &[]),
        twice.submits_with(&name, "", &[])
    );
    assert_eq!([&one, &other].iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(own_choices(&twice, &name).await.len(), 1);
}

#[tokio::test]
async fn one_choice_is_taken_back_and_the_others_stay() {
    let world = world().await;
    let offered = four(&world).await;
    let person = world.candidate(1);
    let name = sent(&person, &offered).await.name;
    let choices = own_choices(&person, &name).await;
    world
        .sql("UPDATE application_choice SET state = 'ACCEPTED' WHERE preference <= 2")
        .await
        .unwrap();
    let back = withdraws_choice(&world, &person, &choices[1])
        .await
        .unwrap();
    assert_eq!(back.state(), Folder::Withdrawn);
    withdraws_choice(&world, &person, &choices[2])
        .await
        .unwrap();
    let refused = withdraws_choice(&world, &person, &back).await.unwrap_err();
    assert_eq!(reason(&refused), "CHOICE_DECIDED");
    let refused = withdraws_choice(&world, &person, &choices[1]).await;
    assert_eq!(reason(&refused.unwrap_err()), "STALE_ETAG");
    let stranger = world.candidate(2);
    let refused = withdraws_choice(&world, &stranger, &choices[0]).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_FOUND");
    // Only an accepted one stood in a competition.
    let left: Vec<ApplicationChoiceLeft> = world.told_of().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].choice, choices[1].name);
    assert_eq!(left[0].specialty, offered[1].name);

    world
        .sql("UPDATE specialty SET ranking_started = TRUE")
        .await
        .unwrap();
    let refused = withdraws_choice(&world, &person, &choices[0]).await;
    assert_eq!(reason(&refused.unwrap_err()), "SPECIALTY_RANKING_STARTED");
    // Nobody has to stay with an application.
    assert_eq!(
        person.withdraws(&name).await.unwrap().state(),
        State::Withdrawn
    );
    let folder = folders(&own_choices(&person, &name).await);
    assert_eq!(folder, [Folder::Withdrawn; 4]);
    let left: Vec<ApplicationChoiceLeft> = world.told_of().await;
    assert_eq!(left.len(), 2);
}

#[tokio::test]
async fn who_takes_an_application_back_can_send_another() {
    let world = world().await;
    let offered = four(&world).await;
    let person = world.candidate(1);
    let first = sent(&person, &offered).await;
    person.withdraws(&first.name).await.unwrap();
    let second = sent(&person, &offered[..2]).await;
    assert_ne!(first.number, second.number);
    let refused = person.opens_a(ADMISSION, "PAID").await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_EXISTS");
}

#[tokio::test]
async fn what_staff_end_ends_with_its_choices() {
    let world = world().await;
    let offered = four(&world).await;
    let person = world.candidate(1);
    let name = sent(&person, &offered[..2]).await.name;
    let request = pb::MarkErroneousRequest {
        name: name.clone(),
        reason_code: "TEST_ENTRY".into(),
        request_id: world.request_id(),
        ..Default::default()
    };
    let mut manager = ApplicationsClient::new(world.manager());
    manager.mark_erroneous(request).await.unwrap();
    let folder = folders(&own_choices(&person, &name).await);
    assert_eq!(folder, [Folder::Erroneous; 2]);
}

#[tokio::test]
async fn what_was_sent_in_another_persons_name_is_set_aside_once_that_person_proved_it() {
    let world = world().await;
    let offered = four(&world).await;
    let person = world.candidate(1);
    let first = sent(&person, &offered[..2]).await.name;
    person.withdraws(&first).await.unwrap();
    let second = sent(&person, &offered[..2]).await.name;
    let draft = person.opens().await.unwrap().name;
    let other = sent(&world.candidate(2), &offered[..1]).await.name;

    let released = AccountReleased {
        account: person.account.clone(),
    };
    let event = world.event(&person.account, &released);
    world.hear_again(&event).await.unwrap();
    world.hear_again(&event).await.unwrap();
    let told: Vec<ApplicationMarkedErroneous> = world.told_of().await;
    let told: Vec<_> = told
        .into_iter()
        .map(|it| (it.application, it.reason_code))
        .collect();
    let expected = [&draft, &second].map(|name| (name.clone(), "WRONG_PERSON".to_owned()));
    assert_eq!(told.len(), expected.len());
    assert!(expected.iter().all(|it| told.contains(it)), "{told:?}");
    let folder = folders(&own_choices(&person, &second).await);
    assert_eq!(folder, [Folder::Erroneous; 2]);
    let stays = folders(&own_choices(&person, &first).await);
    assert_eq!(stays, [Folder::Withdrawn; 2]);
    let others = folders(&own_choices(&world.candidate(2), &other).await);
    assert_eq!(others, [Folder::New]);
}

#[tokio::test]
async fn a_college_sees_its_own_folders_and_no_others() {
    let world = world().await;
    let offered = four(&world).await;
    for number in 1..=3 {
        let of = &offered[usize::try_from(number).unwrap() - 1..];
        sent(&world.candidate(number), of).await;
    }
    let board = world.board(COLLEGE, 9);
    let mut client = choices_of(board.connection());
    let folder = |state: Folder, specialty: &str| pb::ListApplicationChoicesRequest {
        parent: format!("{ADMISSION}/applications/-"),
        state: state.into(),
        specialty: specialty.into(),
        page_size: 100,
        ..Default::default()
    };
    let all = listed(&mut client, folder(Folder::Unspecified, ""))
        .await
        .unwrap();
    assert_eq!(all.len(), 3);
    assert!(
        all.iter()
            .all(|it| it.college == format!("colleges/{COLLEGE}"))
    );
    assert!(all.is_sorted_by(|a, b| a.name.rsplit('/').next() > b.name.rsplit('/').next()));
    let second = listed(&mut client, folder(Folder::New, &offered[1].name))
        .await
        .unwrap();
    assert_eq!(second.len(), 2);
    let mut workers = folder(Folder::Unspecified, "");
    workers.qualification_level = "SKILLED_WORKER".into();
    assert!(listed(&mut client, workers).await.unwrap().is_empty());

    // Two pages.
    let mut page = folder(Folder::Unspecified, "");
    page.page_size = 2;
    let first = client.list_application_choices(page.clone()).await.unwrap();
    page.page_token = first.into_inner().next_page_token;
    assert_eq!(listed(&mut client, page).await.unwrap().len(), 1);

    let get = |name: &str| pb::GetApplicationChoiceRequest {
        name: name.into(),
        ..Default::default()
    };
    client
        .get_application_choice(get(&all[0].name))
        .await
        .unwrap();
    let mut other = choices_of(world.board(OTHER_COLLEGE, 8).connection());
    let refused = other.get_application_choice(get(&all[0].name)).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_FOUND");
    let person = world.candidate(1);
    let mut own = choices_of(person.connection());
    let refused = listed(&mut own, folder(Folder::Unspecified, "")).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_ALLOWED");

    world
        .sql("UPDATE application_choice SET state = 'ACCEPTED' WHERE preference = 2")
        .await
        .unwrap();
    // Which exams there are says an approved formula.
    let mut awaiting = folder(Folder::Unspecified, "");
    awaiting.awaiting_exam = true;
    assert!(listed(&mut client, awaiting).await.unwrap().is_empty());
    let request = pb::GetChoiceStatisticsRequest {
        name: format!("{ADMISSION}/choiceStatistics"),
    };
    let statistics = client.get_choice_statistics(request).await.unwrap();
    let told = |it: &pb::ChoiceCount| (it.specialty.clone(), it.state(), it.count, it.places);
    let mut told: Vec<_> = statistics.into_inner().counts.iter().map(told).collect();
    told.sort();
    let mut expected = vec![
        (offered[0].name.clone(), Folder::New, 1, 50),
        (offered[1].name.clone(), Folder::New, 1, 50),
        (offered[1].name.clone(), Folder::Accepted, 1, 50),
    ];
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn boards_decide_only_in_campaigns_of_colleges_that_ask_for_specialties() {
    let world = World::new().await;
    let mut campaign = crate::world::campaign();
    campaign.rules.as_mut().unwrap().decided_by_boards = true;
    let refused = world
        .create_campaign("reserve-2027", campaign.clone())
        .await;
    let field = "campaign.rules.decided_by_boards";
    assert_eq!(
        violations(&refused.unwrap_err()),
        pairs(&[(field, "NOT_ASKED")])
    );
    let rules = campaign.rules.as_mut().unwrap();
    rules.accepted_on_submission = true;
    let refused = world.create_campaign("reserve-2027", campaign).await;
    assert_eq!(
        violations(&refused.unwrap_err()),
        pairs(&[(field, "NOT_ASKED")])
    );
}

#[tokio::test]
async fn medical_papers_may_come_as_one_archive_of_papers_and_of_nothing_else() {
    let world = world().await;
    let person = world.candidate(1);
    let name = person.opens_a(ADMISSION, "WORKER").await.unwrap().name;
    let sends = async |bytes: Vec<u8>| {
        let sent = person.uploads(
            &name,
            "applicant",
            "MEDICAL_PAPERS",
            "application/zip",
            &bytes,
        );
        sent.await
    };
    let good = paper::zip(&[
        ("075у.pdf", &paper::pdf("075")),
        ("063.png", &paper::photo()),
    ]);
    let taken = sends(good.clone()).await.unwrap();
    assert_eq!(taken.state(), pb::document::State::Clean);
    let inside = paper::zip(&[("075.pdf", &paper::pdf("075")), ("more.zip", &good)]);
    let refused = sends(inside).await.unwrap_err();
    assert_eq!(reason(&refused), "ARCHIVE_NOT_TAKEN");
    assert_eq!(metadata(&refused, "why"), "OTHER_CONTENT");
    let mut large = paper::pdf("075");
    large.resize(200 * 1024 * 1024, b' ');
    let bomb = paper::zip(&[("075.pdf", &large)]);
    assert!(bomb.len() < 1024 * 1024);
    let refused = sends(bomb).await.unwrap_err();
    assert_eq!(metadata(&refused, "why"), "TOO_LARGE");
    let refused = sends(paper::pdf("no archive")).await.unwrap_err();
    assert_eq!(reason(&refused), "CONTENT_TYPE_MISMATCH");
}
