//! Small markets of every sort for the tests, drawn from a number: the same number, the same market.

use std::collections::BTreeSet;

use super::market::{Applicant, Choice, Claim, Market, Specialty};
use super::plan::{Kind, Order, Plan, Quota, ShareRounding, Size, Unfilled};
use crate::domain::score::Score;

/// Numbers that look like chance (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % end
    }

    pub fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }

    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.index(at + 1));
        }
    }
}

pub const RIGHTS: [&str; 3] = ["disability", "orphan", "rural"];

pub fn rights() -> BTreeSet<String> {
    RIGHTS.iter().map(ToString::to_string).collect()
}

/// A plan of so many places with up to three quotas of any kind.
pub fn plan(dice: &mut Dice, places: u32) -> Plan {
    let mut quotas = Vec::new();
    let mut left = places;
    let mut codes = RIGHTS;
    dice.shuffle(&mut codes);
    for code in &codes[..dice.index(4)] {
        let size = u32::try_from(dice.below(u64::from(left) + 1)).unwrap();
        left -= size;
        quotas.push(Quota {
            code: code.to_string(),
            kind: match dice.below(4) {
                0 => Kind::Reserved(Unfilled::FallOpen),
                1 => Kind::Reserved(Unfilled::StayEmpty),
                _ => Kind::Minimum,
            },
            // As a share, now and then, that comes to the same.
            size: match dice.below(2) {
                0 => Size::Places(size),
                _ => Size::Share {
                    numerator: size,
                    denominator: places.max(1),
                    rounding: ShareRounding::Up,
                },
            },
        });
    }
    let order = match dice.below(2) {
        0 => Order::ReservedFirst,
        _ => Order::OpenFirst,
    };
    Plan {
        places,
        quotas,
        order,
    }
}

/// The parts of a market: up to three specialties with few places and up to so many applicants, some with
/// equal claims, some without a rank, some with several rights. Every other one is tight: a single place
/// here and there, and everybody wants everything, so that there is more than one way to be stable.
pub fn parts(dice: &mut Dice, most_applicants: usize) -> (Vec<Specialty>, Vec<Applicant>) {
    let tight = dice.below(2) == 0;
    let number = if tight { 3 } else { 1 + dice.index(3) };
    let specialties: Vec<Specialty> = (0..number)
        .map(|at| {
            let places = if tight {
                1 + dice.below(6) / 5
            } else {
                dice.below(4)
            };
            Specialty {
                code: format!("S{at}"),
                plan: plan(dice, u32::try_from(places).unwrap()),
            }
        })
        .collect();
    let people = if tight {
        most_applicants
    } else {
        1 + dice.index(most_applicants)
    };
    let scores: Vec<Vec<i64>> = (0..specialties.len())
        .map(|_| (0..people).map(|_| score(dice, tight)).collect())
        .collect();
    let applicants = (0..people).map(|at| {
        let mut wishes: Vec<usize> = (0..specialties.len()).collect();
        dice.shuffle(&mut wishes);
        let wanted = if tight {
            3
        } else {
            1 + dice.index(specialties.len())
        };
        wishes.truncate(wanted);
        let held = RIGHTS.iter().filter(|_| dice.below(3) == 0);
        let rights: Vec<String> = held.map(ToString::to_string).collect();
        let choices = wishes.into_iter().map(|specialty| {
            let unproven = rights.iter().filter(|_| dice.below(5) == 0);
            Choice {
                unproven: unproven.cloned().collect(),
                ..choice(specialty, at, &scores[specialty])
            }
        });
        Applicant {
            number: format!("{at:04}"),
            choices: choices.collect(),
            rights,
        }
    });
    let applicants = applicants.collect();
    (specialties, applicants)
}

fn score(dice: &mut Dice, tight: bool) -> i64 {
    let score = if tight {
        1 + dice.below(40)
    } else {
        dice.below(5)
    };
    i64::try_from(score).unwrap()
}

/// Who scored nothing has no rank.
fn choice(specialty: usize, own: usize, scores: &[i64]) -> Choice {
    let better = scores.iter().filter(|it| **it > scores[own]).count();
    Choice {
        specialty: u32::try_from(specialty).unwrap(),
        claim: (scores[own] > 0).then(|| Claim {
            rank: u32::try_from(better + 1).unwrap(),
            score: Score(scores[own] * 10_000),
        }),
        unproven: vec![],
    }
}

pub fn market(dice: &mut Dice, most_applicants: usize) -> Market {
    let (specialties, applicants) = parts(dice, most_applicants);
    Market::new(rights(), specialties, applicants).unwrap()
}
