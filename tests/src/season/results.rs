//! The cut is previewed and published; people read what they reached, and some appeal.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::actor::Outcome;
use super::cut::{Cut, Rule};
use super::desk::StageOpen;
use super::ledger::Published;
use super::people::Person;
use super::scores::{Entrant, entries};
use super::stand::Stand;

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
    let published = publish_at_once(stand, &stage.name, request, "STAGE_PUBLISHED").await?;
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

/// Two managers press the button of a stage or of a session at the same time; one hears that it was done.
pub async fn publish_at_once(
    stand: &Stand,
    what: &str,
    request: Value,
    done: &'static str,
) -> anyhow::Result<Value> {
    let path = format!("/v1/{what}/publishResults");
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
    let held = first.is_done() && second.refused_for(done).is_ok();
    stand.ledger.tried("R2", held, "results are published once");
    first.done()
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
