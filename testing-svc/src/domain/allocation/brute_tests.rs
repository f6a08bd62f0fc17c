//! The promises, held against all that could have happened: in thousands of small markets every possible
//! placement is made and judged by the definition.

use super::Placed;
use super::check::check;
use super::choice::choose;
use super::deferred;
use super::in_turn::{self, Acceptance};
use super::lists::Lists;
use super::lottery::Lottery;
use super::market::Market;
use super::small_markets::{Dice, market, parts, rights};

const CASES: u64 = 2_000;

fn lists(market: &Market) -> Lists {
    Lists::new(market, Lottery::PerSpecialty, &[7; 32])
}

/// Every placement in which nobody is where they did not ask to be.
fn placements(lists: &Lists) -> Vec<Placed> {
    let mut all: Vec<Placed> = vec![vec![]];
    for applicant in (0_u32..).take(lists.applicants()) {
        let ranked = |choice: &u8| matches!(lists.wish(applicant, *choice), Some((_, Some(_))));
        let choices = (0..lists.wishes(applicant)).filter(ranked).map(Some);
        let choices: Vec<_> = choices.chain([None]).collect();
        all = all
            .iter()
            .flat_map(|placed| {
                let next = choices.iter();
                next.map(move |choice| [&placed[..], &[*choice]].concat())
            })
            .collect();
    }
    all
}

fn chosen(lists: &Lists, specialty: u32, candidates: &[u32]) -> Vec<u32> {
    let at = specialty as usize;
    let (stages, quotas) = (&lists.stages[at], &lists.quotas[at]);
    let chosen = choose(stages, quotas, lists.of(specialty), candidates);
    chosen.into_iter().map(|(position, _)| position).collect()
}

/// Each specialty would take exactly those whom it has.
fn is_sound(lists: &Lists, members: &[Vec<u32>]) -> bool {
    let all = (0_u32..).zip(members);
    all.into_iter()
        .all(|(specialty, it)| chosen(lists, specialty, it) == *it)
}

/// Applicants whom a specialty that they like better would take beside those whom it has.
fn passed_over(lists: &Lists, placed: &Placed, members: &[Vec<u32>]) -> usize {
    let people = (0_u32..).zip(placed);
    let passed_over = people.filter(|(applicant, got)| {
        let better = 0..got.unwrap_or_else(|| lists.wishes(*applicant));
        better.into_iter().any(|choice| {
            let Some((specialty, Some(position))) = lists.wish(*applicant, choice) else {
                return false;
            };
            let mut all = members[specialty as usize].clone();
            all.push(position);
            all.sort_unstable();
            chosen(lists, specialty, &all).contains(&position)
        })
    });
    passed_over.count()
}

/// As a number that grows with disappointment.
fn regret(choice: Option<u8>) -> u8 {
    choice.unwrap_or(u8::MAX)
}

#[test]
fn deferred_acceptance_is_stable_and_nobody_could_have_got_better_in_a_stable_result() {
    let mut stable_results = 0;
    for case in 0..CASES {
        let market = market(&mut Dice(case), 4);
        let lists = lists(&market);
        let placed = deferred::place(&lists);
        let latecomers = in_turn::place(&lists, u32::MAX, Acceptance::UntilBetter);
        let mut found = false;
        for (number, other) in placements(&lists).into_iter().enumerate() {
            let members = lists.members(&other);
            let sound = is_sound(&lists, &members);
            // Of those that no rule allows, some are enough to see that the check says so.
            if !sound && !number.is_multiple_of(16) {
                continue;
            }
            let over = passed_over(&lists, &other, &members);
            let findings = check(&lists, &other);
            assert_eq!(findings.is_sound(), sound, "case {case}: {other:?}");
            assert_eq!(
                findings.passed_over as usize, over,
                "case {case}: {other:?}"
            );
            if !sound || over > 0 {
                continue;
            }
            assert!(findings.is_stable(), "case {case}: {other:?}");
            stable_results += 1;
            found |= other == placed;
            for (own, others) in placed.iter().zip(&other) {
                assert!(regret(*own) <= regret(*others), "case {case}: {other:?}");
            }
            // Offers in turn that may be given back, without an end, are the other end of the lattice.
            for (own, others) in latecomers.iter().zip(&other) {
                assert!(regret(*own) >= regret(*others), "case {case}: {other:?}");
            }
        }
        assert!(found, "case {case} has an unstable result");
        assert!(check(&lists, &latecomers).is_stable(), "case {case}");
    }
    // Else the cases would be too tame to tell anything.
    assert!(stable_results > CASES + CASES / 50, "{stable_results}");
}

#[test]
fn nobody_gets_better_by_hiding_what_they_wish_for() {
    for case in 0..400 {
        let (specialties, applicants) = parts(&mut Dice(10_000 + case), 5);
        let honest = Market::new(rights(), specialties.clone(), applicants.clone()).unwrap();
        let truth = deferred::place(&lists(&honest));
        for (at, person) in applicants.iter().enumerate() {
            for lie in orders(&person.choices) {
                let mut told = applicants.clone();
                told[at].choices = lie;
                let market = Market::new(rights(), specialties.clone(), told.clone()).unwrap();
                let got = deferred::place(&lists(&market))[at];
                let got = got.map(|it| told[at].choices[usize::from(it)].specialty);
                let worth = person
                    .choices
                    .iter()
                    .position(|it| Some(it.specialty) == got);
                let honest = truth[at].map_or(usize::MAX, usize::from);
                assert!(honest <= worth.unwrap_or(usize::MAX), "case {case}, {at}");
            }
        }
    }
}

/// Every order of every part of some choices.
fn orders<T: Clone>(choices: &[T]) -> Vec<Vec<T>> {
    let mut all = vec![vec![]];
    for (at, first) in choices.iter().enumerate() {
        let others = [&choices[..at], &choices[at + 1..]].concat();
        let rest = orders(&others).into_iter();
        all.extend(rest.map(|rest| [std::slice::from_ref(first), &rest].concat()));
    }
    all
}

#[test]
fn offers_in_turn_keep_the_places_and_what_they_pass_over_is_counted() {
    let (mut over, mut empty) = (0, 0);
    for case in 0..CASES {
        let mut dice = Dice(20_000 + case);
        let market = market(&mut dice, 7);
        let lists = lists(&market);
        let rounds = u32::try_from(dice.below(4)).unwrap();
        for acceptance in [Acceptance::Final, Acceptance::UntilBetter] {
            let placed = in_turn::place(&lists, rounds, acceptance);
            let findings = check(&lists, &placed);
            assert!(findings.is_sound(), "case {case}");
            let members = lists.members(&placed);
            let by_definition = passed_over(&lists, &placed, &members);
            assert_eq!(findings.passed_over as usize, by_definition, "case {case}");
            over += findings.passed_over;
            empty += findings.left_empty;
        }
    }
    assert!(over > 0 && empty > 0);
}
