//! What a run showed, as a table to read.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use super::history::{History, Outcome};
use super::rules::Rule;
use crate::season::invariants::Line;

/// A run that is over.
pub struct Report {
    pub what: String,
    pub seed: u64,
    pub faults: usize,
    pub took: Duration,
    pub counts: Counts,
    pub rules: Vec<Rule>,
    /// The rules of the seasons that were played meanwhile.
    pub seasons: Vec<Vec<Line>>,
    /// What else is wrong: a season that broke off, a panic in a log, a database that is damaged.
    pub wrong: Vec<String>,
    /// The history, where it was kept.
    pub kept: Option<PathBuf>,
}

#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub acknowledged: usize,
    pub refused: usize,
    pub unknown: usize,
    pub tries: usize,
    /// Answers of 500: each is looked at, none is a violation.
    pub broken: u64,
    pub longest: Duration,
    /// From the first fault to the end of the last one.
    pub hurt_for: Duration,
}

impl Counts {
    pub fn of(history: &History) -> Self {
        let mut counts = Self {
            broken: history.broken(),
            longest: history.longest(),
            ..Self::default()
        };
        let hurts = history.hurts();
        if let (Some(first), Some(last)) = (hurts.first(), hurts.last()) {
            let hurt_for = last.ended_us.saturating_sub(first.began_us);
            counts.hurt_for = Duration::from_micros(hurt_for);
        }
        for call in history.calls() {
            counts.tries += usize::try_from(call.tries).unwrap_or_default();
            match call.outcome {
                Outcome::Done => counts.acknowledged += 1,
                Outcome::Refused(_) => counts.refused += 1,
                Outcome::Unknown => counts.unknown += 1,
            }
        }
        counts
    }
}

impl Report {
    /// Everything that is broken, a line each.
    pub fn violations(&self) -> Vec<String> {
        let mut all = self.wrong.clone();
        for rule in self.rules.iter().filter(|rule| !rule.holds()) {
            all.push(format!("{} {}: {}", rule.id, rule.what, some(&rule.broken)));
        }
        for line in self.seasons.iter().flatten().filter(|line| !line.holds()) {
            all.push(format!("{} {}: {}", line.id, line.what, some(&line.broken)));
        }
        all
    }

    pub fn holds(&self) -> bool {
        self.violations().is_empty()
    }

    /// Whether no rule is broken: a planted bug has to be found by one of them.
    pub fn rules_hold(&self) -> bool {
        self.rules.iter().all(Rule::holds)
    }

    /// Keeps the history where something is broken, in a folder that outlives the run.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn keep(&mut self, history: &History) -> anyhow::Result<()> {
        if !self.holds() {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            let folder = folder.parent().unwrap_or(folder).join("target/faults");
            std::fs::create_dir_all(&folder)?;
            let name = format!("{}-{}.jsonl", std::process::id(), self.seed);
            let file = folder.join(name);
            history.write(&file)?;
            self.kept = Some(file);
        }
        Ok(())
    }

    pub fn text(&self) -> String {
        let mut text = format!(
            "{}: seed {}, {} faults in {:.0} s, {:.0} s in all, {} seasons beside\n",
            self.what,
            self.seed,
            self.faults,
            self.counts.hurt_for.as_secs_f32(),
            self.took.as_secs_f32(),
            self.seasons.len(),
        );
        let counts = &self.counts;
        // A String takes whatever is written to it.
        let _ = writeln!(
            text,
            "{} acknowledged, {} refused, {} left open; {} tries, the longest {:.1} s, {} answered 500",
            counts.acknowledged,
            counts.refused,
            counts.unknown,
            counts.tries,
            counts.longest.as_secs_f32(),
            counts.broken,
        );
        for rule in &self.rules {
            let sign = if rule.holds() { '✓' } else { '✗' };
            let _ = writeln!(
                text,
                "{sign} {:3} {:44} {}",
                rule.id, rule.what, rule.compared
            );
        }
        for violation in self.violations() {
            let _ = writeln!(text, "✗ {violation}");
        }
        if let Some(file) = &self.kept {
            let _ = writeln!(text, "the history is in {}", file.display());
        }
        text
    }
}

/// The first few: a broken rule tends to be broken often.
fn some(broken: &[String]) -> String {
    let mut told = broken
        .iter()
        .take(5)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    if broken.len() > 5 {
        let _ = write!(told, "; and {} more", broken.len() - 5);
    }
    told
}
