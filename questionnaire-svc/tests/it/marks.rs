//! Marks of accepted choices: put right by a signed act until the ranking begins, and all there when it does.

use proto::events::v1::{ApplicationChoiceAccepted, ChoiceMarksCorrected, SpecialtyRankingStarted};
use proto::questionnaire::v1 as pb;
use serde_json::{Value, json};

use crate::applicants::{Wish, accepts, corrects, rejects};
use crate::board::{Board, COLLEGE, OTHER_COLLEGE, by_marks};
use crate::college_applications::{choices_of, listed};
use crate::rankings::{of_marks, starts};
use crate::score_formulas::approves;
use crate::world::{World, metadata, pairs, reason, violations};

const RIGHT: [(&str, &str); 2] = [("KAZAKH", "5"), ("BIOLOGY", "4.25")];

/// A specialty that counts marks alone, with so many accepted applicants.
async fn accepted(world: &World, people: std::ops::Range<u128>) -> (pb::Specialty, Vec<Wish>) {
    world.admission().await;
    offered(world, "KK", people).await
}

async fn offered(
    world: &World,
    language: &str,
    people: std::ops::Range<u128>,
) -> (pb::Specialty, Vec<Wish>) {
    let board = world.board(COLLEGE, 1);
    let specialty = pb::Specialty {
        language: language.into(),
        ..by_marks()
    };
    let offered = board.offers(specialty).await.unwrap();
    board.does(approves(&offered, of_marks())).await.unwrap();
    let specialty = board.sees(&offered.name).await;
    let mut wishes = world.wished(&specialty, people).await;
    board.takes(&mut wishes).await;
    (specialty, wishes)
}

async fn seen(board: &Board<'_>, wish: &Wish) -> pb::ApplicationChoice {
    let application = wish.choice.split("/choices/").next().unwrap();
    let campaign = application.split("/applications/").next().unwrap();
    let request = pb::ListApplicationChoicesRequest {
        parent: format!("{campaign}/applications/-"),
        ..Default::default()
    };
    let mut client = choices_of(board.connection());
    let all = listed(&mut client, request).await.unwrap();
    all.into_iter().find(|it| it.name == wish.choice).unwrap()
}

#[tokio::test]
async fn a_mark_that_was_read_wrongly_is_put_right_and_what_it_was_stays_in_what_is_signed() {
    let world = World::new().await;
    let (_, wishes) = accepted(&world, 1..2).await;
    let board = world.board(COLLEGE, 1);
    let before = seen(&board, &wishes[0]).await;
    let row = pb::ChoiceAcceptance {
        merits: vec!["HONOURS_CERTIFICATE".into()],
        ..wishes[0].accepted_with(&RIGHT)
    };
    let prepared = board.prepares(corrects(vec![row])).await.unwrap();
    let content: Value = serde_json::from_slice(&prepared.content).unwrap();
    assert_eq!(content["action"], "CORRECT_MARKS");
    let signed = &content["request"]["choices"][0];
    let was = json!([{"subject": "KAZAKH", "mark": "4.5"}, {"subject": "CHEMISTRY", "mark": "5"}]);
    assert_eq!(signed["was"]["marks"], was);
    assert_eq!(
        signed["marks"][1],
        json!({"subject": "BIOLOGY", "mark": "4.25"})
    );
    board.signs(&prepared).await.unwrap();

    let after = seen(&board, &wishes[0]).await;
    assert_eq!((before.correction_count, after.correction_count), (0, 1));
    assert_eq!(after.merits, ["HONOURS_CERTIFICATE"]);
    assert_eq!(after.state_time, before.state_time);
    let told = world.told_of::<ApplicationChoiceAccepted>().await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[0].correction_number, told[1].correction_number),
        (0, 1)
    );
    assert_eq!(told[1].marks, after.marks);
    let told = world.told_of::<ChoiceMarksCorrected>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].account, world.candidate(1).account);
    assert!(!told[0].specialty_title.as_ref().unwrap().kk.is_empty());
    assert!(!told[0].college_title.as_ref().unwrap().ru.is_empty());
}

