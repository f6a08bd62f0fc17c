//! The cut of a stage: who goes on. Rank inside the direction, the score of the last place, and
//! everyone with that score or better.
//!
//! With the tie policy `Break` there are no more than the places: scores of earlier stages decide
//! between equals, and after them the commission.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::score::Score;

/// Who goes on, as the stage's data say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub places: Places,
    pub scope: Scope,
    pub ties: Ties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Places {
    /// An exact share of those who have a score, rounded up.
    Share { numerator: u32, denominator: u32 },
    /// So many, and so many in the directions that are named.
    Number {
        places: u32,
        quotas: BTreeMap<String, u32>,
    },
    /// Everybody with this score or better.
    Threshold(Score),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    Direction,
    All,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ties {
    Include,
    /// Numbers of the earlier stages that decide, the most important first.
    Break(Vec<i32>),
}

/// Somebody with a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competitor {
    /// The candidate's number.
    pub number: String,
    pub direction: String,
    pub score: Score,
    /// Scores of the stages that break ties, in their order; none counts as the worst.
    pub earlier: Vec<Option<Score>>,
}

/// The cut among those who compete with each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Empty where all compete with all.
    pub direction: String,
    pub competitors: usize,
    pub places: usize,
    /// What had to be reached; none where nobody can.
    pub score: Option<Score>,
    pub advancing: usize,
    pub tied_at_cut: usize,
    /// Those between whom the commission has to choose.
    pub undecided: Vec<String>,
    pub undecided_places: usize,
}

impl Cut {
    pub fn fewer_than_places(&self) -> bool {
        self.competitors < self.places
    }
}

/// One person's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which of the cuts it is measured by.
    pub cut: usize,
    /// From 1; equal scores have the same.
    pub rank: usize,
    pub advances: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub cuts: Vec<Cut>,
    /// By candidate's number.
    pub standings: BTreeMap<String, Standing>,
}

/// The cut. `chosen` are those whom the commission chose; only those among whom it has to choose
/// count.
pub fn decide(rule: &Rule, competitors: &[Competitor], chosen: &BTreeSet<String>) -> Outcome {
    let mut outcome = Outcome::default();
    for (direction, mut group) in groups(rule, competitors) {
        group.sort_by(|a, b| order(a).cmp(&order(b)));
        let (cut, advancing) = decide_group(rule, &direction, &group, chosen);
        let index = outcome.cuts.len();
        for person in &group {
            let better = group.iter().take_while(|it| it.score > person.score);
            let standing = Standing {
                cut: index,
                rank: better.count() + 1,
                advances: advancing.contains(person.number.as_str()),
            };
            outcome.standings.insert(person.number.clone(), standing);
        }
        outcome.cuts.push(cut);
    }
    outcome
}

/// The best first; numbers only make the order the same each time, they decide nothing.
fn order(person: &Competitor) -> (Reverse<Score>, Reverse<&[Option<Score>]>, &str) {
    let earlier = Reverse(person.earlier.as_slice());
    (Reverse(person.score), earlier, &person.number)
}

/// Who competes with whom. A direction with a quota and without anybody is there too: it says so.
fn groups<'a>(rule: &Rule, competitors: &'a [Competitor]) -> BTreeMap<String, Vec<&'a Competitor>> {
    let mut groups: BTreeMap<String, Vec<&Competitor>> = BTreeMap::new();
    match (rule.scope, &rule.places) {
        (Scope::All, _) => drop(groups.insert(String::new(), Vec::new())),
        (Scope::Direction, Places::Number { quotas, .. }) => {
            groups.extend(quotas.keys().map(|name| (name.clone(), Vec::new())));
        }
        (Scope::Direction, _) => {}
    }
    for person in competitors {
        let direction = match rule.scope {
            Scope::Direction => person.direction.clone(),
            Scope::All => String::new(),
        };
        groups.entry(direction).or_default().push(person);
    }
    groups
}

