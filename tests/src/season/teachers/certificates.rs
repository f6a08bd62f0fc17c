//! Papers: there for who passed, after an appeal in a second edition; checked by whoever has them.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Teacher;
use super::results::{Done, category};
use crate::season::results::points;
use crate::season::stand::Stand;

/// The rule that who passed has one good certificate, and nobody else has any.
pub const ONE_GOOD: &str = "T5";
/// The rule that whoever has a paper learns whether it is good, and that no other is.
pub const VERIFIED: &str = "T6";

const VERIFY: &str = "/v1/certificates/verify";

/// Reads a teacher's certificates once all that is to come has come. `raised`: what an appeal added.
pub async fn check(stand: Stand, done: Done, raised: Option<u32>) -> anyhow::Result<Teacher> {
    let before: u32 = done.teacher.planned.scores.iter().sum();
    let total = before + raised.unwrap_or_default();
    let direction = done.teacher.planned.direction();
    let passed = done.sat && !category(direction, total).is_empty();
    let had_one = done.sat && !category(direction, before).is_empty();
    let path = format!("/v1/certificates?campaign={}", stand.campaign());
    let actor = &done.teacher.person.actor;
    if !passed {
        let none = actor.list("read certificates", &path, "certificates");
        let held = none.await?.is_empty();
        let what = "who did not pass has no certificate";
        stand.ledger.tried(ONE_GOOD, held, what);
        return Ok(done.teacher);
    }
    let whole = |list: &Value| {
        let good = of_state(list, "STATE_VALID");
        good.iter().any(|it| total_of(it) == Some(total))
    };
    let list = actor.until("read certificates", &path, whole).await?;
    let (good, old) = (
        of_state(&list, "STATE_VALID"),
        of_state(&list, "STATE_SUPERSEDED"),
    );
    // Where the appeal was faster than the first issue, there is one edition only.
    let most_old = usize::from(total != before && had_one);
    let held = good.len() == 1 && old.len() <= most_old;
    let what = "who passed has one good certificate, with what an appeal added";
    stand.ledger.tried(ONE_GOOD, held, what);
    let certificate = good.first().context("a certificate")?;
    reads(&stand, &done.teacher, certificate, total).await?;
    for old in old {
        let verdict = verify(&stand, json!({"qrText": old["qrText"]})).await?;
        let held = verdict["state"] == "STATE_SUPERSEDED";
        stand
            .ledger
            .tried(VERIFIED, held, "an old paper is told from the new one");
    }
    Ok(done.teacher)
}

fn of_state<'a>(list: &'a Value, state: &str) -> Vec<&'a Value> {
    let all = list["certificates"].as_array().into_iter().flatten();
    all.filter(|it| it["state"] == state).collect()
}

fn total_of(certificate: &Value) -> Option<u32> {
    points(&certificate["paper"]["total"])
}

/// The sheet, the page, and the answers to those who have it or something like it.
async fn reads(
    stand: &Stand,
    teacher: &Teacher,
    certificate: &Value,
    total: u32,
) -> anyhow::Result<()> {
    let name = certificate["name"].as_str().context("a certificate")?;
    let path = format!("/v1/{name}/content");
    let actor = &teacher.person.actor;
    let sheet = actor.download("download certificate", &path).await?;
    ensure!(sheet.starts_with(b"%PDF-"), "a sheet of paper");
    let paper = &certificate["paper"];
    ensure!(
        paper["category"] == category(teacher.planned.direction(), total),
        "{certificate}"
    );
    let by_code = json!({"numberAndCode": {
        "certificateNumber": paper["certificateNumber"],
        "individualCode": certificate["individualCode"],
    }});
    let by_qr = json!({"qrText": certificate["qrText"]});
    for proof in [by_code, by_qr] {
        let verdict = verify(stand, proof).await?;
        let held = verdict["state"] == "STATE_VALID" && verdict["paper"] == *paper;
        stand
            .ledger
            .tried(VERIFIED, held, "who has a paper is told that it is good");
    }
    let verdict = verify(stand, json!({"qrText": altered(certificate)?})).await?;
    let held = verdict["paper"].is_null() && verdict["state"] != "STATE_VALID";
    let what = "a paper with one letter changed is not ours";
    stand.ledger.tried(VERIFIED, held, what);
    Ok(())
}

/// The text of the QR code with one letter of its middle changed.
fn altered(certificate: &Value) -> anyhow::Result<String> {
    let text = certificate["qrText"].as_str().context("a QR code")?;
    let at = text.len() / 2;
    let (before, rest) = text.split_at_checked(at).context("letters")?;
    let (letter, after) = rest.split_at_checked(1).context("a letter")?;
    let other = if letter == "A" { "B" } else { "A" };
    Ok(format!("{before}{other}{after}"))
}

/// As anybody asks, without signing in.
async fn verify(stand: &Stand, proof: Value) -> anyhow::Result<Value> {
    stand
        .visitor
        .carry_out("verify certificate", VERIFY, proof)
        .await
}
