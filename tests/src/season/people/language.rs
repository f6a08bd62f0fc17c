//! «ПРОМОКОДТЫ ҚАЛЫПТАСТЫРУ», the test at the partner's, and the certificate.

use anyhow::Context;
use serde_json::json;

use super::Person;
use super::fill::{note_saved, save, upload};
use crate::paper::pdf;
use crate::season::actor::Outcome;
use crate::season::ledger::Code;
use crate::season::plan::{Certificate, System};
use crate::season::stand::Stand;

/// Comes to a certificate in the way that is planned.
pub async fn comes_to_a_certificate(stand: &Stand, person: &mut Person) -> anyhow::Result<()> {
    match person.planned.certificate {
        Certificate::Own => {
            types_the_certificate_in(stand, person).await?;
            // Who has declared a certificate has no need of a code.
            ask_for_code(stand, person)
                .await?
                .refused_for("CERTIFICATE_ALREADY_DECLARED")?;
        }
        Certificate::ByCode => {
            let code = gets_a_code(stand, person).await?;
            stand.partners.tests(stand, person, &code, true).await?;
            let path = person.path("/sections/certificate");
            let verified = |section: &serde_json::Value| section["verified"] == true;
            let filled = person
                .actor
                .until("read certificate", &path, verified)
                .await?;
            note_saved(person, "certificate", filled);
        }
        Certificate::AfterFailing => {
            let code = gets_a_code(stand, person).await?;
            stand.partners.tests(stand, person, &code, false).await?;
            types_the_certificate_in(stand, person).await?;
        }
    }
    Ok(())
}

async fn ask_for_code(stand: &Stand, person: &Person) -> anyhow::Result<crate::Answer> {
    let path = format!("/v1/{}/promoCodes", stand.campaign());
    let system = json!({"testSystem": format!("TEST_SYSTEM_{}", name_of(person.planned.system))});
    let loses = person.planned.habits.loses_answers;
    person
        .actor
        .post_and_lose("get promo code", &path, system, loses)
        .await
}

async fn gets_a_code(stand: &Stand, person: &Person) -> anyhow::Result<String> {
    let code = ask_for_code(stand, person).await?.done()?;
    let text = |field: &str| code[field].as_str().map(str::to_owned).context("a code");
    let (name, typed) = (text("name")?, text("code")?);
    stand.ledger.facts().codes.push(Code {
        person: person.number(),
        name,
        code: typed.clone(),
    });
    if person.planned.habits.loses_answers {
        let other = match person.planned.system {
            System::Kaztest => System::Qrt,
            System::Qrt => System::Kaztest,
        };
        let path = format!("/v1/{}/promoCodes", stand.campaign());
        let body = json!({"testSystem": format!("TEST_SYSTEM_{}", name_of(other))});
        let answer = person.actor.post("get promo code", &path, body).await?;
        let held = answer.refused_for("PROMO_CODE_ALREADY_ISSUED").is_ok();
        stand.ledger.tried("P1", held, "a second code was refused");
    }
    Ok(typed)
}

async fn types_the_certificate_in(stand: &Stand, person: &mut Person) -> anyhow::Result<()> {
    let content = pdf(&format!("CERTIFICATE {}", person.number()));
    let kind = "LANGUAGE_CERTIFICATE";
    let paper = upload(person, "certificate", kind, "application/pdf", &content).await?;
    let answers = json!({
        "document": paper, "certificate_type": name_of(person.planned.system),
        "level": person.planned.level, "number": format!("OWN-{:06}", person.number()),
        "valid_until": stand.days_ago(-400).to_string(),
    });
    save(person, "certificate", answers).await
}

pub fn name_of(system: System) -> &'static str {
    match system {
        System::Kaztest => "KAZTEST",
        System::Qrt => "QRT",
    }
}
