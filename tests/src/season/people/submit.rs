//! «Тексеруге жіберу», taking back, correcting, and what came of it.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Person;
use super::fill::{additional, education};
use crate::season::actor::Outcome;
use crate::season::ledger::Submitted;
use crate::season::plan::Fate;
use crate::season::stand::Stand;

/// Sends the application for checking; some take it back.
pub async fn submit(stand: &Stand, person: &Person) -> anyhow::Result<()> {
    let readiness = person
        .actor
        .read("read readiness", &person.path("/readiness"))
        .await?;
    ensure!(readiness["ready"] == true, "not ready: {readiness}");
    let path = person.path("/submit");
    if person.planned.habits.mistypes_fields {
        let none = json!({"acceptedDeclarations": []});
        person
            .actor
            .post("submit", &path, none)
            .await?
            .refused_for("INVALID_REQUEST")?;
    }
    let loses = person.planned.habits.loses_answers;
    let submitted = person
        .actor
        .post_and_lose("submit", &path, declarations(), loses)
        .await?
        .done()?;
    note_submitted(stand, person, &submitted)?;
    if person.planned.fate == Fate::Withdraws {
        let path = person.path("/withdraw");
        let withdrawn = person.actor.carry_out("withdraw", &path, json!({})).await?;
        stand
            .ledger
            .saw_state(&person.application, &withdrawn["state"]);
    }
    if let Some(section) = person.wants_back(stand) {
        let path = person.path("/askForCorrection");
        let wish = json!({"sections": [section], "note": "Толықтырғым келеді"});
        let actor = &person.actor;
        actor
            .carry_out("ask for it back", &path, wish.clone())
            .await?;
        let again = actor.post("ask for it back", &path, wish).await?;
        again.refused_for("CORRECTION_ASKED_ALREADY")?;
    }
    Ok(())
}

impl Person {
    /// The section for which the person asks for the application back, if that can be asked.
    pub fn wants_back(&self, stand: &Stand) -> Option<&'static str> {
        let asks = self.planned.habits.asks_back && stand.offers("/askForCorrection");
        let vain = self.number().is_multiple_of(3);
        asks.then_some(if vain { "personal" } else { "additional" })
    }

    /// Whether an expert gives the application back.
    pub fn gets_it_back(&self, stand: &Stand) -> bool {
        self.planned.fate == Fate::IsCorrected || self.wants_back(stand) == Some("additional")
    }
}

/// Everything a candidate states before submitting.
fn declarations() -> Value {
    json!({"acceptedDeclarations": ["CITIZENSHIP", "TRUE_DATA", "NOT_EXCLUDED", "DATA_PROCESSING"]})
}

fn note_submitted(stand: &Stand, person: &Person, application: &Value) -> anyhow::Result<()> {
    let submission = application["submission"].as_str().context("a submission")?;
    stand
        .ledger
        .saw_state(&person.application, &application["state"]);
    stand.ledger.facts().submissions.push(Submitted {
        person: person.number(),
        application: person.application.clone(),
        submission: submission.to_owned(),
        answers: person.answers.clone(),
    });
    Ok(())
}

/// Replaces the paper that the expert could not read, or adds what was left out; nothing else can be
/// changed.
pub async fn correct(stand: &Stand, person: &mut Person) -> anyhow::Result<()> {
    let asked = |it: &Value| it["state"] == "STATE_CORRECTION_REQUESTED";
    let path = person.path("");
    let asked = person.actor.until("read application", &path, asked).await?;
    stand.ledger.saw_state(&person.application, &asked["state"]);
    let sections = asked["corrections"].as_array().context("corrections")?;
    let wrong = match person.planned.fate {
        Fate::IsCorrected => "education",
        _ => "additional",
    };
    ensure!(
        sections.len() == 1 && sections[0]["section"] == wrong,
        "one correction is asked for: {asked}"
    );
    let other = person.path("/sections/personal");
    let kept = person.actor.read("read section", &other).await?;
    let etag = kept["etag"].as_str().context("a section without an etag")?;
    let answers = json!({"answers": kept["answers"]});
    let answer = person
        .actor
        .patch("save section", &other, etag, &answers)
        .await?;
    answer.refused_for("SECTION_NOT_UNDER_CORRECTION")?;

    match person.planned.fate {
        Fate::IsCorrected => education(person, "DIPLOMA").await?,
        _ => additional(person).await?,
    }
    let path = person.path("/submit");
    let again = person
        .actor
        .carry_out("resubmit", &path, declarations())
        .await?;
    ensure!(
        again["submissionCount"] == 2,
        "a second submission: {again}"
    );
    note_submitted(stand, person, &again)
}

/// Waits for the decision that the plan leads to.
pub async fn learns(stand: &Stand, person: &Person) -> anyhow::Result<()> {
    let expected = match person.planned.fate {
        Fate::Withdraws => "STATE_WITHDRAWN",
        Fate::LacksExperience | Fate::Forges => "STATE_REJECTED",
        _ => "STATE_ACCEPTED",
    };
    let so = |it: &Value| it["state"] == expected;
    let path = person.path("");
    let seen = person.actor.until("read application", &path, so).await?;
    stand.ledger.saw_state(&person.application, &seen["state"]);
    Ok(())
}
