//! Places and quotas: what shares come to, who gets the reserved places, and that the choice rule is what
//! deferred acceptance needs.

use std::collections::BTreeSet;

use super::choice::{Seat, choose};
use super::lists::Entry;
use super::plan::{Kind, Order, Plan, Quota, ShareRounding, Size, Stage, Unfilled};
use super::seats::Seats;
use super::small_markets::{Dice, plan};

const RURAL: u32 = 1;
const ORPHAN: u32 = 2;

/// A list of people with these rights, the best first.
fn list(rights: &[u32]) -> Vec<Entry> {
    let people = (0_u32..).zip(rights);
    people
        .map(|(applicant, rights)| Entry {
            applicant,
            choice: 0,
            rank: applicant + 1,
            draw: 0,
            rights: *rights,
        })
        .collect()
}

fn quota(code: &str, kind: Kind, places: u32) -> Quota {
    Quota {
        code: code.into(),
        kind,
        size: Size::Places(places),
    }
}

/// Who is taken, and by what, where everybody wants to come. The quotas are for rural youth and orphans.
fn taken(places: u32, order: Order, quotas: Vec<Quota>, people: &[u32]) -> Vec<(u32, Seat)> {
    let plan = Plan {
        places,
        quotas,
        order,
    };
    assert_eq!(plan.check(), Ok(()));
    let rights: Vec<u32> = plan
        .quotas
        .iter()
        .map(|it| if it.code == "rural" { RURAL } else { ORPHAN })
        .collect();
    let all: Vec<u32> = (0..u32::try_from(people.len()).unwrap()).collect();
    choose(&plan.stages(), &rights, &list(people), &all)
}

fn positions(taken: &[(u32, Seat)]) -> Vec<u32> {
    taken.iter().map(|(position, _)| *position).collect()
}

#[test]
fn a_share_of_places_comes_to_what_its_rounding_says() {
    let share = |rounding| Size::Share {
        numerator: 35,
        denominator: 100,
        rounding,
    };
    let seats = |places| {
        [
            ShareRounding::Down,
            ShareRounding::HalfUp,
            ShareRounding::Up,
        ]
        .map(|it| share(it).of(places))
    };
    assert_eq!(seats(25), [8, 9, 9]);
    assert_eq!(seats(10), [3, 4, 4]);
    assert_eq!(seats(28), [9, 10, 10]);
    assert_eq!(seats(1), [0, 0, 1]);
    assert_eq!(seats(0), [0, 0, 0]);
    assert_eq!(seats(20), [7, 7, 7]);
}

#[test]
fn with_reserved_places_first_the_best_of_them_use_the_quota_up() {
    let quotas = vec![quota("rural", Kind::Reserved(Unfilled::FallOpen), 1)];
    let people = [RURAL, 0, 0, RURAL];
    let reserved = taken(2, Order::ReservedFirst, quotas.clone(), &people);
    assert_eq!(reserved, [(0, Seat::Reserved(0)), (1, Seat::Open)]);
    let open = taken(2, Order::OpenFirst, quotas, &people);
    assert_eq!(open, [(0, Seat::Open), (3, Seat::Reserved(0))]);
}

#[test]
fn places_that_nobody_with_the_right_wants_fall_open_or_stay_empty_as_the_plan_says() {
    for order in [Order::ReservedFirst, Order::OpenFirst] {
        let places = |unfilled| {
            let quotas = vec![quota("rural", Kind::Reserved(unfilled), 2)];
            taken(3, order, quotas, &[0, 0, RURAL, 0])
        };
        let falls = [(0, Seat::Open), (1, Seat::Freed), (2, Seat::Reserved(0))];
        assert_eq!(places(Unfilled::FallOpen), falls);
        let stays = [(0, Seat::Open), (2, Seat::Reserved(0))];
        assert_eq!(places(Unfilled::StayEmpty), stays);
    }
}

#[test]
fn a_minimum_counts_those_who_would_have_got_in_anyway() {
    let quotas = vec![quota("rural", Kind::Minimum, 1)];
    for order in [Order::ReservedFirst, Order::OpenFirst] {
        let there = taken(2, order, quotas.clone(), &[RURAL, 0, 0, RURAL]);
        assert_eq!(positions(&there), [0, 1]);
        let missing = taken(2, order, quotas.clone(), &[0, 0, 0, RURAL]);
        assert_eq!(positions(&missing), [0, 3]);
    }
}

#[test]
fn somebody_with_several_rights_counts_where_it_fulfils_the_most() {
    let quotas = |kind| vec![quota("rural", kind, 1), quota("orphan", kind, 1)];
    let people = [RURAL | ORPHAN, 0, 0, RURAL];
    let smart = taken(2, Order::ReservedFirst, quotas(Kind::Minimum), &people);
    assert_eq!(positions(&smart), [0, 3]);
    // Reserved places are filled in their order: the first right that has one left is used.
    let kind = Kind::Reserved(Unfilled::FallOpen);
    let plain = taken(2, Order::ReservedFirst, quotas(kind), &people);
    assert_eq!(plain, [(0, Seat::Reserved(0)), (1, Seat::Freed)]);
}

