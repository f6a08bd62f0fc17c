//! Sessions: an ended one is refused, an open one is not.

use super::{Evidence, Rule};
use crate::faults::history::{Call, Hurt};
use crate::faults::schedule::CLOCK;
use crate::faults::sessions::{AFTER_END, REFRESH, WHILE_OPEN};

pub fn rules(evidence: &Evidence<'_>) -> Vec<Rule> {
    vec![ended(evidence), open(evidence)]
}

fn ended(evidence: &Evidence<'_>) -> Rule {
    let reads: Vec<&Call> = (evidence.calls.iter())
        .filter(|it| it.kind == AFTER_END)
        .collect();
    let broken = reads.iter().filter(|it| it.is_done());
    let broken = broken.map(|it| format!("{} read at {} µs", it.who, it.began_us));
    Rule::new(
        "I2",
        "an ended session is refused after 5 s",
        reads.len(),
        broken.collect(),
    )
}

/// Tokens live a minute between services: an instance whose clock is ten minutes off knows nobody.
fn open(evidence: &Evidence<'_>) -> Rule {
    let asked: Vec<&Call> = (evidence.calls.iter())
        .filter(|it| [WHILE_OPEN, REFRESH].contains(&it.kind))
        .filter(|it| !evidence.hurts.iter().any(|hurt| blurs(hurt, it)))
        .collect();
    let refused =
        |it: &&&Call| !it.is_done() && it.outcome != crate::faults::history::Outcome::Unknown;
    let broken = asked.iter().filter(refused);
    let broken = broken.map(|it| format!("{} {}: {:?}", it.who, it.kind, it.outcome));
    Rule::new(
        "I3",
        "a lost answer to a refresh costs no session",
        asked.len(),
        broken.collect(),
    )
}

fn blurs(hurt: &Hurt, call: &Call) -> bool {
    hurt.what.starts_with(CLOCK)
        && hurt.began_us < call.ended_us
        && call.began_us < hurt.ended_us.saturating_add(5_000_000)
}