#[tokio::test]
async fn what_is_put_right_meets_the_rules_of_an_acceptance_and_changes_something() {
    let world = World::new().await;
    let (specialty, mut wishes) = accepted(&world, 1..6).await;
    let board = world.board(COLLEGE, 1);
    let mut waiting = world.wished(&specialty, 8..9).await;
    board.acknowledges(&mut waiting).await;
    let theirs = world.board(OTHER_COLLEGE, 2);
    let foreign = theirs.offers(by_marks()).await.unwrap();
    let foreign = world.wished(&foreign, 9..10).await.remove(0);
    wishes[4].version = 1;
    let rows = vec![
        wishes[0].accepted_with(&[("KAZAKH", "5.5"), ("BIOLOGY", "5")]),
        wishes[1].accepted_with(&[("KAZAKH", "5")]),
        pb::ChoiceAcceptance {
            quota_categories: vec!["ORPHAN".into()],
            ..wishes[2].accepted()
        },
        wishes[3].accepted(),
        wishes[4].accepted_with(&RIGHT),
        waiting[0].accepted_with(&RIGHT),
        foreign.accepted_with(&RIGHT),
    ];
    let refused = board.prepares(corrects(rows)).await.unwrap_err();
    let at = |row: usize, field: &str| format!("correct_marks.choices[{row}].{field}");
    let expected = [
        (at(0, "marks[0].mark"), "MARK_INVALID"),
        (at(1, "marks"), "MARK_MISSING"),
        (at(2, "quota_categories[0]"), "QUOTA_NOT_PROVEN"),
        (at(3, "choice"), "NOTHING_CORRECTED"),
        (at(4, "current_etag"), "CHOICE_CHANGED"),
        (at(5, "choice"), "CHOICE_FOLDER_WRONG"),
        (at(6, "choice"), "CHOICE_UNKNOWN"),
    ];
    let expected: Vec<_> = expected.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    assert_eq!(violations(&refused), pairs(&expected));
    assert_eq!(world.told_of::<ChoiceMarksCorrected>().await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_of_a_board_who_put_the_same_choice_right_at_once_one_has_to_look_again() {
    let world = World::new().await;
    let (_, wishes) = accepted(&world, 1..5).await;
    let (board, colleague) = (world.board(COLLEGE, 1), world.board(COLLEGE, 2));
    for wish in &wishes {
        let one = corrects(vec![wish.accepted_with(&RIGHT)]);
        let other = corrects(vec![
            wish.accepted_with(&[("KAZAKH", "3"), ("BIOLOGY", "3")]),
        ]);
        let (one, other) = tokio::join!(board.prepares(one), colleague.prepares(other));
        let (one, other) = (one.unwrap(), other.unwrap());
        let (one, other) = tokio::join!(board.signs(&one), colleague.signs(&other));
        assert_ne!(one.is_ok(), other.is_ok());
        let refused = one.err().or(other.err()).unwrap();
        assert_eq!(violations(&refused)[0].1, "CHOICE_CHANGED");
        assert_eq!(seen(&board, wish).await.correction_count, 1);
    }
}

#[tokio::test]
async fn what_was_read_stands_once_the_ranking_began() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world, 1..3).await;
    let board = world.board(COLLEGE, 1);
    let right = |wish: &Wish| corrects(vec![wish.accepted_with(&RIGHT)]);
    board.does(right(&wishes[0])).await.unwrap();
    let late = board.prepares(right(&wishes[1])).await.unwrap();
    board.does(starts(&specialty)).await.unwrap();
    for refused in [
        board.signs(&late).await.unwrap_err(),
        board.prepares(right(&wishes[1])).await.unwrap_err(),
    ] {
        assert_eq!(reason(&refused), "SPECIALTY_RANKING_STARTED");
    }
    let told = world.told_of::<SpecialtyRankingStarted>().await;
    let counts = (told[0].competing_choices, told[0].corrections);
    assert_eq!((counts, told[0].graded_exams), ((2, 1), 0));
}

/// Whichever comes first: what the ranking was told of is what stands in the choice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_correction_and_a_ranking_at_once_the_ranking_knows_what_stands() {
    let world = World::new().await;
    world.admission().await;
    let (board, colleague) = (world.board(COLLEGE, 1), world.board(COLLEGE, 2));
    for (language, person) in [("KK", 1), ("RU", 2), ("EN", 3)] {
        let (specialty, wishes) = offered(&world, language, person..person + 1).await;
        let correct = corrects(vec![wishes[0].accepted_with(&RIGHT)]);
        let correct = board.prepares(correct).await.unwrap();
        let start = colleague.prepares(starts(&specialty)).await.unwrap();
        let (corrected, started) = tokio::join!(board.signs(&correct), colleague.signs(&start));
        started.unwrap();
        let told = world.told_of::<SpecialtyRankingStarted>().await;
        let told = told.last().unwrap();
        let stands = seen(&board, &wishes[0]).await;
        assert_eq!(told.corrections, stands.correction_count);
        match corrected {
            Ok(_) => assert_eq!(stands.correction_count, 1),
            Err(refused) => {
                assert_eq!(reason(&refused), "SPECIALTY_RANKING_STARTED");
                assert_eq!(stands.correction_count, 0);
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_ranked_before_everybody_has_the_marks_that_a_later_formula_counts() {
    let world = World::new().await;
    let (specialty, mut wishes) = accepted(&world, 1..4).await;
    let board = world.board(COLLEGE, 1);
    let mut later = of_marks();
    later.marks.push(pb::CountedMark {
        any_of: vec!["ALGEBRA".into(), "GEOMETRY".into()],
        weight: 1,
    });
    board.does(approves(&specialty, later)).await.unwrap();
    let specialty = board.sees(&specialty.name).await;
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "MARKS_MISSING");
    assert_eq!(metadata(&refused, "count"), "3");
    let mut named = violations(&refused);
    named.sort();
    let mut expected: Vec<_> = wishes.iter().map(|it| it.choice.clone()).collect();
    expected.sort();
    let expected = expected
        .into_iter()
        .map(|it| (it, "MARK_MISSING".to_owned()));
    assert_eq!(named, expected.collect::<Vec<_>>());

    let marks = [("KAZAKH", "5"), ("BIOLOGY", "4"), ("GEOMETRY", "3")];
    let right = |wish: &Wish| wish.accepted_with(&marks);
    board
        .does(corrects(wishes.iter().map(right).collect()))
        .await
        .unwrap();
    board.does(starts(&specialty)).await.unwrap();
    // What is decided is decided: a correction is not a way back.
    wishes[0].version += 1;
    let refused = board
        .prepares(rejects(&wishes[..1], &["DATA_DIFFER"]))
        .await;
    assert_eq!(reason(&refused.unwrap_err()), "SPECIALTY_RANKING_STARTED");
    let refused = board.prepares(accepts(vec![right(&wishes[0])])).await;
    assert_eq!(reason(&refused.unwrap_err()), "SPECIALTY_RANKING_STARTED");
}
