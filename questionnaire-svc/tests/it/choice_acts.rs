//! What boards do with choices: acknowledged, accepted with what was proven, refused, set aside; in bulk, and
//! once.

use proto::events::v1::{ApplicationChoiceAccepted, ApplicationChoiceLeft, ApplicationChoiceMoved};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application_choice::State;
use serde_json::{Value, json};

use crate::applicants::{Wish, accepts, acknowledges, rejects, sets_aside};
use crate::board::{Board, COLLEGE, OTHER_COLLEGE, closes, nursing};
use crate::college_applications::withdraws_choice;
use crate::score_formulas::{approves, formula};
use crate::world::{World, pairs, reason, violations};

async fn world() -> World {
    let world = World::new().await;
    world.admission().await;
    world
}

/// What was told of choices, oldest first: the folder, and the reasons.
async fn moves(world: &World) -> Vec<(State, Vec<String>)> {
    let told = world.told_of::<ApplicationChoiceMoved>().await;
    let told = told.into_iter();
    told.map(|it| (it.state(), it.reason_codes)).collect()
}

#[tokio::test]
async fn new_choices_are_acknowledged_in_bulk_and_each_applicant_is_told() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let wishes = world.wished(&specialty, 1..4).await;
    let prepared = board.prepares(acknowledges(&wishes)).await.unwrap();
    // It was only tried.
    assert!(world.in_folder(&wishes[0], "NEW").await);
    assert_eq!(moves(&world).await, []);

    board.signs(&prepared).await.unwrap();
    for wish in &wishes {
        assert!(world.in_folder(wish, "IN_PROCESSING").await);
    }
    let told = world.told_of::<ApplicationChoiceMoved>().await;
    assert_eq!(told.len(), 3);
    assert_eq!(told[0].choice, wishes[0].choice);
    assert_eq!(told[0].account, world.candidate(1).account);
    assert_eq!(
        told[0].college_title.as_ref().unwrap().kk,
        "«Ғылым ордасы» колледжі"
    );
    assert!(!told[0].specialty_title.as_ref().unwrap().ru.is_empty());
    // What was signed names choices, and no person.
    let shown: Value = serde_json::from_slice(&prepared.content).unwrap();
    assert_eq!(shown["object"], format!("colleges/{COLLEGE}"));
    assert_eq!(shown["request"]["choices"][2]["choice"], wishes[2].choice);
}

#[tokio::test]
async fn an_accepted_choice_takes_its_marks_into_the_competition() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..2).await;
    board.acknowledges(&mut wishes).await;
    let mut row = wishes[0].accepted_with(&[("KAZAKH", "4.50"), ("BIOLOGY", "5")]);
    row.merits = vec!["HONOURS_CERTIFICATE".into()];
    board.does(accepts(vec![row])).await.unwrap();

    let told = world.told_of::<ApplicationChoiceAccepted>().await;
    let [told] = told.as_slice() else {
        unreachable!("{} were told", told.len());
    };
    assert_eq!(told.choice, wishes[0].choice);
    assert_eq!(told.specialty, specialty.name);
    assert_eq!(told.college, format!("colleges/{COLLEGE}"));
    assert_eq!((told.preference, told.merits.len()), (1, 1));
    assert!(told.application_number.starts_with("2026-"));
    let marks = told.marks.iter();
    let marks = marks.map(|it| (it.subject.as_str(), it.mark.as_str()));
    let marks: Vec<_> = marks.collect();
    assert_eq!(marks, [("KAZAKH", "4.5"), ("BIOLOGY", "5")]);
    let expected = [(State::InProcessing, vec![]), (State::Accepted, vec![])];
    assert_eq!(moves(&world).await, expected);
}

