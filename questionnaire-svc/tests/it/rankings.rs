//! The end of a competition: nobody waits for anything, and from then on everything stays.

use proto::events::v1::{EntranceExamGraded, SpecialtyRankingStarted};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::questionnaire::v1::tie_break::By;

use crate::applicants::{Wish, accepts, acknowledges, corrects, rejects, sets_aside};
use crate::board::{COLLEGE, by_marks, changes, closes, nursing};
use crate::college_applications::withdraws_choice;
use crate::exams::{appoints, grades, misses, moves};
use crate::score_formulas::{approves, formula};
use crate::world::{World, metadata, pairs, reason, violations};

pub fn starts(specialty: &pb::Specialty) -> Action {
    Action::StartRanking(pb::StartRanking {
        specialty: specialty.name.clone(),
        current_etag: specialty.etag.clone(),
    })
}

async fn world() -> World {
    let world = World::new().await;
    world.admission().await;
    world
}

/// The formula of marks alone.
pub fn of_marks() -> pb::ScoreFormula {
    pb::ScoreFormula {
        added: Vec::new(),
        ..formula()
    }
}

#[tokio::test]
async fn a_ranking_waits_until_nobody_waits_for_anything_and_takes_everything_as_it_stands() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let refused = board.prepares(starts(&offered)).await.unwrap_err();
    assert_eq!(reason(&refused), "FORMULA_MISSING");
    board.does(approves(&offered, formula())).await.unwrap();
    let specialty = board.sees(&offered.name).await;

    let mut wishes = world.wished(&specialty, 1..4).await;
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "CHOICES_OPEN");
    assert_eq!(metadata(&refused, "count"), "3");
    board.takes(&mut wishes).await;
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "EXAMS_OPEN");
    assert_eq!(metadata(&refused, "count"), "3");
    // One who was accepted and left is counted all the same: others were told of the acceptance.
    let mut leaver = world.wished(&specialty, 9..10).await;
    board.takes(&mut leaver).await;
    let left = pb::ApplicationChoice {
        name: leaver[0].choice.clone(),
        etag: format!("v{}", leaver[0].version),
        ..Default::default()
    };
    let person = world.candidate(9);
    withdraws_choice(&world, &person, &left).await.unwrap();
    let sitting = board.appoints(&specialty, &wishes).await;
    let points: Vec<_> = wishes.iter().map(|wish| (wish, "75")).collect();
    board.does(grades(&sitting, &points)).await.unwrap();

    let done = board.does(starts(&specialty)).await.unwrap();
    let told = world.told_of::<SpecialtyRankingStarted>().await;
    let [told] = told.as_slice() else {
        unreachable!("{} were told", told.len());
    };
    let stays = board.sees(&specialty.name).await;
    assert!(stays.ranking_started);
    assert_eq!(told.specialty.as_ref(), Some(&stays));
    let holds = told.score_formula.as_ref().unwrap();
    assert_eq!((holds.version, holds.marks.len()), (1, 2));
    assert_eq!(told.board_action, done.name);
    assert_eq!(told.competing_choices, 4);
    assert_eq!((told.corrections, told.graded_exams), (0, 3));
    assert_eq!(
        told.college_title.as_ref().unwrap().kk,
        "«Ғылым ордасы» колледжі"
    );
}

#[tokio::test]
async fn after_it_nothing_of_the_specialty_and_its_choices_changes() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(by_marks()).await.unwrap();
    board.does(approves(&offered, of_marks())).await.unwrap();
    let specialty = board.sees(&offered.name).await;
    let mut wishes = world.wished(&specialty, 1..3).await;
    board.takes(&mut wishes).await;
    let aside = board.prepares(sets_aside(&wishes, "TEST_ENTRY")).await;
    board.does(starts(&specialty)).await.unwrap();
    let ranked = board.sees(&specialty.name).await;

    let late = Wish {
        version: 1,
        ..world.wished(&ranked, 9..10).await.remove(0)
    };
    let late = std::slice::from_ref(&late);
    for act in [
        starts(&ranked),
        changes(&ranked, |it| it.places = 60),
        closes(&ranked),
        approves(&ranked, of_marks()),
        acknowledges(late),
        accepts(vec![late[0].accepted()]),
        rejects(late, &["DATA_DIFFER"]),
        sets_aside(&wishes, "TEST_ENTRY"),
        appoints(&ranked, &wishes),
    ] {
        let refused = board.prepares(act).await.unwrap_err();
        assert_eq!(reason(&refused), "SPECIALTY_RANKING_STARTED");
    }
    // What was prepared before it began is too late too.
    let refused = board.signs(&aside.unwrap()).await.unwrap_err();
    assert_eq!(reason(&refused), "SPECIALTY_RANKING_STARTED");
}

#[tokio::test]
async fn a_sitting_of_a_ranked_specialty_is_neither_moved_nor_graded() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..2).await;
    board.takes(&mut wishes).await;
    let sitting = board.appoints(&specialty, &wishes).await;
    board.does(sets_aside(&wishes, "TEST_ENTRY")).await.unwrap();
    board.does(starts(&specialty)).await.unwrap();
    for act in [
        moves(&sitting, "2026-07-06T04:00:00Z", "204"),
        grades(&sitting, &[(&wishes[0], "50")]),
    ] {
        let refused = board.prepares(act).await.unwrap_err();
        assert_eq!(reason(&refused), "SPECIALTY_RANKING_STARTED");
    }
}

