//! The six steps of an application, and its number.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Applicant;
use super::board::text;
use super::campaign::Offered;
use super::plan::{BENEFIT, Turn};
use crate::paper::{pdf, photo};
use crate::season::actor::Outcome;
use crate::season::people::fill::{save, try_to_save, upload};
use crate::season::stand::Stand;

/// The rule that an application has one number, and each wish is one choice.
pub const NUMBERED: &str = "K2";

pub async fn apply(
    stand: Stand,
    mut applicant: Applicant,
    offered: Vec<Offered>,
) -> anyhow::Result<Applicant> {
    let path = format!("/v1/{}/applications", stand.campaign());
    let actor = applicant.person.actor.clone();
    let kind = json!({"kind": "STATE_ORDER"});
    let loses = applicant.planned.loses_answers;
    let opened = actor.post_and_lose("apply", &path, kind, loses).await?;
    applicant.person.application = text(&opened.done()?["name"])?;
    fills(&mut applicant).await?;
    wishes(&mut applicant, &offered).await?;
    sends(&stand, &mut applicant, &offered).await?;
    match applicant.planned.turn {
        Turn::TakesBack => takes_back(&stand, &applicant).await?,
        Turn::TakesOneBack => takes_one_back(&stand, &applicant).await?,
        _ => {}
    }
    Ok(applicant)
}

async fn fills(applicant: &mut Applicant) -> anyhow::Result<()> {
    let number = applicant.person.number();
    let person = &mut applicant.person;
    save(person, "diagnostics", json!({"results_seen": true})).await?;
    let paper = pdf(&format!("MEDICAL {number}"));
    let kind = "MEDICAL_PAPERS";
    let medical = upload(person, "applicant", kind, "application/pdf", &paper).await?;
    let answers = json!({
        "civil_status": "CITIZEN", "nationality": "KAZAKH",
        "phone": format!("+7701{number:07}"), "email": person.email,
        "address": format!("Астана, Мәңгілік Ел даңғылы, {}", number + 1),
        "medical_papers": medical, "acquainted": true, "data_consent": true,
    });
    save(person, "applicant", answers).await?;
    let kind = "EDUCATION_DOCUMENT";
    let document = upload(person, "education", kind, "image/png", &photo()).await?;
    let answers = json!({
        "education_base": "BASIC_SECONDARY", "institution": "№ 1 мектеп",
        "completion_year": 2026, "document_kind": "BASIC_CERTIFICATE",
        "document_number": format!("ЖБ {number:07}"), "document": document,
    });
    save(person, "education", answers).await?;
    let answers = match applicant.planned.has_benefit {
        true => {
            let paper = pdf(&format!("BENEFIT {number}"));
            let kind = "QUOTA_PROOF";
            let proof = upload(person, "quota", kind, "application/pdf", &paper).await?;
            json!({"rows": [{"category": BENEFIT, "document": proof}]})
        }
        false => json!({"none": true}),
    };
    save(person, "quota", answers).await
}

async fn wishes(applicant: &mut Applicant, offered: &[Offered]) -> anyhow::Result<()> {
    let row = |wish: usize| -> anyhow::Result<Value> {
        let name = &offered.get(wish).context("a specialty")?.name;
        Ok(json!({"study_form": "FULL_TIME", "region": "KZ-71", "specialty": name}))
    };
    let rows = |wishes: &[usize]| -> anyhow::Result<Value> {
        let rows: anyhow::Result<Vec<Value>> = wishes.iter().map(|wish| row(*wish)).collect();
        Ok(json!({"rows": rows?}))
    };
    if applicant.planned.turn == Turn::Mistypes {
        for wrong in [rows(&[0, 1, 0])?, rows(&[0, 1, 2, 3, 4])?] {
            let answer = try_to_save(&applicant.person, "choices", wrong).await?;
            answer.refused_for("INVALID_REQUEST")?;
        }
    }
    let right = rows(&applicant.planned.wishes)?;
    save(&mut applicant.person, "choices", right).await
}

async fn sends(
    stand: &Stand,
    applicant: &mut Applicant,
    offered: &[Offered],
) -> anyhow::Result<()> {
    let application = applicant.person.application.clone();
    let path = format!("/v1/{application}/submit");
    let none = json!({"acceptedDeclarations": []});
    let loses = applicant.planned.loses_answers;
    let actor = &applicant.person.actor;
    let sent = actor.post_and_lose("submit", &path, none, loses).await?;
    let sent = sent.done()?;
    ensure!(sent["state"] == "STATE_SUBMITTED", "sent: {sent}");
    stand.ledger.saw_state(&application, &sent["state"]);
    applicant.application_number = text(&sent["number"])?;
    let path = format!("/v1/{application}/choices");
    let choices = actor
        .list("read choices", &path, "applicationChoices")
        .await?;
    let wished = applicant.planned.wishes.iter();
    let wished = wished.filter_map(|wish| offered.get(*wish));
    let held = choices.len() == applicant.planned.wishes.len()
        && choices.iter().zip(wished).all(|(choice, offered)| {
            choice["specialty"] == offered.name
                && choice["state"] == "STATE_NEW"
                && choice["applicationNumber"] == applicant.application_number
        });
    let what = "each wish is a new choice under the number of its application";
    stand.ledger.tried(NUMBERED, held, what);
    let names: anyhow::Result<Vec<String>> = choices.iter().map(|it| text(&it["name"])).collect();
    applicant.choices = names?;
    Ok(())
}

async fn takes_back(stand: &Stand, applicant: &Applicant) -> anyhow::Result<()> {
    let path = format!("/v1/{}/withdraw", applicant.person.application);
    let actor = &applicant.person.actor;
    let gone = actor.carry_out("take back", &path, json!({})).await?;
    let application = &applicant.person.application;
    stand.ledger.saw_state(application, &gone["state"]);
    ensure!(gone["state"] == "STATE_WITHDRAWN", "taken back: {gone}");
    Ok(())
}

async fn takes_one_back(stand: &Stand, applicant: &Applicant) -> anyhow::Result<()> {
    let first = applicant.choices.first().context("a choice")?;
    let actor = &applicant.person.actor;
    let choice = actor.read("read choice", &format!("/v1/{first}")).await?;
    let path = format!("/v1/{first}/withdraw");
    let body = json!({"etag": choice["etag"]});
    let loses = applicant.planned.loses_answers;
    let gone = actor
        .post_and_lose("take one back", &path, body, loses)
        .await?;
    let held = gone.done()?["state"] == "STATE_WITHDRAWN";
    let what = "one wish was taken back, and the others stay";
    stand.ledger.tried(NUMBERED, held, what);
    Ok(())
}
