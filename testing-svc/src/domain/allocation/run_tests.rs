//! Whole runs: what is withheld, what an input is refused for, and both ways side by side.

use super::check::{Findings, check};
use super::compare::compare;
use super::explain::Why;
use super::explain_tests::why;
use super::in_turn::Acceptance;
use super::market::{Applicant, Choice, Claim, Market};
use super::plan::{Kind, Order, Plan, Quota, Size};
use super::run::{Mode, Withheld, release};
use super::small_markets::{Dice, plan, rights};
use super::written_markets::{applicant, in_turn, market_of, run, specialty, wish};
use crate::domain::ranking::formula::{Formula, Marked, Tie};
use crate::domain::ranking::points::Rounding;
use crate::domain::ranking::rating::rate;
use crate::domain::ranking::reckoning::Record;
use crate::domain::score::Score;

#[test]
fn from_marks_by_a_formula_to_a_place_with_the_ratings_own_ranks() {
    let formula = Formula {
        version: 3,
        marks: ["kazakh", "algebra", "biology"]
            .map(|code| Marked {
                any_of: vec![code.into()],
                weight: 1,
            })
            .into(),
        added: vec![],
        rounding: Rounding::Exact,
        ties: vec![Tie::Mark("biology".into())],
    };
    let marks = [[5, 5, 4], [5, 4, 5], [5, 5, 5], [3, 3, 3]];
    let people = (1..).zip(marks).map(|(number, marks)| {
        let marks = ["kazakh", "algebra", "biology"].iter().zip(marks);
        let marks = marks.map(|(code, mark)| (code.to_string(), Score(mark * 10_000)));
        let record = Record {
            marks: marks.collect(),
            ..Record::default()
        };
        (format!("{number:04}"), record)
    });
    let rating = rate(&formula, &people.collect());
    let people = rating.ranked.iter().map(|it| {
        let claim = Some(Claim::from(it));
        Applicant {
            number: it.number.clone(),
            rights: vec![],
            choices: vec![Choice {
                specialty: 0,
                claim,
                unproven: vec![],
            }],
        }
    });
    let market = market_of(vec![specialty("nurse", Plan::open(2))], people.collect());
    let run = run(&market, Mode::DeferredAcceptance);
    // The first and the second have the same mean; biology decides.
    assert_eq!(run.placed, [None, Some(0), Some(0), None]);
    let [Why::Behind(standing, last)] = why(&run, "0001")[..] else {
        panic!("{:?}", why(&run, "0001"));
    };
    assert_eq!((standing.claim.rank, last.claim.rank), (3, 2));
    assert_eq!((standing.claim.score, last.draws), (last.claim.score, None));
}

/// 1 is best at both and likes the pilots; 2 comes next, 3 last. Each specialty has one place.
fn chain() -> Market {
    let people = vec![
        applicant(1, &[], vec![wish(1, 1, 50_000), wish(0, 1, 50_000)]),
        applicant(2, &[], vec![wish(0, 2, 45_000), wish(1, 2, 45_000)]),
        applicant(3, &[], vec![wish(1, 3, 40_000), wish(0, 3, 40_000)]),
    ];
    let specialties = vec![
        specialty("nurse", Plan::open(1)),
        specialty("pilot", Plan::open(1)),
    ];
    market_of(specialties, people)
}

#[test]
fn offers_in_turn_that_end_too_soon_leave_a_place_empty_and_say_whom_they_passed_over() {
    let market = chain();
    let today = run(&market, in_turn(1));
    assert_eq!(today.placed, [Some(0), None, None]);
    let expected = Findings {
        passed_over: 2,
        left_empty: 1,
        ..Findings::default()
    };
    assert_eq!(today.findings, expected);
    assert!(matches!(
        why(&today, "0002")[..],
        [Why::PassedOver(_, None), Why::Behind(..)]
    ));
    let stable = run(&market, Mode::DeferredAcceptance);
    assert_eq!(stable.placed, [Some(0), Some(0), None]);
    let found = compare(&today, &stable).unwrap();
    assert_eq!(
        (found.better_in_first, found.better_in_second, found.alike),
        (0, 1, 2)
    );
    assert_eq!(
        (found.first.by_choice, found.first.empty_places),
        (vec![1, 0], 1)
    );
    assert_eq!(
        (found.second.by_choice, found.second.without_place),
        (vec![2, 0], 1)
    );
    // With rounds enough it comes to the same here.
    assert_eq!(run(&market, in_turn(5)).placed, stable.placed);
}

#[test]
fn an_acceptance_that_is_final_costs_people_what_they_would_have_liked_better() {
    // 2 is offered welding at once and takes it; the nurses' place falls free a round later.
    let people = vec![
        applicant(1, &[], vec![wish(1, 1, 50_000), wish(0, 1, 50_000)]),
        applicant(2, &[], vec![wish(0, 2, 45_000), wish(2, 1, 45_000)]),
        applicant(3, &[], vec![wish(0, 3, 40_000)]),
    ];
    let codes = ["nurse", "pilot", "welder"];
    let specialties = codes.map(|code| specialty(code, Plan::open(1)));
    let market = market_of(specialties.into(), people);
    let last = run(&market, in_turn(9));
    assert_eq!(last.placed, [Some(0), Some(1), Some(0)]);
    assert_eq!(
        (last.findings.passed_over, last.findings.left_empty),
        (1, 0)
    );
    let [Why::PassedOver(_, Some(other)), Why::Admitted { .. }] = why(&last, "0002")[..] else {
        panic!("{:?}", why(&last, "0002"));
    };
    assert_eq!(other.claim.rank, 3);
    let acceptance = Acceptance::UntilBetter;
    let kept = run(
        &market,
        Mode::InTurn {
            rounds: 9,
            acceptance,
        },
    );
    assert_eq!(kept.placed, [Some(0), Some(0), None]);
}

