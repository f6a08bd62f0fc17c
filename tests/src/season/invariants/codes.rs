//! Promo codes: P1, P3, P4, P5.

use std::collections::{BTreeMap, BTreeSet};

use super::Line;
use super::reads::{Reads, text};
use crate::season::ledger::Facts;

pub fn lines(facts: &Facts, reads: &Reads) -> Vec<Line> {
    vec![
        one_each(facts, reads),
        issued_to_that_person(facts),
        none_unaccounted(facts, reads),
        never_lost(facts, reads),
    ]
}

fn one_each(facts: &Facts, reads: &Reads) -> Line {
    let mut seen = BTreeSet::new();
    let mut broken = Vec::new();
    for (person, codes) in &reads.codes {
        if codes.len() > 1 {
            broken.push(format!("person {person} has {} codes", codes.len()));
        }
        let again = codes
            .iter()
            .filter(|it| !seen.insert(text(&it["code"])))
            .count();
        if again > 0 {
            broken.push(format!("person {person} has somebody else's code"));
        }
    }
    for told in &facts.codes {
        let mut own = reads.codes.get(&told.person).into_iter().flatten();
        if !own.any(|it| it["name"] == told.name.as_str() && it["code"] == told.code.as_str()) {
            broken.push(format!("{} is not its owner's", told.name));
        }
    }
    let compared = format!("{} codes of {} people", seen.len(), reads.codes.len());
    Line::new(
        "P1",
        "one person a code, one code a person",
        compared,
        broken,
    )
}

fn issued_to_that_person(facts: &Facts) -> Line {
    let owners: BTreeMap<&str, usize> = facts
        .codes
        .iter()
        .map(|it| (it.code.as_str(), it.person))
        .collect();
    let strange = facts
        .redemptions
        .iter()
        .filter(|it| owners.get(it.code.as_str()) != Some(&it.person));
    let strange = strange.map(|it| format!("{} took a code of somebody else", it.redemption));
    let tried = facts
        .trials
        .iter()
        .filter(|it| it.invariant == "P3" && !it.held);
    let broken = strange.chain(tried.map(|it| it.what.clone())).collect();
    let compared = format!(
        "{} redemptions with {} codes",
        facts.redemptions.len(),
        owners.len()
    );
    Line::new(
        "P3",
        "a redeemed code was issued to that person",
        compared,
        broken,
    )
}

fn none_unaccounted(facts: &Facts, reads: &Reads) -> Line {
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for code in reads.codes.values().flatten() {
        let state = text(&code["state"]).replace("STATE_", "").to_lowercase();
        *states.entry(state).or_default() += 1;
    }
    let total: usize = states.values().sum();
    let mut broken = Vec::new();
    if total != facts.codes.len() {
        broken.push(format!(
            "{} were issued, {total} are there",
            facts.codes.len()
        ));
    }
    let parts: Vec<String> = states
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let compared = format!("{} issued = {}", facts.codes.len(), parts.join(" + "));
    Line::new("P4", "every issued code is in one state", compared, broken)
}

fn never_lost(facts: &Facts, reads: &Reads) -> Line {
    let lost = facts.redemptions.iter().filter_map(|told| {
        let expected = if told.reported {
            "STATE_RESULT_RECEIVED"
        } else {
            "STATE_REDEEMED"
        };
        let mut own = reads.codes.get(&told.person).into_iter().flatten();
        let code = own.find(|it| it["code"] == told.code.as_str());
        let is = code.map(|it| text(&it["state"])).unwrap_or_default();
        (is != expected).then(|| format!("{}: told {expected}, is {is:?}", told.redemption))
    });
    let compared = format!("{} redemptions with their codes", facts.redemptions.len());
    Line::new(
        "P5",
        "an acknowledged redemption is never lost",
        compared,
        lost.collect(),
    )
}
