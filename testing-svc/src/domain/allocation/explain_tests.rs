//! What an applicant reads: rank, places, the last who got in, and the lots where claims are equal.

use super::choice::Seat;
use super::explain::{Reasons, Why};
use super::plan::{Kind, Order, Plan, Quota, Size, Unfilled};
use super::run::{Mode, Run};
use super::written_markets::{applicant, market_of, run, specialty, wish};

pub fn why(run: &Run, number: &str) -> Vec<Why> {
    Reasons::of(run).explain(number).unwrap()
}

#[test]
fn whoever_is_31st_for_28_places_reads_the_score_of_the_last_admitted() {
    // Two of the best like something else better, so the 30th is the last.
    let people = (1..=31).map(|rank| {
        let own = wish(0, rank, 50_000 - i64::from(rank) * 100 - 800);
        let choices = if rank <= 2 {
            vec![wish(1, rank, 50_000), own]
        } else {
            vec![own]
        };
        applicant(rank as usize, &[], choices)
    });
    let specialties = vec![
        specialty("nurse", Plan::open(28)),
        specialty("pilot", Plan::open(2)),
    ];
    let market = market_of(specialties, people.collect());
    let run = run(&market, Mode::DeferredAcceptance);
    let reasons = why(&run, "0031");
    let [Why::Behind(standing, last)] = &reasons[..] else {
        panic!("{reasons:?}");
    };
    assert_eq!(
        (standing.claim.rank, standing.places, standing.ranked),
        (31, 28, 31)
    );
    assert_eq!(
        (last.claim.rank, last.claim.score.written()),
        (30, "4.62".into())
    );
    assert_eq!(last.draws, None);
    let reasons = why(&run, "0001");
    let [Why::Admitted { standing, seat }, Why::NotNeeded] = &reasons[..] else {
        panic!("{reasons:?}");
    };
    assert_eq!((standing.claim.rank, *seat), (1, Seat::Open));
    assert_eq!(Reasons::of(&run).explain("9999"), None);
}

#[test]
fn of_equals_the_one_who_lost_reads_both_numbers_that_were_drawn() {
    let equal = (1..=2).map(|number| applicant(number, &[], vec![wish(0, 1, 40_000)]));
    let market = market_of(vec![specialty("nurse", Plan::open(1))], equal.collect());
    let run = run(&market, Mode::DeferredAcceptance);
    let loser = run.placed.iter().position(Option::is_none).unwrap();
    let reasons = why(&run, &format!("{:04}", loser + 1));
    let [Why::Behind(standing, last)] = &reasons[..] else {
        panic!("{reasons:?}");
    };
    assert_eq!(standing.claim, last.claim);
    let (own, others) = last.draws.unwrap();
    assert!(own > others);
}

#[test]
fn reserved_places_are_explained_by_the_doors_that_a_person_may_use() {
    let quotas = vec![Quota {
        code: "orphan".into(),
        kind: Kind::Reserved(Unfilled::StayEmpty),
        size: Size::Places(2),
    }];
    let plan = Plan {
        places: 2,
        quotas,
        order: Order::ReservedFirst,
    };
    let mut unranked = wish(0, 1, 0);
    unranked.claim = None;
    let people = vec![
        applicant(1, &[], vec![wish(0, 1, 50_000)]),
        applicant(2, &["orphan"], vec![wish(0, 2, 30_000)]),
        applicant(3, &[], vec![unranked]),
    ];
    let market = market_of(vec![specialty("nurse", plan)], people);
    let run = run(&market, Mode::DeferredAcceptance);
    let [Why::NoPlaces(standing)] = why(&run, "0001")[..] else {
        panic!("{:?}", why(&run, "0001"));
    };
    assert_eq!((standing.claim.rank, standing.places), (1, 2));
    let admitted = why(&run, "0002");
    assert!(matches!(
        admitted[..],
        [Why::Admitted {
            seat: Seat::Reserved(0),
            ..
        }]
    ));
    assert_eq!(why(&run, "0003"), [Why::NotRanked]);
}