#[test]
fn results_of_two_inputs_are_not_compared() {
    let (a, b) = (
        chain(),
        market_of(vec![specialty("nurse", Plan::open(1))], vec![]),
    );
    let mode = Mode::DeferredAcceptance;
    assert_eq!(compare(&run(&a, mode), &run(&b, mode)), None);
}

#[test]
fn a_result_that_fails_its_check_is_withheld() {
    let market = chain();
    let run = run(&market, Mode::DeferredAcceptance);
    let wrongs = [
        // The place of the pilots goes to the one with the worse claim.
        (vec![None, Some(0), Some(0)], 1, 0, 0),
        // Two pilots on one place: one is there against the rule, and is not wanted where they would go.
        (vec![Some(0), Some(0), Some(0)], 0, 1, 0),
        // A place stays empty.
        (vec![Some(0), None, None], 2, 0, 0),
        // Somebody has what they never asked for.
        (vec![Some(0), Some(0), Some(7)], 0, 0, 1),
    ];
    for (placed, passed_over, wrongly_placed, unasked) in wrongs {
        let found = check(&run.lists, &placed);
        let counted = (found.passed_over, found.wrongly_placed, found.unasked);
        assert_eq!(
            counted,
            (passed_over, wrongly_placed, unasked),
            "{placed:?}"
        );
        assert_eq!(
            release(Mode::DeferredAcceptance, found),
            Err(Withheld(found))
        );
        let in_turn = release(in_turn(3), found);
        assert_eq!(in_turn.is_ok(), wrongly_placed + unasked == 0, "{placed:?}");
    }
}

#[test]
fn everything_wrong_with_an_input_is_told_at_once() {
    let faults = |specialties, applicants| {
        let faults = Market::new(rights(), specialties, applicants).unwrap_err();
        let told = faults
            .into_iter()
            .map(|(field, why)| format!("{field} {why}"));
        told.collect::<Vec<_>>()
    };
    let nurse = || specialty("nurse", Plan::open(1));
    let quotas = vec![Quota {
        code: "oprhan".into(),
        kind: Kind::Minimum,
        size: Size::Places(2),
    }];
    let order = Order::OpenFirst;
    let slip = Plan {
        places: 1,
        quotas,
        order,
    };
    let people = vec![
        applicant(
            1,
            &["ruarl"],
            vec![wish(0, 0, 1), wish(0, 1, 1), wish(9, 1, 1)],
        ),
        Applicant {
            number: "=1".into(),
            ..applicant(2, &[], vec![])
        },
    ];
    let expected = [
        "specialties[1].quotas QUOTAS_ABOVE_PLACES",
        "specialties[1].quotas[0].code UNKNOWN",
        "applicants[0].rights UNKNOWN",
        "applicants[0].choices OUT_OF_RANGE",
        "applicants[0].choices DUPLICATE",
        "applicants[0].choices UNKNOWN",
        "applicants[1].number INVALID_FORMAT",
    ];
    assert_eq!(
        faults(vec![nurse(), specialty("welder", slip)], people),
        expected
    );
    let twice = vec![applicant(1, &[], vec![]), applicant(1, &[], vec![])];
    let expected = ["specialty nurse DUPLICATE", "applicant 0001 DUPLICATE"];
    assert_eq!(faults(vec![nurse(), nurse()], twice), expected);
    let mixed_up = vec![
        applicant(1, &[], vec![wish(0, 1, 30_000)]),
        applicant(2, &[], vec![wish(0, 2, 40_000)]),
    ];
    assert_eq!(
        faults(vec![nurse()], mixed_up),
        ["specialty nurse RANK_AGAINST_SCORE"]
    );
}

#[test]
fn a_region_of_three_thousand_is_placed_stably_and_better_than_today() {
    let mut dice = Dice(70_000);
    let mut plans: Vec<Plan> = (0..60).map(|_| Plan::open(40)).collect();
    for it in plans.iter_mut().step_by(3) {
        *it = plan(&mut dice, 40);
    }
    let specialties = plans.into_iter().enumerate();
    let specialties = specialties.map(|(at, plan)| specialty(&format!("S{at:02}"), plan));
    let people = (0..3_000).map(|number| {
        // The less asked for, the higher their number, and the better a person, the lower theirs.
        let mut wishes: Vec<u32> = Vec::new();
        while wishes.len() < 4 {
            let at = u32::try_from(dice.below(60).min(dice.below(60))).unwrap();
            if !wishes.contains(&at) {
                wishes.push(at);
            }
        }
        let rank = u32::try_from(number / 7 + 1).unwrap();
        let score = 50_000 - i64::from(rank) * 50;
        let rights: &[&str] = if number % 9 == 0 {
            &["rural", "orphan"]
        } else {
            &[]
        };
        let choices = wishes.into_iter().map(|at| wish(at, rank, score));
        applicant(number, rights, choices.collect())
    });
    let people: Vec<Applicant> = people.collect();
    let market = market_of(specialties.collect(), people);
    let stable = run(&market, Mode::DeferredAcceptance);
    let today = run(&market, in_turn(3));
    assert!(stable.findings.is_stable() && !today.findings.is_stable());
    let found = compare(&today, &stable).unwrap();
    assert!(found.second.empty_places <= found.first.empty_places);
    assert!(found.better_in_second > found.better_in_first, "{found:?}");
}
