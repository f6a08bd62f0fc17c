//! Everybody of a specialty by rank: the current rating. Equal claims have equal ranks, and the next one
//! is as many below as there were equals.

use std::collections::BTreeMap;

use super::formula::Formula;
use super::reckoning::{Missing, Reckoning, Record, reckon};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The version of the formula that it was made with.
    pub formula: u32,
    /// The best first; equals by number, which decides nothing.
    pub ranked: Vec<Ranked>,
    /// By number: those who can't be ranked, with the reasons.
    pub unranked: BTreeMap<String, Vec<Missing>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    pub number: String,
    /// From 1.
    pub rank: u32,
    pub reckoning: Reckoning,
    pub behind: Behind,
}

/// What puts somebody behind the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// Nobody is before.
    Nobody,
    /// Fewer points.
    Points,
    /// As many points; one of the formula's ties, by its place in the list.
    Tie(usize),
    /// Nothing: the claims are equal, and so are the ranks.
    Equal,
}

/// The rating of everybody who applied, by their numbers.
pub fn rate(formula: &Formula, applicants: &BTreeMap<String, Record>) -> Rating {
    let (mut claims, mut unranked) = (Vec::new(), BTreeMap::new());
    for (number, record) in applicants {
        match reckon(formula, record) {
            Ok(reckoning) => claims.push((number, reckoning)),
            Err(missing) => drop(unranked.insert(number.clone(), missing)),
        }
    }
    // Numbers come in order, and the sort keeps it among equals.
    claims.sort_by(|(_, a), (_, b)| b.claim().cmp(&a.claim()));
    let mut ranked: Vec<Ranked> = Vec::with_capacity(claims.len());
    for (place, (number, reckoning)) in (1..).zip(claims) {
        let before = ranked.last();
        let behind = before.map_or(Behind::Nobody, |it| behind(&it.reckoning, &reckoning));
        ranked.push(Ranked {
            number: number.clone(),
            rank: match (behind, before) {
                (Behind::Equal, Some(before)) => before.rank,
                _ => place,
            },
            reckoning,
            behind,
        });
    }
    Rating {
        formula: formula.version,
        ranked,
        unranked,
    }
}

fn behind(before: &Reckoning, this: &Reckoning) -> Behind {
    if before.points != this.points {
        return Behind::Points;
    }
    let differs = before.ties.iter().zip(&this.ties).position(|(a, b)| a != b);
    differs.map_or(Behind::Equal, Behind::Tie)
}