fn places(rule: &Rule, direction: &str, group: &[&Competitor]) -> usize {
    let size = |places: u32| usize::try_from(places).unwrap_or(usize::MAX);
    match &rule.places {
        Places::Share {
            numerator,
            denominator,
        } => {
            let share = group.len() as u128 * u128::from(*numerator);
            usize::try_from(share.div_ceil(u128::from(*denominator).max(1))).unwrap_or(usize::MAX)
        }
        Places::Number { places, quotas } => {
            let own = quotas
                .get(direction)
                .filter(|_| rule.scope == Scope::Direction);
            size(*own.unwrap_or(places))
        }
        Places::Threshold(least) => group.iter().filter(|it| it.score >= *least).count(),
    }
}

fn decide_group<'a>(
    rule: &Rule,
    direction: &str,
    group: &[&'a Competitor],
    chosen: &BTreeSet<String>,
) -> (Cut, BTreeSet<&'a str>) {
    let places = places(rule, direction, group);
    let mut cut = Cut {
        direction: direction.to_owned(),
        competitors: group.len(),
        places,
        score: None,
        advancing: 0,
        tied_at_cut: 0,
        undecided: Vec::new(),
        undecided_places: 0,
    };
    cut.score = match rule.places {
        Places::Threshold(least) => Some(least),
        _ if places == 0 => None,
        // With fewer people than places the last of them has the last place.
        _ => group
            .get(places.min(group.len()).wrapping_sub(1))
            .map(|it| it.score),
    };
    let Some(line) = cut.score else {
        return (cut, BTreeSet::new());
    };
    let tied: Vec<&Competitor> = group
        .iter()
        .copied()
        .filter(|it| it.score == line)
        .collect();
    let above = group.iter().filter(|it| it.score > line);
    let mut advancing: BTreeSet<&str> = above.map(|it| it.number.as_str()).collect();
    cut.tied_at_cut = tied.len();
    let left = places.saturating_sub(advancing.len());
    let breaks =
        matches!(rule.ties, Ties::Break(_)) && !matches!(rule.places, Places::Threshold(_));
    if !breaks || tied.len() <= left {
        advancing.extend(tied.iter().map(|it| it.number.as_str()));
    } else {
        break_tie(&mut cut, &tied, left, &mut advancing, chosen);
    }
    cut.advancing = advancing.len();
    (cut, advancing)
}

/// More are equal than places are left, one at least: scores of earlier stages decide, and after
/// them the commission.
fn break_tie<'a>(
    cut: &mut Cut,
    tied: &[&'a Competitor],
    left: usize,
    advancing: &mut BTreeSet<&'a str>,
    chosen: &BTreeSet<String>,
) {
    let Some(last) = left.checked_sub(1).and_then(|at| tied.get(at)) else {
        return;
    };
    // The group is sorted by earlier scores inside equal ones, so `tied` is too.
    let better: Vec<_> = tied.iter().filter(|it| it.earlier > last.earlier).collect();
    let equal: Vec<_> = tied
        .iter()
        .filter(|it| it.earlier == last.earlier)
        .collect();
    advancing.extend(better.iter().map(|it| it.number.as_str()));
    let left = left - better.len();
    if equal.len() <= left {
        advancing.extend(equal.iter().map(|it| it.number.as_str()));
        return;
    }
    cut.undecided = equal.iter().map(|it| it.number.clone()).collect();
    cut.undecided_places = left;
    let named = equal.iter().map(|it| it.number.as_str());
    advancing.extend(named.filter(|number| chosen.contains(*number)));
}

/// What is wrong with the choice of the commission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Good,
    /// Nobody was chosen where somebody has to be.
    Missing {
        cut: usize,
    },
    /// More or fewer than there are places.
    Miscounted,
}

/// Whether in each direction as many were chosen as there are places.
pub fn weigh(outcome: &Outcome, chosen: &BTreeSet<String>) -> Choice {
    for (index, cut) in outcome.cuts.iter().enumerate() {
        let named = cut
            .undecided
            .iter()
            .filter(|it| chosen.contains(*it))
            .count();
        if named != cut.undecided_places {
            return match named {
                0 => Choice::Missing { cut: index },
                _ => Choice::Miscounted,
            };
        }
    }
    Choice::Good
}

/// Whether the commission has to choose whether this one advances.
pub fn is_undecided(outcome: &Outcome, number: &str) -> bool {
    let mut undecided = outcome.cuts.iter().flat_map(|cut| &cut.undecided);
    undecided.any(|it| it == number)
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
