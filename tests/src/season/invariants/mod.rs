//! What must stay true: the suite, read back through what is open to everybody, held against what
//! it had acknowledged. Each rule has the number that the design gives it.
//!
//! [`reads`] fetches; [`seats`], [`codes`], [`papers`] and [`results`] compare and touch nothing.

pub mod codes;
pub mod papers;
pub mod reads;
pub mod results;
pub mod seats;

use super::ledger::Facts;
use super::play::Season;
pub use reads::Reads;

/// One rule and how it stands.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: &'static str,
    pub what: &'static str,
    /// What was held against what.
    pub compared: String,
    /// Empty: it holds.
    pub broken: Vec<String>,
}

impl Line {
    pub fn new(
        id: &'static str,
        what: &'static str,
        compared: String,
        broken: Vec<String>,
    ) -> Self {
        Self {
            id,
            what,
            compared,
            broken,
        }
    }

    pub fn holds(&self) -> bool {
        self.broken.is_empty()
    }
}

/// Reads the suite back and says how every rule stands.
pub async fn check(season: &Season) -> anyhow::Result<Vec<Line>> {
    let reads = Reads::of(season).await?;
    let facts = season.stand.ledger.facts().clone();
    Ok(lines(&facts, &reads))
}

/// How every rule stands by what was acknowledged and what was read.
pub fn lines(facts: &Facts, reads: &Reads) -> Vec<Line> {
    let mut lines = seats::lines(facts, reads);
    lines.extend(codes::lines(facts, reads));
    lines.extend(papers::lines(facts, reads));
    lines.extend(results::lines(facts, reads));
    for (id, what) in TRIED {
        lines.push(tried(facts, id, what));
    }
    if facts.trials.iter().any(|it| it.invariant == "R3") {
        lines.push(tried(facts, "R3", "nothing is seen before its publication"));
    }
    lines.sort_by_key(|line| order(line.id));
    lines
}

/// Rules that only show while people act: each was tried on purpose.
const TRIED: [(&str, &str); 8] = [
    (
        "B5",
        "one request id is one effect, and the same answer again",
    ),
    ("P2", "a code is redeemed once"),
    ("Q2", "no save is lost to another"),
    ("R1", "a claim has one holder"),
    ("R2", "a decision is not made twice"),
    ("I1", "an IIN has one account"),
    ("I2", "an ended session is refused"),
    ("I3", "a reused refresh token ends its session"),
];

/// How a rule stands that was tried on purpose.
pub fn tried(facts: &Facts, id: &'static str, what: &'static str) -> Line {
    let of_rule: Vec<_> = facts
        .trials
        .iter()
        .filter(|it| it.invariant == id)
        .collect();
    let broken = of_rule
        .iter()
        .filter(|it| !it.held)
        .map(|it| it.what.clone());
    let mut broken: Vec<String> = broken.collect();
    if of_rule.is_empty() {
        broken.push("nobody tried it".into());
    }
    Line::new(
        id,
        what,
        format!("{} times tried on purpose", of_rule.len()),
        broken,
    )
}

/// Bookings, codes, applications, review, selection, events, identity, audit.
fn order(id: &str) -> (usize, &str) {
    let letter = id.get(..1).unwrap_or_default();
    ("BPQRSNIA".find(letter).unwrap_or(9), id)
}
