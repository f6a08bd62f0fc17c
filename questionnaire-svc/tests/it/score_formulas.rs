//! Score formulas: approved under signature, version by version, until the ranking begins.

use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::questionnaire::v1::score_formulas_client::ScoreFormulasClient;
use proto::questionnaire::v1::score_rounding::Kind;
use proto::questionnaire::v1::tie_break::By;
use tonic::Code;
use tonic_types::StatusExt;

use crate::board::{COLLEGE, OTHER_COLLEGE, changes, nursing};
use crate::dictionaries::{entries, imports};
use crate::world::{World, pairs, reason, violations};

pub fn formula() -> pb::ScoreFormula {
    let mark = |codes: &[&str], weight| pb::CountedMark {
        any_of: codes.iter().map(|&code| code.to_owned()).collect(),
        weight,
    };
    pb::ScoreFormula {
        marks: vec![mark(&["KAZAKH"], 2), mark(&["BIOLOGY", "CHEMISTRY"], 1)],
        added: vec![pb::AddedExam {
            exam: "SPECIAL".into(),
            numerator: 1,
            denominator: 10,
        }],
        rounding: Some(pb::ScoreRounding {
            kind: Kind::HalfUp.into(),
            decimals: 2,
        }),
        ties: vec![pb::TieBreak {
            by: Some(By::Merit("HONOURS_CERTIFICATE".into())),
        }],
        ..Default::default()
    }
}

pub fn approves(specialty: &pb::Specialty, formula: pb::ScoreFormula) -> Action {
    Action::ApproveScoreFormula(pb::ApproveScoreFormula {
        specialty: specialty.name.clone(),
        current_etag: specialty.etag.clone(),
        score_formula: Some(formula),
    })
}

async fn versions(world: &World, specialty: &str) -> Vec<pb::ScoreFormula> {
    let request = pb::ListScoreFormulasRequest {
        parent: specialty.into(),
        ..Default::default()
    };
    let mut everybody = ScoreFormulasClient::new(world.speaking_for(Caller::Stranger));
    let answer = everybody.list_score_formulas(request).await.unwrap();
    answer.into_inner().score_formulas
}

#[tokio::test]
async fn a_version_follows_another_and_the_one_before_stays_as_it_was_signed() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    assert_eq!(versions(&world, &offered.name).await, []);
    let done = board.does(approves(&offered, formula())).await.unwrap();
    let first = pb::ScoreFormula {
        name: format!("{}/scoreFormulas/1", offered.name),
        version: 1,
        approve_time: done.sign_time,
        board_action: done.name,
        ..formula()
    };
    let only = versions(&world, &offered.name).await;
    assert_eq!(only, std::slice::from_ref(&first));

    let mut other = formula();
    other.added[0].denominator = 20;
    other.rounding = Some(pb::ScoreRounding {
        kind: Kind::Exact.into(),
        decimals: 0,
    });
    let unseen = board.prepares(approves(&offered, other.clone())).await;
    assert_eq!(reason(&unseen.unwrap_err()), "STALE_ETAG");
    let seen = world.specialty(&offered.name).await.unwrap();
    board.does(approves(&seen, other)).await.unwrap();
    let both = versions(&world, &offered.name).await;
    assert_eq!((both[0].version, both[0].added[0].denominator), (2, 20));
    assert_eq!(both[1], first);
    let rewritten = "UPDATE score_formula SET formula = '{}'";
    assert!(world.sql(rewritten).await.is_err());
}

#[tokio::test]
async fn of_two_versions_that_were_prepared_at_once_one_is_looked_at_again() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let one = board.prepares(approves(&offered, formula())).await.unwrap();
    let other = board.prepares(approves(&offered, formula())).await.unwrap();
    board.signs(&one).await.unwrap();
    let refused = board.signs(&other).await.unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    assert_eq!(versions(&world, &offered.name).await.len(), 1);
}

#[tokio::test]
async fn once_applicants_are_ranked_no_version_follows() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let ranked = "UPDATE specialty SET ranking_started = TRUE";
    world.sql(ranked).await.unwrap();
    let refused = board.prepares(approves(&offered, formula())).await;
    assert_eq!(reason(&refused.unwrap_err()), "SPECIALTY_RANKING_STARTED");
    let stranger = world.board(OTHER_COLLEGE, 2);
    let refused = stranger.prepares(approves(&offered, formula())).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn everything_wrong_with_a_formula_is_told_at_once() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let mut wrong = formula();
    wrong.marks[0].weight = -1;
    wrong.marks[1].any_of = vec!["ALCHEMY".into()];
    wrong.added[0].exam = "DUEL".into();
    wrong.rounding = None;
    wrong.ties.push(pb::TieBreak { by: None });
    let refused = board.prepares(approves(&offered, wrong)).await.unwrap_err();
    let at = |field: &str| format!("approve_score_formula.score_formula.{field}");
    let expected = [
        (at("rounding.kind"), "REQUIRED"),
        (at("marks[0].weight"), "OUT_OF_RANGE"),
        (at("marks[1].any_of[0]"), "UNKNOWN_VALUE"),
        (at("added[0].exam"), "UNKNOWN_VALUE"),
        (at("ties[1]"), "REQUIRED"),
    ];
    let expected: Vec<_> = expected.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    assert_eq!(violations(&refused), pairs(&expected));
}

