//! The table at the end: what was done, how often it was refused and why, how long it took; then
//! what must stay true, line by line.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::invariants::Line;
use super::ledger::Ledger;
use super::play::Season;

/// The steps as a table.
pub fn steps(ledger: &Ledger) -> String {
    let mut text = format!(
        "{:<24} {:>6} {:>8} {:>9} {:>9}  why refused\n",
        "step", "done", "refused", "p50", "p95"
    );
    for (name, step) in ledger.steps() {
        let refused: usize = step.refused.values().sum();
        let why: Vec<String> = step
            .refused
            .iter()
            .map(|(reason, count)| format!("{count} {reason}"))
            .collect();
        let _ = writeln!(
            text,
            "{name:<24} {:>6} {refused:>8} {:>9} {:>9}  {}",
            step.done,
            told(step.within(50)),
            told(step.within(95)),
            why.join(", ")
        );
    }
    text
}

/// What became of the people.
pub fn outcome(season: &Season) -> String {
    let facts = season.stand.ledger.facts();
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    for seen in &facts.states {
        last.insert(&seen.application, &seen.state);
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for state in last.values() {
        *counts
            .entry(state.trim_start_matches("STATE_"))
            .or_default() += 1;
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(state, count)| format!("{count} {}", state.to_lowercase().replace('_', " ")))
        .collect();
    let mut text = format!("applications: {}\n", parts.join(", "));
    for stage in &facts.publications {
        let on: usize = stage.published.iter().map(|cut| cut.advancing).sum();
        let what = if stage.last { "chosen" } else { "go on" };
        let _ = writeln!(
            text,
            "stage {}: {} scores, {on} {what}, {} appeals",
            stage.number,
            stage.entries.len(),
            stage.raised.len()
        );
    }
    text
}

/// What must stay true, with what was compared.
pub fn invariants(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let sign = if line.holds() { '✓' } else { '✗' };
        let _ = writeln!(
            text,
            "{sign} {:<3} {} ({})",
            line.id, line.what, line.compared
        );
        for broken in line.broken.iter().take(5) {
            let _ = writeln!(text, "      {broken}");
        }
    }
    text
}

fn told(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}