#[test]
fn a_plan_with_more_reserved_places_than_places_is_refused_with_everything_else_that_is_wrong() {
    let half = Size::Share {
        numerator: 3,
        denominator: 2,
        rounding: ShareRounding::Up,
    };
    let mut quotas = vec![quota("rural", Kind::Minimum, 2); 2];
    quotas[1].size = half;
    let plan = Plan {
        places: 3,
        quotas,
        order: Order::ReservedFirst,
    };
    let faults = [
        ("quotas[1].code".to_owned(), "DUPLICATE"),
        ("quotas[1].size".to_owned(), "OUT_OF_RANGE"),
        ("quotas".to_owned(), "QUOTAS_ABOVE_PLACES"),
    ];
    assert_eq!(plan.check(), Err(faults.into()));
}

fn of(stages: &[Stage], list: &[Entry], candidates: &BTreeSet<u32>) -> BTreeSet<u32> {
    let candidates: Vec<u32> = candidates.iter().copied().collect();
    positions(&choose(stages, &[1, 2, 4], list, &candidates))
        .into_iter()
        .collect()
}

/// What deferred acceptance rests on, over every set of candidates of many plans.
#[test]
fn one_candidate_more_lets_nobody_in_who_was_out_and_leaves_no_place_empty_that_was_taken() {
    for case in 0..150 {
        let mut dice = Dice(30_000 + case);
        let places = u32::try_from(dice.below(5)).unwrap();
        let stages = plan(&mut dice, places).stages();
        let list = list(
            &(0..7)
                .map(|_| u32::try_from(dice.below(8)).unwrap())
                .collect::<Vec<_>>(),
        );
        for set in 0..1_u32 << 7 {
            let few: BTreeSet<u32> = (0..7).filter(|it| set >> it & 1 == 1).collect();
            let before = of(&stages, &list, &few);
            assert!(before.is_subset(&few) && before.len() <= places as usize);
            for newcomer in (0..7).filter(|it| !few.contains(it)) {
                let mut more = few.clone();
                more.insert(newcomer);
                let after = of(&stages, &list, &more);
                let mut allowed = before.clone();
                allowed.insert(newcomer);
                assert!(
                    after.is_subset(&allowed),
                    "case {case}: {few:?} and {newcomer}"
                );
                assert!(
                    after.len() >= before.len(),
                    "case {case}: {few:?} and {newcomer}"
                );
                assert!(after.contains(&newcomer) || after == before, "case {case}");
            }
        }
    }
}

#[test]
fn coming_one_by_one_in_any_order_ends_with_those_whom_the_rule_takes() {
    for case in 0..3_000 {
        let mut dice = Dice(40_000 + case);
        let places = u32::try_from(dice.below(9)).unwrap();
        let stages = plan(&mut dice, places).stages();
        let list = list(
            &(0..12)
                .map(|_| u32::try_from(dice.below(8)).unwrap())
                .collect::<Vec<_>>(),
        );
        let mut coming: Vec<u32> = (0..12).collect();
        dice.shuffle(&mut coming);
        let mut seats = Seats::new(&stages, &[1, 2, 4]);
        let mut inside = BTreeSet::new();
        for (number, newcomer) in coming.iter().enumerate() {
            inside.insert(*newcomer);
            if let Some(out) = seats.offer(*newcomer, &list) {
                assert!(inside.remove(&out), "case {case}: {out} was not there");
            }
            let so_far: BTreeSet<u32> = coming[..=number].iter().copied().collect();
            assert_eq!(inside, of(&stages, &list, &so_far), "case {case}");
            assert_eq!(seats.held(), inside.iter().copied().collect::<Vec<_>>());
        }
    }
}

/// The most of these people that can count for one quota of theirs each.
fn most_fulfilled(people: &[u32], left: &mut [u32; 3]) -> u32 {
    let Some((rights, others)) = people.split_first() else {
        return 0;
    };
    let mut best = most_fulfilled(others, left);
    for quota in 0..3 {
        if rights >> quota & 1 == 1 && left[quota] > 0 {
            left[quota] -= 1;
            best = best.max(1 + most_fulfilled(others, left));
            left[quota] += 1;
        }
    }
    best
}

#[test]
fn those_who_are_taken_fulfil_as_much_of_the_guarantees_as_all_candidates_could() {
    for case in 0..500 {
        let mut dice = Dice(50_000 + case);
        let mut sizes = [0; 3].map(|_: u32| u32::try_from(dice.below(3)).unwrap());
        let guaranteed = (0..3).map(|quota| (quota, sizes[quota])).collect();
        let stages = [Stage::Guaranteed(guaranteed), Stage::Open(2), Stage::Freed];
        let rights: Vec<u32> = (0..6)
            .map(|_| u32::try_from(dice.below(8)).unwrap())
            .collect();
        let chosen = choose(&stages, &[1, 2, 4], &list(&rights), &[0, 1, 2, 3, 4, 5]);
        let inside: Vec<u32> = chosen.iter().map(|(at, _)| rights[*at as usize]).collect();
        let possible = most_fulfilled(&rights, &mut sizes);
        assert_eq!(most_fulfilled(&inside, &mut sizes), possible, "case {case}");
    }
}
