//! Rounds and offers: what the rounds before leave of places, quotas and people.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::competitor::Competitor;
use super::offer::{Offer, State};
use super::round::{Before, Gathered, Round, Taken};
use super::run::Agreed;
use super::specialty::{KeptPlaces, Specialty};
use crate::domain::Change;
use crate::domain::allocation::lottery::Lottery;
use crate::domain::allocation::plan::{Kind, Order, Unfilled};
use crate::domain::allocation::run::{Mode, Terms, allocate};
use crate::domain::localized::Localized;
use crate::domain::ranking::formula::{Formula, Marked};
use crate::domain::ranking::points::Rounding;
use crate::domain::ranking::reckoning::Record;
use crate::domain::refusal::Refusal;
use crate::domain::score::Score;

fn specialty(id: u128, places: u32, quotas: &[(&str, u32)]) -> Specialty {
    let kept = |(category, places): &(&str, u32)| KeptPlaces {
        category: (*category).into(),
        places: *places,
    };
    Specialty {
        id: Uuid::from_u128(id),
        campaign: "college-2026".into(),
        college: "991240000003".into(),
        places,
        quotas: quotas.iter().map(kept).collect(),
        formula: Formula {
            version: 1,
            marks: vec![Marked {
                any_of: vec!["ALGEBRA".into()],
                weight: 1,
            }],
            added: vec![],
            rounding: Rounding::Exact,
            ties: vec![],
        },
        title: Localized::default(),
        college_title: Localized::default(),
        started: Some(Timestamp::UNIX_EPOCH),
        competing: 0,
        corrections: 0,
        graded: 0,
    }
}

fn wish(person: u128, preference: u32, mark: i64, rights: &[&str]) -> Competitor {
    Competitor {
        choice: Uuid::from_u128(person * 100 + u128::from(preference)),
        application: Uuid::from_u128(person),
        number: format!("{person:04}"),
        preference,
        record: Record {
            marks: [("ALGEBRA".into(), Score(mark * 10_000))].into(),
            ..Record::default()
        },
        rights: rights.iter().map(ToString::to_string).collect(),
    }
}

fn agreed(quotas: Kind) -> Agreed {
    Agreed {
        terms: Terms {
            mode: Mode::DeferredAcceptance,
            lottery: Lottery::One,
        },
        quotas,
        order: Order::ReservedFirst,
    }
}

const FALLS_OPEN: Kind = Kind::Reserved(Unfilled::FallOpen);

fn taken(quota: Option<&str>, rights: &[&str]) -> Taken {
    Taken {
        quota: quota.map(str::to_owned),
        rights: rights.iter().map(ToString::to_string).collect(),
    }
}

fn gathered(round: Round) -> Gathered {
    round
        .gathered()
        .unwrap_or_else(|faults| unreachable!("{faults:?}"))
}

/// The places and the quotas of the only specialty of a round.
fn left(kind: Kind, specialty: &Specialty, taken: Vec<Taken>) -> (u32, Vec<u32>) {
    let before = Before {
        taken: [(specialty.id, taken)].into(),
        ..Before::default()
    };
    let mut round = Round::new(agreed(kind), before);
    round.add(specialty, vec![wish(1, 1, 5, &[])]);
    let plan = gathered(round).market.specialties()[0].plan.clone();
    let quotas = plan.quotas.iter().map(|it| it.size.of(plan.places));
    (plan.places, quotas.collect())
}

#[test]
fn places_that_are_taken_are_gone_with_the_quotas_that_they_used_up() {
    let nurse = specialty(1, 10, &[("ORPHAN", 2), ("RURAL", 3)]);
    assert_eq!(left(FALLS_OPEN, &nurse, vec![]), (10, vec![2, 3]));
    let some = vec![
        taken(Some("ORPHAN"), &["ORPHAN"]),
        // Got in by the claim alone: the reserved place stays.
        taken(None, &["RURAL"]),
    ];
    assert_eq!(left(FALLS_OPEN, &nurse, some), (8, vec![1, 3]));
    // What fell open was taken by anybody: no more is kept than there is.
    let open = (0..7).map(|_| taken(None, &[])).collect();
    assert_eq!(left(FALLS_OPEN, &nurse, open), (3, vec![2, 1]));
    let more = (0..12).map(|_| taken(None, &[])).collect();
    assert_eq!(left(FALLS_OPEN, &nurse, more), (0, vec![0, 0]));
}

#[test]
fn whoever_has_a_place_counts_for_one_minimum_whichever_still_needs_somebody() {
    let nurse = specialty(1, 10, &[("ORPHAN", 1), ("RURAL", 3)]);
    let some = vec![
        taken(None, &["ORPHAN", "RURAL"]),
        taken(None, &["ORPHAN", "RURAL"]),
        taken(None, &["RURAL"]),
        taken(None, &[]),
    ];
    assert_eq!(left(Kind::Minimum, &nurse, some), (6, vec![0, 1]));
}

