//! What must stay true of an admission, held against what was read and told.

use std::collections::BTreeMap;

use super::places::{self, Told, Wish};
use super::ranking::{self, Ranked};
use super::{Played, apply, board, decide, exams, log};
use crate::season::invariants::{Line, tried};

/// Rules that only show while people act: each was tried on purpose.
const TRIED: [(&str, &str); 8] = [
    (
        "B5",
        "one request id is one effect, and the same answer again",
    ),
    (
        board::SIGNED,
        "only a signature of these bytes by this college does anything, once",
    ),
    (
        apply::NUMBERED,
        "one number an application, one choice a wish",
    ),
    (
        decide::FOLDERS,
        "a choice is answered once, by its own college",
    ),
    (
        exams::GRADED,
        "a graded exam and a closed competition stay as they are",
    ),
    (
        ranking::RANKED,
        "ranks follow from marks, points and formula alone",
    ),
    (
        places::RUN,
        "a run replays, and is published once for its round",
    ),
    (
        places::ANSWERED,
        "results are seen from their time on, offers answered once",
    ),
];

/// What was read of an admission.
#[derive(Debug, Clone)]
pub struct Reads {
    pub ranked: Vec<Ranked>,
    pub told: Vec<Told>,
    pub taken: Vec<(String, String)>,
    pub entries: Vec<log::Entry>,
}

impl Reads {
    pub fn of(played: &Played) -> Self {
        Self {
            ranked: played.ranked.clone(),
            told: played.rounds.told.clone(),
            taken: played.rounds.taken.clone(),
            entries: played.entries.clone(),
        }
    }
}

pub fn check(played: &Played) -> Vec<Line> {
    let facts = played.stand.ledger.facts().clone();
    let mut lines = lines(&Reads::of(played));
    lines.extend(TRIED.into_iter().map(|(id, what)| tried(&facts, id, what)));
    lines
}

/// What shows in what was read alone.
pub fn lines(reads: &Reads) -> Vec<Line> {
    vec![
        not_over(reads),
        one_each(reads),
        nobody_passed_over(reads),
        told_by_rank(reads),
        chained(reads),
    ]
}

fn not_over(reads: &Reads) -> Line {
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, specialty) in &reads.taken {
        *taken.entry(specialty).or_default() += 1;
    }
    let over = reads.ranked.iter().filter_map(|it| {
        let count = taken
            .get(it.specialty.as_str())
            .copied()
            .unwrap_or_default();
        (count > it.places).then(|| format!("{}: {count} of {}", it.specialty, it.places))
    });
    let compared = format!(
        "{} specialties with {} replies",
        reads.ranked.len(),
        reads.taken.len()
    );
    Line::new("K8", "no place is given twice", compared, over.collect())
}

fn one_each(reads: &Reads) -> Line {
    let admitted = |it: &Told| {
        it.wishes
            .iter()
            .filter(|wish| wish.outcome == "OUTCOME_ADMITTED")
            .count()
    };
    let twice = reads.told.iter().filter(|it| admitted(it) > 1);
    let broken = twice.map(|it| format!("{} has {}", it.number, admitted(it)));
    let compared = format!("{} people with their results", reads.told.len());
    Line::new("K9", "one place a person", compared, broken.collect())
}

/// Of those without a benefit: whoever liked a specialty better than what they got stands behind everybody
/// who got in there without one.
fn nobody_passed_over(reads: &Reads) -> Line {
    let mut broken = Vec::new();
    let mut compared = 0;
    for ranked in &reads.ranked {
        let rank = |number: &str| ranked.lines.iter().find(|it| it.number == number);
        let outcome = |it: &Told| {
            let wish = it
                .wishes
                .iter()
                .find(|wish| wish.specialty == ranked.specialty)?;
            let line = rank(&it.number).filter(|line| !line.has_benefit)?;
            Some((wish.outcome.clone(), line.rank))
        };
        let all: Vec<(&str, (String, usize))> = reads
            .told
            .iter()
            .filter_map(|it| Some((it.number.as_str(), outcome(it)?)))
            .collect();
        let admitted = all
            .iter()
            .filter(|(_, (outcome, _))| outcome == "OUTCOME_ADMITTED");
        let last = admitted
            .map(|(_, (_, rank))| *rank)
            .max()
            .unwrap_or_default();
        for (number, (outcome, rank)) in &all {
            compared += 1;
            if outcome == "OUTCOME_BEHIND" && *rank < last {
                broken.push(format!(
                    "{number} with rank {rank} at {}: {last} got in",
                    ranked.specialty
                ));
            }
        }
    }
    let what = "nobody with a better claim is passed over";
    Line::new(
        "K10",
        what,
        format!("{compared} wishes with the ranks of those who got in"),
        broken,
    )
}

/// What people are told of their rank is what the rating says.
fn told_by_rank(reads: &Reads) -> Line {
    let mut broken = Vec::new();
    let mut compared = 0;
    for told in &reads.told {
        // Of a wish that was not needed, nobody is told how it would have gone.
        let needed = |it: &&Wish| it.outcome != "OUTCOME_NOT_NEEDED";
        for wish in told.wishes.iter().filter(needed) {
            let ranked = reads
                .ranked
                .iter()
                .find(|it| it.specialty == wish.specialty);
            let line =
                ranked.and_then(|it| it.lines.iter().find(|line| line.number == told.number));
            compared += 1;
            if line.map(|it| it.rank) != Some(wish.rank) {
                broken.push(format!(
                    "{} was told rank {} at {}",
                    told.number, wish.rank, wish.specialty
                ));
            }
        }
    }
    let what = "people are told the rank that the rating has";
    Line::new(
        "K11",
        what,
        format!("{compared} wishes with their ratings"),
        broken,
    )
}

fn chained(reads: &Reads) -> Line {
    let mut broken = log::broken(&reads.entries);
    if reads.entries.is_empty() {
        broken.push("nothing was signed".into());
    }
    let compared = format!("{} rows with their hashes", reads.entries.len());
    Line::new("A2", "the log of signed acts is whole", compared, broken)
}
