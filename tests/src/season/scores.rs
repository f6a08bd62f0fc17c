//! Scores come in as a file, with mistakes at first.

use anyhow::ensure;
use base64::Engine;
use serde_json::{Value, json};

use super::actor::Outcome;
use super::cut::Entry;
use super::desk::StageOpen;
use super::ledger::Scored;
use super::people::Person;
use super::stand::Stand;

/// Somebody in a stage, with or without a sitting.
#[derive(Clone)]
pub struct Entrant {
    pub person: Person,
    pub candidate: String,
    /// `None`: was not there, or was sent out.
    pub score: Option<u32>,
    pub sent_out: bool,
}

impl Entrant {
    fn entry(&self) -> Option<Entry> {
        Some(Entry {
            candidate: self.candidate.clone(),
            direction: self.person.planned.direction.to_owned(),
            score: self.score?,
        })
    }
}

pub fn entries(entrants: &[Entrant]) -> Vec<Entry> {
    entrants.iter().filter_map(Entrant::entry).collect()
}

/// A file as the desk makes it: a header and a line for each who is to have one.
struct File {
    lines: Vec<String>,
    sum: u32,
}

impl File {
    fn of(entrants: &[Entrant]) -> Self {
        let line = |it: &Entrant| match it.score {
            Some(score) => format!("{};{score};", it.candidate),
            None => format!("{};;1", it.candidate),
        };
        let told = entrants.iter().filter(|it| !it.sent_out);
        Self {
            lines: told.map(line).collect(),
            sum: entrants.iter().filter_map(|it| it.score).sum(),
        }
    }

    fn request(&self, dry_run: bool) -> Value {
        let csv = format!("candidate_number;score;absent\n{}\n", self.lines.join("\n"));
        json!({
            "csv": base64::engine::general_purpose::STANDARD.encode(csv),
            "rowCount": self.lines.len(), "scoreSum": self.sum.to_string(), "dryRun": dry_run,
        })
    }
}

/// A dry run with mistakes, one without, and the import; nobody but the house sees anything of it.
pub async fn import(stand: &Stand, stage: &StageOpen, entrants: &[Entrant]) -> anyhow::Result<()> {
    let path = format!("/v1/{}/importResults", stage.name);
    let file = File::of(entrants);
    wrong_files(stand, &path, entrants).await?;
    let dry = stand
        .desk
        .carry_out("check scores", &path, file.request(true))
        .await?;
    ensure!(
        dry["problems"].as_array().is_none_or(Vec::is_empty)
            && dry["addedCount"] == file.lines.len(),
        "a right file is right: {dry}"
    );
    let known = results(stand, stage).await?;
    let scored = known
        .iter()
        .filter(|it| it["score"].as_str().is_some_and(|it| !it.is_empty()));
    ensure!(scored.count() == 0, "a dry run changes nothing");

    let done = stand
        .desk
        .carry_out("import scores", &path, file.request(false))
        .await?;
    ensure!(
        done["addedCount"] == file.lines.len(),
        "every row is new: {done}"
    );
    let again = stand
        .desk
        .carry_out("import scores", &path, file.request(false))
        .await?;
    let held = again["unchangedCount"] == file.lines.len();
    stand
        .ledger
        .tried("B5", held, "importing the same file again changed nothing");
    let mut facts = stand.ledger.facts();
    facts.results.extend(entrants.iter().filter_map(|it| {
        Some(Scored {
            stage: stage.name.clone(),
            candidate: it.candidate.clone(),
            score: it.score?,
        })
    }));
    Ok(())
}

/// Numbers of nobody, a line twice, a score off the scale, half a file: all told, nothing taken.
async fn wrong_files(stand: &Stand, path: &str, entrants: &[Entrant]) -> anyhow::Result<()> {
    let Some(one) = entrants.iter().find(|it| it.score.is_some()) else {
        return Ok(());
    };
    let mut wrong = File::of(entrants);
    wrong.lines.push("0000000000;50;".into());
    wrong.lines.push(format!("{};50;", one.candidate));
    wrong.lines[0] = format!("{};104;", one.candidate);
    let mut request = wrong.request(true);
    request["rowCount"] = (wrong.lines.len() + 7).into();
    let told = stand
        .desk
        .carry_out("check scores", path, request.clone())
        .await?;
    let problems = told["problems"].as_array().cloned().unwrap_or_default();
    for reason in [
        "CANDIDATE_UNKNOWN",
        "CANDIDATE_TWICE",
        "SCORE_OFF_SCALE",
        "COUNT_MISMATCH",
    ] {
        ensure!(
            problems.iter().any(|it| it["reason"] == reason),
            "{reason} is told: {told}"
        );
    }
    request["dryRun"] = false.into();
    let refused = stand.desk.post("import scores", path, request).await?;
    refused.refused_for("INVALID_REQUEST")
}

async fn results(stand: &Stand, stage: &StageOpen) -> anyhow::Result<Vec<Value>> {
    let path = format!("/v1/{}/results", stage.name);
    stand.desk.list("read results", &path, "stageResults").await
}