#[test]
fn who_has_a_place_is_out_and_what_was_declined_is_not_offered_again() {
    let (nurse, welder) = (specialty(1, 1, &[]), specialty(2, 1, &[]));
    let before = Before {
        placed: [Uuid::from_u128(1)].into(),
        refused: [Uuid::from_u128(201)].into(),
        ..Before::default()
    };
    let mut round = Round::new(agreed(FALLS_OPEN), before);
    round.add(
        &nurse,
        vec![wish(1, 1, 5, &[]), wish(2, 1, 4, &[]), wish(3, 1, 3, &[])],
    );
    round.add(&welder, vec![wish(2, 2, 4, &[]), wish(3, 2, 5, &[])]);
    let found = gathered(round);
    assert_eq!(found.wishes.keys().collect::<Vec<_>>(), ["0002", "0003"]);
    assert_eq!(found.wishes["0002"][0].choice, Uuid::from_u128(202));
    let run = allocate(&found.market, agreed(FALLS_OPEN).terms, [0; 32]);
    let run = run.unwrap_or_else(|withheld| unreachable!("{withheld:?}"));
    // The second is left with the welder's; the third gets the nurse's, the best of those who are left.
    assert_eq!(run.placed, [Some(0), Some(0)]);
}

#[test]
fn a_right_that_no_quota_asks_for_is_left_out_and_one_is_proven_where_it_was_found() {
    let (nurse, welder) = (
        specialty(1, 1, &[("ORPHAN", 1)]),
        specialty(2, 1, &[("ORPHAN", 1)]),
    );
    let mut round = Round::new(agreed(FALLS_OPEN), Before::default());
    round.add(&nurse, vec![wish(1, 1, 5, &["ORPHAN", "VETERAN"])]);
    round.add(&welder, vec![wish(1, 2, 5, &[])]);
    let found = gathered(round);
    let applicant = &found.market.applicants()[0];
    assert_eq!(applicant.rights, ["ORPHAN"]);
    assert_eq!(applicant.choices[0].unproven, Vec::<String>::new());
    assert_eq!(applicant.choices[1].unproven, ["ORPHAN"]);
}

#[test]
fn wishes_that_can_t_be_told_apart_are_faults() {
    let nurse = specialty(1, 1, &[]);
    let mut twice = wish(2, 1, 4, &[]);
    twice.number = "0001".into();
    let mut round = Round::new(agreed(FALLS_OPEN), Before::default());
    round.add(&nurse, vec![wish(1, 1, 5, &[])]);
    round.add(&specialty(2, 1, &[]), vec![twice]);
    let faults = round.gathered().err().unwrap_or_default();
    assert_eq!(faults, [("applicant 0001".to_owned(), "DUPLICATE")]);
}

fn offer(state: State) -> Offer {
    let until = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
    Offer {
        id: Uuid::from_u128(1),
        campaign: "college-2026".into(),
        round: 1,
        application: Uuid::from_u128(2),
        choice: Uuid::from_u128(3),
        specialty: Uuid::from_u128(4),
        account: None,
        state,
        until,
        made: Timestamp::UNIX_EPOCH,
        ended: None,
        version: 1,
    }
}

#[test]
fn an_offer_is_answered_until_its_term_ends_and_repeating_an_answer_changes_nothing() {
    let (early, late) = (Timestamp::UNIX_EPOCH, offer(State::Offered).until);
    let over = |state| Err(Refusal::PlaceOfferOver { state });
    let lapsed = || Err(Refusal::PlaceOfferLapsed { until: late });
    for (state, at, accepted, declined) in [
        (State::Offered, early, Ok(Change::Made), Ok(Change::Made)),
        (State::Offered, late, lapsed(), lapsed()),
        (
            State::Accepted,
            late,
            Ok(Change::Nothing),
            over(State::Accepted),
        ),
        (
            State::Declined,
            early,
            over(State::Declined),
            Ok(Change::Nothing),
        ),
        (State::Lapsed, late, lapsed(), lapsed()),
        (
            State::Withdrawn,
            early,
            over(State::Withdrawn),
            over(State::Withdrawn),
        ),
    ] {
        assert_eq!(offer(state).accept(at), accepted, "{state:?}");
        assert_eq!(offer(state).decline(at), declined, "{state:?}");
        let lapses = state == State::Offered && at == late;
        assert_eq!(offer(state).lapse(at) == Change::Made, lapses, "{state:?}");
        let leaves = matches!(state, State::Offered | State::Accepted);
        assert_eq!(
            offer(state).withdraw(at) == Change::Made,
            leaves,
            "{state:?}"
        );
    }
    let words: BTreeSet<&str> = State::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(words.len(), 5);
}