#[tokio::test]
async fn an_exam_is_counted_where_one_is_required_and_nowhere_else() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let examined = board.offers(nursing()).await.unwrap();
    let refused = board.prepares(approves(&examined, of_marks())).await;
    let at = |field: &str| format!("approve_score_formula.score_formula.{field}");
    let expected = [(at("added"), "EXAM_NEEDED".to_owned())];
    assert_eq!(violations(&refused.unwrap_err()), expected);

    let marked = pb::Specialty {
        language: "RU".into(),
        ..by_marks()
    };
    let marked = board.offers(marked).await.unwrap();
    let mut tied = formula();
    tied.ties.push(pb::TieBreak {
        by: Some(By::Exam("SPECIAL".into())),
    });
    tied.marks[0].weight = 0;
    let refused = board.prepares(approves(&marked, tied)).await;
    // What is wrong with the formula in any specialty is told with it.
    let expected = [
        ("marks[0].weight", "OUT_OF_RANGE"),
        ("added[0].exam", "EXAM_NOT_ASKED"),
        ("ties[1]", "EXAM_NOT_ASKED"),
    ];
    let expected = expected.map(|(field, reason)| (at(field), reason.to_owned()));
    assert_eq!(violations(&refused.unwrap_err()), expected);
}

#[tokio::test]
async fn a_specialty_keeps_its_need_of_an_exam_under_an_approved_formula() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let change = |need: pb::ExamNeed| changes(&specialty, move |it| it.exam = need.into());
    let refused = board.prepares(change(pb::ExamNeed::None)).await;
    let refused = refused.unwrap_err();
    assert_eq!(reason(&refused), "FORMULA_UNFIT");
    let score_formula = format!("{}/scoreFormulas/1", specialty.name);
    assert_eq!(metadata(&refused, "score_formula"), score_formula);
    let field = format!("{score_formula}.added[0].exam");
    let expected = [(field.as_str(), "EXAM_NOT_ASKED")];
    assert_eq!(violations(&refused), pairs(&expected));

    // As they stood before this was a rule.
    let none = "UPDATE specialty SET exam = 'NONE'";
    world.sql(none).await.unwrap();
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "FORMULA_UNFIT");
    // Either of both is the way out.
    let again = board.prepares(change(pb::ExamNeed::Required)).await;
    again.unwrap();
    board.does(approves(&specialty, of_marks())).await.unwrap();
    let specialty = board.sees(&specialty.name).await;
    board.does(starts(&specialty)).await.unwrap();
}

#[tokio::test]
async fn who_did_not_come_holds_nobody_up_and_is_not_ranked() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..4).await;
    board.takes(&mut wishes).await;
    let sitting = board.appoints(&specialty, &wishes).await;
    board
        .does(grades(&sitting, &[(&wishes[0], "80")]))
        .await
        .unwrap();
    let sitting = board.sitting(&sitting.name).await.unwrap();
    board.does(misses(&sitting, &wishes[1..2])).await.unwrap();
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "EXAMS_OPEN");
    assert_eq!(metadata(&refused, "count"), "1");
    board.does(misses(&sitting, &wishes[2..])).await.unwrap();

    // Of who is not ranked no mark is asked either.
    let mut later = formula();
    later.marks.push(pb::CountedMark {
        any_of: vec!["ALGEBRA".into()],
        weight: 1,
    });
    board.does(approves(&specialty, later)).await.unwrap();
    let specialty = board.sees(&specialty.name).await;
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "MARKS_MISSING");
    assert_eq!(violations(&refused)[0].0, wishes[0].choice);
    assert_eq!(metadata(&refused, "count"), "1");
    let marks = [("KAZAKH", "5"), ("BIOLOGY", "4"), ("ALGEBRA", "3")];
    let right = corrects(vec![wishes[0].accepted_with(&marks)]);
    board.does(right).await.unwrap();
    board.does(starts(&specialty)).await.unwrap();

    let told = world.told_of::<EntranceExamGraded>().await;
    let mut absent: Vec<_> = told.iter().filter(|it| it.absent).collect();
    absent.sort_by_key(|it| it.choice.clone());
    let mut expected: Vec<_> = wishes[1..].iter().map(|it| &it.choice).collect();
    expected.sort();
    assert_eq!(
        absent.iter().map(|it| &it.choice).collect::<Vec<_>>(),
        expected
    );
    assert!(
        absent
            .iter()
            .all(|it| it.points.is_empty() && it.exam == "SPECIAL")
    );
    // Whoever ranks waits until it heard of all three.
    let started = world.told_of::<SpecialtyRankingStarted>().await;
    assert_eq!(
        (started[0].competing_choices, started[0].graded_exams),
        (3, 3)
    );
}

