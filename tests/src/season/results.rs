//! Scores come in as a file, with mistakes at first; the cut is previewed and published.

use anyhow::{Context, ensure};
use base64::Engine;
use serde_json::{Value, json};

use super::actor::Outcome;
use super::cut::{Cut, Entry, Rule};
use super::desk::StageOpen;
use super::ledger::{Published, Scored};
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

/// Shows what would come of it, publishes exactly that, and can't publish again.
pub async fn publish(
    stand: &Stand,
    stage: &StageOpen,
    rule: &Rule,
    entrants: &[Entrant],
) -> anyhow::Result<()> {
    nobody_sees_it_yet(stand, stage, entrants).await?;
    let path = format!("/v1/{}/cutPreview", stage.name);
    let preview = stand.manager.read("preview cut", &path).await?;
    let path = format!("/v1/{}/publishResults", stage.name);
    let stale = json!({"inputHash": "0".repeat(64)});
    stand
        .manager
        .post("publish results", &path, stale)
        .await?
        .refused_for("INPUT_CHANGED")?;
    let chosen = choice(&preview);
    if !chosen.is_empty() {
        let none = json!({"inputHash": preview["inputHash"]});
        let refused = stand.manager.post("publish results", &path, none).await?;
        refused.refused_for("TIES_UNDECIDED")?;
    }
    let request = json!({"inputHash": preview["inputHash"], "chosenCandidates": chosen});
    // Two managers press the button at the same time.
    let (one, two) = tokio::join!(
        stand
            .manager
            .post("publish results", &path, request.clone()),
        stand.manager.post("publish results", &path, request),
    );
    let (one, two) = (one?, two?);
    let (first, second) = if one.is_done() {
        (one, two)
    } else {
        (two, one)
    };
    let held = first.is_done() && second.refused_for("STAGE_PUBLISHED").is_ok();
    stand.ledger.tried("R2", held, "results are published once");
    let published = first.done()?;
    stand.ledger.facts().publications.push(Published {
        stage: stage.name.clone(),
        number: stage.number,
        last: stage.last,
        rule: rule.clone(),
        entries: entries(entrants),
        previewed: told(&preview),
        published: told(&published),
        raised: Default::default(),
    });
    Ok(())
}

/// Among those whom the rule can't tell apart, the commission takes the first ones.
fn choice(preview: &Value) -> Vec<Value> {
    let cuts = preview["cuts"].as_array().into_iter().flatten();
    let of_cut = |cut: &Value| {
        let places = usize::try_from(cut["undecidedPlaces"].as_u64().unwrap_or_default());
        let tied = cut["undecidedCandidates"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        tied.into_iter()
            .take(places.unwrap_or_default())
            .collect::<Vec<_>>()
    };
    cuts.flat_map(of_cut).collect()
}

/// The cuts as the suite tells them; directions in which nobody competes are not worth a line.
fn told(of: &Value) -> Vec<Cut> {
    let cuts = of["cuts"].as_array().into_iter().flatten();
    let count =
        |value: &Value| usize::try_from(value.as_u64().unwrap_or_default()).unwrap_or_default();
    let mut cuts: Vec<Cut> = cuts
        .map(|cut| Cut {
            direction: cut["direction"].as_str().unwrap_or_default().to_owned(),
            competitors: count(&cut["competitors"]),
            score: points(&cut["cutScore"]),
            advancing: count(&cut["advancing"]),
        })
        .filter(|cut| cut.competitors > 0)
        .collect();
    cuts.sort_by(|one, two| one.direction.cmp(&two.direction));
    cuts
}

/// A whole number of points, written as a decimal.
pub fn points(score: &Value) -> Option<u32> {
    let text = score.as_str()?;
    text.split('.').next()?.parse().ok()
}

/// Before the publication a person finds nothing, and there is no list.
async fn nobody_sees_it_yet(
    stand: &Stand,
    stage: &StageOpen,
    entrants: &[Entrant],
) -> anyhow::Result<()> {
    let somebody = entrants.first().context("nobody takes part")?;
    let path = format!("/v1/{}/results", stage.name);
    let own = somebody
        .person
        .actor
        .list("read own result", &path, "stageResults")
        .await?;
    stand.ledger.tried(
        "R3",
        own.is_empty(),
        "no result was seen before its publication",
    );
    let path = format!("/v1/{}/admitted", stage.name);
    let list = somebody.person.actor.get("read list", &path).await?;
    let held = list.refused_for("RESULTS_NOT_PUBLISHED").is_ok();
    stand
        .ledger
        .tried("R3", held, "no list was seen before its publication");
    Ok(())
}

/// What a person reads of the stage.
pub async fn result_of(stage: &StageOpen, person: &Person) -> anyhow::Result<Value> {
    let path = format!("/v1/{}/results", stage.name);
    let mut own = person
        .actor
        .list("read own result", &path, "stageResults")
        .await?;
    ensure!(own.len() == 1, "one result a stage: {own:?}");
    own.pop().context("a result")
}

/// Files an appeal; some ask in vain.
pub async fn appeal(stand: &Stand, person: &Person, result: &Value) -> anyhow::Result<String> {
    let name = result["name"].as_str().context("a result without a name")?;
    let path = format!("/v1/{name}/fileAppeal");
    let text = json!({"text": "12-тапсырманың бағасымен келіспеймін"});
    let filed = person
        .actor
        .carry_out("file appeal", &path, text.clone())
        .await?;
    let again = person.actor.post("file appeal", &path, text).await?;
    let held = again.refused_for("APPEAL_EXISTS").is_ok();
    stand
        .ledger
        .tried("B5", held, "a second appeal against a result was refused");
    let filed = filed["name"].as_str().context("an appeal without a name")?;
    Ok(filed.to_owned())
}

/// The commission gives points to every other one, and all learn of it together.
pub async fn decide_appeals(
    stand: &Stand,
    stage: &StageOpen,
    appeals: &[(Entrant, String)],
) -> anyhow::Result<()> {
    for (at, (entrant, appeal)) in appeals.iter().enumerate() {
        let room = 100 - entrant.score.unwrap_or(100);
        let raise = if at % 2 == 0 { room.min(10) } else { 0 };
        let decision = if raise > 0 {
            json!({"decision": "DECISION_GRANTED", "scoreDelta": raise.to_string(), "note": "12-тапсырма қайта бағаланды"})
        } else {
            json!({"decision": "DECISION_REJECTED", "note": "Баға дұрыс қойылған"})
        };
        let path = format!("/v1/{appeal}/decide");
        stand
            .manager
            .carry_out("decide appeal", &path, decision)
            .await?;
        let seen = entrant
            .person
            .actor
            .read("read appeal", &format!("/v1/{appeal}"))
            .await?;
        let held = seen["decision"]
            .as_str()
            .is_none_or(|it| it == "DECISION_UNSPECIFIED");
        stand.ledger.tried(
            "R3",
            held,
            "no decision on an appeal was seen before its publication",
        );
        let mut facts = stand.ledger.facts();
        let published = facts
            .publications
            .iter_mut()
            .find(|it| it.stage == stage.name);
        let published = published.context("a publication")?;
        published.raised.insert(entrant.candidate.clone(), raise);
    }
    let path = format!("/v1/{}/publishAppealDecisions", stage.name);
    stand
        .manager
        .carry_out("publish appeals", &path, json!({}))
        .await?;
    Ok(())
}
