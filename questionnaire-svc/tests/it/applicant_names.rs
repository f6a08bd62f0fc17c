//! From the number of an application to the person: boards find it, and are told who it is when they ask.

use std::collections::BTreeSet;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::{Ground, Recipient, Subject};
use proto::questionnaire::v1::disclosures_client::DisclosuresClient;
use proto::questionnaire::v1::exam_sittings_client::ExamSittingsClient;

use crate::applicants::{Wish, sets_aside};
use crate::board::{ADMISSION, Board, COLLEGE, OTHER_COLLEGE, nursing};
use crate::college_applications::{choices_of, four, listed, sent, world};
use crate::world::{World, pairs, violations};

const NAME: &str = "ҮЛГІ ҮМІТКЕР";

fn folder() -> pb::ListApplicationChoicesRequest {
    pb::ListApplicationChoicesRequest {
        parent: format!("{ADMISSION}/applications/-"),
        ..Default::default()
    }
}

async fn named(board: &Board<'_>) -> Vec<(String, String)> {
    let request = pb::ListApplicationChoicesRequest {
        with_names: true,
        ..folder()
    };
    let found = listed(&mut choices_of(board.connection()), request).await;
    let mut found: Vec<_> = found.unwrap().into_iter().collect();
    found.sort_by_key(|it| it.name.clone());
    let found = found.into_iter().map(|it| (it.name, it.applicant_name));
    found.collect()
}

async fn told(world: &World, person: u128) -> Vec<pb::Disclosure> {
    let mut own = DisclosuresClient::new(world.candidate(person).connection());
    let request = pb::ListDisclosuresRequest {
        parent: "accounts/me".into(),
        ..Default::default()
    };
    let answer = own.list_disclosures(request).await.unwrap();
    answer.into_inner().disclosures
}

#[tokio::test]
async fn a_board_finds_an_application_by_its_number_and_a_typing_error_is_told() {
    let world = world().await;
    let offered = four(&world).await;
    let (one, _) = (
        sent(&world.candidate(1), &offered).await,
        sent(&world.candidate(2), &offered).await,
    );
    let board = world.board(COLLEGE, 9);
    let mut client = choices_of(board.connection());
    let by_number = |number: &str| pb::ListApplicationChoicesRequest {
        application_number: number.into(),
        ..folder()
    };
    let found = listed(&mut client, by_number(&one.number)).await.unwrap();
    // Its own two of the four.
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|it| it.application_number == one.number));
    assert!(found.iter().all(|it| it.applicant_name.is_empty()));
    let narrower = pb::ListApplicationChoicesRequest {
        specialty: offered[1].name.clone(),
        ..by_number(&one.number)
    };
    assert_eq!(listed(&mut client, narrower).await.unwrap().len(), 1);

    let (start, last) = one.number.split_at(one.number.len() - 1);
    let other = if last == "7" { "8" } else { "7" };
    for (typed, reason) in [
        (format!("{start}{other}"), "APPLICATION_NUMBER_CHECK_DIGIT"),
        ("417".to_owned(), "INVALID_FORMAT"),
    ] {
        let refused = listed(&mut client, by_number(&typed)).await.unwrap_err();
        assert_eq!(
            violations(&refused),
            pairs(&[("application_number", reason)])
        );
    }
    let application = pb::ListApplicationChoicesRequest {
        parent: one.name.clone(),
        with_names: true,
        ..by_number(&one.number)
    };
    let mut own = choices_of(world.candidate(1).connection());
    let refused = listed(&mut own, application).await.unwrap_err();
    let expected = [
        ("application_number", "NOT_ASKED"),
        ("with_names", "NOT_ASKED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn names_are_told_to_the_board_that_holds_the_choice_and_the_person_sees_it_once_a_day() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let other = world.board(OTHER_COLLEGE, 2);
    let specialty = board.competes(nursing()).await;
    let elsewhere = other.competes(nursing()).await;
    let first = world.chose(1, &[&specialty, &elsewhere]).await;
    let second = world.chose(2, &[&specialty]).await;
    let gone = world.chose(3, &[&specialty]).await;
    board.does(sets_aside(&gone, "TEST_ENTRY")).await.unwrap();
    let own = |wish: &Wish, name: &str| (wish.choice.clone(), name.to_owned());

    let mut expected = vec![
        own(&first[0], NAME),
        own(&second[0], NAME),
        own(&gone[0], ""),
    ];
    expected.sort();
    assert_eq!(named(&board).await, expected);
    // Whoever of the board looks again that day, the person is told once.
    assert_eq!(named(&world.board(COLLEGE, 7)).await, expected);
    assert_eq!(named(&other).await, [own(&first[1], NAME)]);
    let all = told(&world, 1).await;
    let colleges: BTreeSet<_> = all.iter().map(|it| it.recipient_name.clone()).collect();
    let both = [OTHER_COLLEGE, COLLEGE].map(|bin| format!("colleges/{bin}"));
    assert_eq!((all.len(), colleges), (2, BTreeSet::from(both)));
    assert_eq!(all[0].subject(), Subject::Name);
    assert_eq!(
        (all[0].recipient(), all[0].ground()),
        (Recipient::College, Ground::Admission)
    );
    assert!(
        first[0]
            .choice
            .starts_with(&format!("{}/", all[0].resource))
    );
    assert_eq!(told(&world, 3).await, []);
    let audited = "SELECT COUNT(*) AS n FROM audit WHERE action = 'LookAtNames'
        AND caller LIKE 'signatories/%'";
    assert_eq!(world.count(audited).await, 2);
    world.at("2026-06-03T06:00:00Z");
    named(&board).await;
    assert_eq!(told(&world, 2).await.len(), 2);

    // Who does not ask is told none, nor is anybody else.
    let mut client = choices_of(board.connection());
    let all = listed(&mut client, folder()).await.unwrap();
    assert!(all.iter().all(|it| it.applicant_name.is_empty()));
    let get = pb::GetApplicationChoiceRequest {
        name: first[0].choice.clone(),
        with_name: true,
    };
    for (connection, name) in [
        (board.connection(), NAME),
        (world.manager(), ""),
        (world.candidate(1).connection(), ""),
    ] {
        let shown = choices_of(connection)
            .get_application_choice(get.clone())
            .await;
        assert_eq!(shown.unwrap().into_inner().applicant_name, name);
    }
}

#[tokio::test]
async fn who_sits_an_exam_is_told_by_name_to_the_board_that_asks() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..3).await;
    board.takes(&mut wishes).await;
    let sitting = board.appoints(&specialty, &wishes).await;
    assert!(
        sitting
            .entries
            .iter()
            .all(|it| it.applicant_name.is_empty())
    );
    assert_eq!(told(&world, 1).await, []);
    let request = pb::GetExamSittingRequest {
        name: sitting.name.clone(),
        with_names: true,
    };
    let mut client = ExamSittingsClient::new(board.connection());
    let shown = client.get_exam_sitting(request).await.unwrap().into_inner();
    assert!(shown.entries.iter().all(|it| it.applicant_name == NAME));
    assert_eq!(told(&world, 1).await.len(), 1);
}