/// The education bases with algebra beside the language of the school after grade 9.
const BASES: &str = "code,kk,ru,en,compulsory,start_date,basis\n\
    BASIC_SECONDARY,Негізгі орта,Основное среднее,Basic secondary,KAZAKH|RUSSIAN;ALGEBRA,2026-01-01,№ 12\n\
    PRIMARY,Бастауыш,Начальное,Primary,,,\n";

fn of_subjects(subjects: &[&[&str]]) -> pb::ScoreFormula {
    let mark = |codes: &&[&str]| pb::CountedMark {
        any_of: codes.iter().map(|&code| code.to_owned()).collect(),
        weight: 1,
    };
    pb::ScoreFormula {
        marks: subjects.iter().map(mark).collect(),
        ..formula()
    }
}

#[tokio::test]
async fn a_formula_counts_every_compulsory_subject_of_the_education_that_people_come_with() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let marks = "approve_score_formula.score_formula.marks";
    let lacks = [(marks, "COMPULSORY_SUBJECT_MISSING")];
    let chosen: &[&[&str]] = &[&["KAZAKH", "BIOLOGY"], &["CHEMISTRY"]];
    for subjects in [chosen, &[]] {
        let refused = board.prepares(approves(&offered, of_subjects(subjects)));
        let refused = refused.await.unwrap_err();
        assert_eq!(violations(&refused), pairs(&lacks));
        let told = refused.get_details_bad_request().unwrap();
        let told = &told.field_violations[0].description;
        assert!(
            told.contains("Қазақ тілі / Орыс тілі") && told.contains("578"),
            "{told}"
        );
    }
    let language: &[&[&str]] = &[&["RUSSIAN"], &["BIOLOGY", "CHEMISTRY"]];
    let prepared = board.prepares(approves(&offered, of_subjects(language)));
    let prepared = prepared.await.unwrap();

    // A later order holds for what is signed after it too.
    let imported = pb::ImportDictionaryEntriesRequest {
        parent: "dictionaries/education-bases".into(),
        csv: BASES.into(),
        retire_count: 4,
        ..Default::default()
    };
    let unheard = pb::ImportDictionaryEntriesRequest {
        csv: BASES.replace("ALGEBRA", "ALCHEMY").into(),
        ..imported.clone()
    };
    let refused = imports(&world, unheard).await.unwrap_err();
    let expected = [("csv.lines[2].compulsory", "UNKNOWN_VALUE")];
    assert_eq!(violations(&refused), pairs(&expected));
    imports(&world, imported).await.unwrap();
    let shown = entries(&world, "dictionaries/education-bases", |_| {}).await;
    let fact = shown[0].compulsory_subjects.as_ref().unwrap();
    assert_eq!((fact.subjects.len(), fact.basis.as_str()), (2, "№ 12"));
    let refused = board.signs(&prepared).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&lacks));
    let all: &[&[&str]] = &[&["RUSSIAN"], &["ALGEBRA"]];
    let approved = approves(&offered, of_subjects(all));
    board.does(approved).await.unwrap();
}

#[tokio::test]
async fn a_formula_without_marks_is_none_for_other_people_than_it_was_approved_for() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let dancers = pb::Specialty {
        education_base: "PRIMARY".into(),
        ..nursing()
    };
    let offered = board.offers(dancers).await.unwrap();
    let approved = approves(&offered, of_subjects(&[]));
    board.does(approved).await.unwrap();
    let specialty = board.sees(&offered.name).await;
    let change = |base: &str| {
        let base = base.to_owned();
        changes(&specialty, |it| {
            it.education_base = base;
            it.places = 60;
        })
    };
    let refused = board.prepares(change("BASIC_SECONDARY")).await.unwrap_err();
    assert_eq!(reason(&refused), "FORMULA_UNFIT");
    let field = format!("{}/scoreFormulas/1.marks", specialty.name);
    let expected = [(field.as_str(), "COMPULSORY_SUBJECT_MISSING")];
    assert_eq!(violations(&refused), pairs(&expected));
    board.does(change("PRIMARY")).await.unwrap();
}