#[tokio::test]
async fn everything_wrong_with_a_bulk_is_told_row_by_row_at_once_and_nothing_is_done() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let (ours, theirs) = (
        board.competes(nursing()).await,
        world.board(OTHER_COLLEGE, 2).competes(nursing()).await,
    );
    let mut wishes = world.wished(&ours, 1..6).await;
    let foreign = world.chose(9, &[&theirs]).await.remove(0);
    let fresh = wishes.pop().unwrap();
    board.acknowledges(&mut wishes).await;
    let mut stale = wishes[1].clone();
    stale.version = 1;
    let mut benefit = wishes[2].accepted();
    benefit.quota_categories = vec!["ORPHAN".into()];
    let mut nameless = wishes[3].accepted();
    nameless.choice = "choices/1".into();
    let rows = vec![
        wishes[0].accepted_with(&[("KAZAKH", "6"), ("ALCHEMY", "5"), ("KAZAKH", "4")]),
        stale.accepted(),
        benefit,
        fresh.accepted(),
        foreign.accepted(),
        nameless,
        wishes[0].accepted(),
    ];
    let refused = board.prepares(accepts(rows)).await.unwrap_err();
    let at = |row: usize, field: &str| format!("accept_choices.choices[{row}].{field}");
    let expected = [
        (at(0, "marks[0].mark"), "MARK_INVALID"),
        (at(5, "choice"), "INVALID_NAME"),
        (at(6, "choice"), "VALUE_TWICE"),
        (at(0, "marks[1].subject"), "UNKNOWN_VALUE"),
        (at(0, "marks[2].subject"), "VALUE_TWICE"),
        (at(0, "marks"), "MARK_MISSING"),
        (at(1, "current_etag"), "CHOICE_CHANGED"),
        (at(2, "quota_categories[0]"), "QUOTA_NOT_PROVEN"),
        (at(3, "choice"), "CHOICE_FOLDER_WRONG"),
        (at(4, "choice"), "CHOICE_UNKNOWN"),
    ];
    let expected: Vec<_> = expected.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    assert_eq!(violations(&refused), pairs(&expected));
    assert_eq!(world.told_of::<ApplicationChoiceAccepted>().await, []);
}

#[tokio::test]
async fn a_bulk_has_a_row_and_no_more_than_somebody_can_look_through() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let wish = world.wished(&specialty, 1..2).await.remove(0);
    let nothing = board.prepares(acknowledges(&[])).await.unwrap_err();
    let expected = [("acknowledge_choices.choices", "REQUIRED")];
    assert_eq!(violations(&nothing), pairs(&expected));
    let many = vec![wish; 201];
    let refused = board.prepares(rejects(&many, &[])).await.unwrap_err();
    let told = violations(&refused);
    assert!(told.contains(&("reject_choices.choices".into(), "TOO_MANY".into())));
    assert!(told.contains(&("reject_choices.reason_codes".into(), "REQUIRED".into())));
}

#[tokio::test]
async fn a_refusal_tells_its_reasons_in_words_and_stays() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..2).await;
    let early = board.prepares(rejects(&wishes, &["MEDICAL_PAPERS"])).await;
    let expected = [("reject_choices.choices[0].choice", "CHOICE_FOLDER_WRONG")];
    assert_eq!(violations(&early.unwrap_err()), pairs(&expected));
    board.acknowledges(&mut wishes).await;
    let wrong = board
        .prepares(rejects(&wishes, &["BORED"]))
        .await
        .unwrap_err();
    let expected = [("reject_choices.reason_codes[0]", "UNKNOWN_VALUE")];
    assert_eq!(violations(&wrong), pairs(&expected));

    let codes = ["MEDICAL_PAPERS", "DATA_DIFFER"];
    board.does(rejects(&wishes, &codes)).await.unwrap();
    wishes[0].version += 1;
    let told = world.told_of::<ApplicationChoiceMoved>().await;
    let told = told.last().unwrap();
    assert_eq!(told.state(), State::Rejected);
    assert_eq!(told.reason_codes, codes);
    let words = told.reason_titles.iter().map(|it| it.en.as_str());
    let expected = [
        "Medical papers are missing or not valid",
        "The data differ from the documents",
    ];
    assert_eq!(words.collect::<Vec<_>>(), expected);
    let again = board.prepares(accepts(vec![wishes[0].accepted()])).await;
    let expected = [("accept_choices.choices[0].choice", "CHOICE_FOLDER_WRONG")];
    assert_eq!(violations(&again.unwrap_err()), pairs(&expected));
}

#[tokio::test]
async fn what_is_set_aside_leaves_the_competition_that_it_stood_in() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let fresh = world.wished(&specialty, 1..2).await;
    let mut accepted = world.wished(&specialty, 2..3).await;
    board.takes(&mut accepted).await;
    let both = [fresh, accepted].concat();
    board.does(sets_aside(&both, "TEST_ENTRY")).await.unwrap();
    for wish in &both {
        assert!(world.in_folder(wish, "ERRONEOUS").await);
    }
    let left = world.told_of::<ApplicationChoiceLeft>().await;
    let left: Vec<_> = left.iter().map(|it| it.choice.as_str()).collect();
    assert_eq!(left, [both[1].choice.as_str()]);
}