#[tokio::test]
async fn who_did_not_come_to_what_only_decides_between_equals_is_ranked() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let mut tied = formula();
    tied.ties.push(pb::TieBreak {
        by: Some(By::Exam("CREATIVE".into())),
    });
    board.does(approves(&offered, tied)).await.unwrap();
    let specialty = board.sees(&offered.name).await;
    let mut wishes = world.wished(&specialty, 1..2).await;
    board.takes(&mut wishes).await;
    let Action::AppointExam(mut creative) = appoints(&specialty, &wishes) else {
        unreachable!("it is an appointment")
    };
    creative.exam = "CREATIVE".into();
    let done = board.does(Action::AppointExam(creative)).await.unwrap();
    let sitting = board.sitting(&done.object).await.unwrap();
    board.does(misses(&sitting, &wishes)).await.unwrap();
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "EXAMS_OPEN");
    let sitting = board.appoints(&specialty, &wishes).await;
    let points = grades(&sitting, &[(&wishes[0], "75")]);
    board.does(points).await.unwrap();
    board.does(starts(&specialty)).await.unwrap();
    let told = world.told_of::<EntranceExamGraded>().await;
    assert!(told.iter().all(|it| !it.absent));
    let started = world.told_of::<SpecialtyRankingStarted>().await;
    assert_eq!(started[0].graded_exams, 1);
}

/// Whichever is signed first, the other finds that it does not fit.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_formula_and_another_need_of_an_exam_at_once_one_is_done() {
    let world = world().await;
    let (board, colleague) = (world.board(COLLEGE, 1), world.board(COLLEGE, 2));
    for language in ["KK", "RU", "EN"] {
        let offered = pb::Specialty {
            language: language.into(),
            ..nursing()
        };
        let offered = board.offers(offered).await.unwrap();
        let need = changes(&offered, |it| it.exam = pb::ExamNeed::None.into());
        let (approved, changed) = tokio::join!(
            board.prepares(approves(&offered, formula())),
            colleague.prepares(need)
        );
        let (approved, changed) = (approved.unwrap(), changed.unwrap());
        let (approved, changed) = tokio::join!(board.signs(&approved), colleague.signs(&changed));
        assert_ne!(approved.is_ok(), changed.is_ok());
        let refused = approved.err().or(changed.err()).unwrap();
        let told = reason(&refused);
        assert!(told == "STALE_ETAG" || told == "INVALID_REQUEST", "{told}");
    }
}

#[tokio::test]
async fn workers_are_ranked_once_each_was_talked_to() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let worker = pb::Specialty {
        qualification_level: "SKILLED_WORKER".into(),
        ..nursing()
    };
    let offered = board.offers(worker).await.unwrap();
    board.does(approves(&offered, of_marks())).await.unwrap();
    let specialty = board.sees(&offered.name).await;
    let mut wishes = world.wished(&specialty, 1..2).await;
    board.takes(&mut wishes).await;
    let refused = board.prepares(starts(&specialty)).await.unwrap_err();
    assert_eq!(reason(&refused), "EXAMS_OPEN");
    let Action::AppointExam(mut talk) = appoints(&specialty, &wishes) else {
        unreachable!("it is an appointment")
    };
    talk.exam = "INTERVIEW".into();
    let done = board.does(Action::AppointExam(talk)).await.unwrap();
    let sitting = board.sitting(&done.object).await.unwrap();
    let graded = grades(&sitting, &[(&wishes[0], "90")]);
    board.does(graded).await.unwrap();
    board.does(starts(&specialty)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_an_acceptance_and_a_ranking_at_once_one_finds_what_the_other_did() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    for (at, language) in ["KK", "RU", "EN"].into_iter().enumerate() {
        let offered = pb::Specialty {
            language: language.into(),
            ..by_marks()
        };
        let offered = board.offers(offered).await.unwrap();
        board.does(approves(&offered, of_marks())).await.unwrap();
        let specialty = board.sees(&offered.name).await;
        let person = at as u128 + 1;
        let mut wishes = world.wished(&specialty, person..person + 1).await;
        board.acknowledges(&mut wishes).await;
        let accept = board.prepares(accepts(vec![wishes[0].accepted()])).await;
        let accept = accept.unwrap();
        // It is prepared while nobody waits; somebody is in processing again when it is signed.
        let id = wishes[0].choice.rsplit('/').next().unwrap();
        let state =
            |state| format!("UPDATE application_choice SET state = '{state}' WHERE id = '{id}'");
        world.sql(&state("REJECTED")).await.unwrap();
        let start = board.prepares(starts(&specialty)).await.unwrap();
        world.sql(&state("IN_PROCESSING")).await.unwrap();
        let colleague = world.board(COLLEGE, 2);
        let (accepted, started) = tokio::join!(board.signs(&accept), colleague.signs(&start));
        accepted.unwrap();
        assert!(world.in_folder(&wishes[0], "ACCEPTED").await);
        if let Err(refused) = started {
            assert_eq!(reason(&refused), "CHOICES_OPEN");
            board.signs(&start).await.unwrap();
        }
        assert!(board.sees(&specialty.name).await.ranking_started);
    }
}