#[tokio::test]
async fn nobody_is_accepted_without_a_formula_or_into_what_was_closed() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let mut wishes = world.wished(&offered, 1..2).await;
    board.acknowledges(&mut wishes).await;
    let accept = || accepts(vec![wishes[0].accepted()]);
    let refused = board.prepares(accept()).await.unwrap_err();
    assert_eq!(reason(&refused), "FORMULA_MISSING");
    board.does(approves(&offered, formula())).await.unwrap();
    let prepared = board.prepares(accept()).await.unwrap();
    let seen = board.sees(&offered.name).await;
    board.does(closes(&seen)).await.unwrap();
    let refused = board.signs(&prepared).await.unwrap_err();
    assert_eq!(reason(&refused), "SPECIALTY_CLOSED");
    // Whoever waits is told no.
    board
        .does(rejects(&wishes, &["DATA_DIFFER"]))
        .await
        .unwrap();
}

async fn prepared(board: &Board<'_>, wish: &Wish) -> [pb::BoardAction; 2] {
    let accept = board.prepares(accepts(vec![wish.accepted()])).await;
    let reject = board.prepares(rejects(std::slice::from_ref(wish), &["DATA_DIFFER"]));
    [accept.unwrap(), reject.await.unwrap()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_of_a_board_who_decide_the_same_choice_at_once_one_has_to_look_again() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..5).await;
    board.acknowledges(&mut wishes).await;
    for wish in &wishes {
        let [accept, reject] = prepared(&board, wish).await;
        let colleague = world.board(COLLEGE, 2);
        let (one, other) = tokio::join!(board.signs(&accept), colleague.signs(&reject));
        let expected = [(one.is_ok(), "ACCEPTED"), (other.is_ok(), "REJECTED")];
        let done: Vec<_> = expected.iter().filter(|(done, _)| *done).collect();
        assert_eq!(done.len(), 1);
        assert!(world.in_folder(wish, done[0].1).await);
        let refused = one.err().or(other.err()).unwrap();
        let told = violations(&refused);
        assert_eq!(told[0].1, "CHOICE_CHANGED");
    }
    let decided = moves(&world).await.len() - wishes.len();
    assert_eq!(decided, wishes.len());
}

#[tokio::test]
async fn a_benefit_that_was_claimed_with_a_proof_can_be_seen_proven() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let document = "campaigns/c/applications/a/documents/d";
    let quota = json!([{
        "id": "quota", "verified": false, "version": 1, "update_time": null,
        "answers": {"rows": [{"category": "ORPHAN", "document": document}]},
    }]);
    let mut wishes = world.chose_with(1, &[&specialty], &quota).await;
    board.acknowledges(&mut wishes).await;
    let mut row = wishes[0].accepted();
    row.quota_categories = vec!["ORPHAN".into(), "RURAL".into()];
    let refused = board.prepares(accepts(vec![row.clone()])).await;
    let expected = [(
        "accept_choices.choices[0].quota_categories[1]",
        "QUOTA_NOT_PROVEN",
    )];
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
    row.quota_categories.pop();
    board.does(accepts(vec![row])).await.unwrap();
    let told = world.told_of::<ApplicationChoiceAccepted>().await;
    assert_eq!(told[0].quota_categories, ["ORPHAN"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_an_applicant_who_takes_it_back_and_a_board_that_accepts_at_once_neither_is_lost() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..6).await;
    board.acknowledges(&mut wishes).await;
    let (mut accepted, mut left) = (0, 0);
    for (wish, person) in wishes.iter().zip(1..) {
        let accept = board.prepares(accepts(vec![wish.accepted()])).await;
        let accept = accept.unwrap();
        let person = world.candidate(person);
        let choice = pb::ApplicationChoice {
            name: wish.choice.clone(),
            etag: wish.seen().current_etag,
            ..Default::default()
        };
        let withdraw = withdraws_choice(&world, &person, &choice);
        let (taken, back) = tokio::join!(board.signs(&accept), withdraw);
        match (taken, back) {
            (Ok(_), Err(refused)) => {
                assert_eq!(reason(&refused), "STALE_ETAG");
                assert!(world.in_folder(wish, "ACCEPTED").await);
                accepted += 1;
            }
            (Err(refused), Ok(_)) => {
                assert_eq!(violations(&refused)[0].1, "CHOICE_CHANGED");
                assert!(world.in_folder(wish, "WITHDRAWN").await);
                left += 1;
            }
            both => unreachable!("one of both is done: {both:?}"),
        }
    }
    assert_eq!(accepted + left, 5);
    let told = world.told_of::<ApplicationChoiceAccepted>().await;
    assert_eq!(told.len(), accepted);
}
