//! «Менің сауалнамам»: five sections with their papers, some of it wrong at first.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Person;
use crate::paper::{pdf, photo};
use crate::person::sha256;
use crate::season::actor::Outcome;
use crate::season::ledger::{Saved, Uploaded};
use crate::season::plan::{Fate, Post};
use crate::season::stand::Stand;

/// What is printed on a diploma that an expert can't read.
pub const ILLEGIBLE: &str = "ILLEGIBLE";
/// What is printed on a diploma that nobody gave.
pub const FORGED: &str = "SPECIMEN";

/// Opens the questionnaire: one per person and campaign.
pub async fn open(stand: &Stand, person: &mut Person) -> anyhow::Result<()> {
    let path = format!("/v1/{}/applications", stand.campaign());
    let loses = person.planned.habits.loses_answers;
    let opened = person
        .actor
        .post_and_lose("open questionnaire", &path, json!({}), loses)
        .await?
        .done()?;
    let name = opened["name"]
        .as_str()
        .context("an application without a name")?;
    person.application = name.to_owned();
    stand
        .ledger
        .saw_state(&person.application, &opened["state"]);
    Ok(())
}

/// Every section but the certificate; who gives up stops after the first.
pub async fn fill(stand: &Stand, person: &mut Person) -> anyhow::Result<()> {
    personal(person).await?;
    if person.planned.fate == Fate::GivesUp {
        return Ok(());
    }
    let paper = match person.planned.fate {
        Fate::IsCorrected => ILLEGIBLE,
        Fate::Forges => FORGED,
        _ => "DIPLOMA",
    };
    education(person, paper).await?;
    employment(stand, person).await?;
    // What was never filled can't be asked back.
    if person.planned.tells_more || person.planned.habits.asks_back {
        additional(person).await?;
    }
    if person.planned.habits.has_two_windows {
        saves_in_two_windows(person).await?;
    }
    Ok(())
}

async fn personal(person: &mut Person) -> anyhow::Result<()> {
    let photo = upload(person, "personal", "PHOTO", "image/png", &photo()).await?;
    if person.planned.habits.mistypes_fields {
        let wrong = json!({"phone": "8701", "direction": "SPACE", "nickname": "x"});
        try_to_save(person, "personal", wrong)
            .await?
            .refused_for("INVALID_REQUEST")?;
    }
    let answers = json!({
        "photo": photo,
        "sex": if person.planned.female { "FEMALE" } else { "MALE" },
        "nationality": person.planned.nationality,
        "email": person.email,
        "phone": format!("+7700{:07}", person.number()),
        "address": format!("Астана қаласы, Мәңгілік Ел даңғылы, {}", person.number() + 1),
        "direction": person.planned.direction,
    });
    save(person, "personal", answers).await
}

/// The diploma says what it is, so that an expert can see it.
pub async fn education(person: &mut Person, paper: &str) -> anyhow::Result<()> {
    let content = pdf(&format!("{paper} {}", person.number()));
    let diploma = upload(person, "education", "DIPLOMA", "application/pdf", &content).await?;
    let answers = json!({"rows": [{
        "level": person.planned.education, "institution": "Еуразия ұлттық университеті",
        "specialty": "Халықаралық құқық", "graduation_year": 2018, "bolashak": false,
        "studied_abroad": false, "academy_graduate": person.number().is_multiple_of(7), "document": diploma,
    }]});
    save(person, "education", answers).await
}

async fn employment(stand: &Stand, person: &mut Person) -> anyhow::Result<()> {
    let content = pdf(&format!("EMPLOYMENT {}", person.number()));
    let kind = "EMPLOYMENT_EVIDENCE";
    let evidence = upload(person, "employment", kind, "application/pdf", &content).await?;
    let row = |post: &Post| {
        let mut row = json!({
            "position_and_organisation": format!("Қызметкер, «Қоғам-{}» ЖШС", person.number()),
            "activity_kind": post.activity, "position_kind": post.kind,
            "start_date": stand.days_ago(post.from_days_ago).to_string(),
            "organisation_region": person.planned.region, "organisation_location": "Астана",
            "document": evidence,
        });
        match post.to_days_ago {
            Some(days) => row["end_date"] = stand.days_ago(days).to_string().into(),
            None => row["to_present"] = true.into(),
        }
        row
    };
    let rows: Vec<Value> = person.planned.posts.iter().map(row).collect();
    if person.planned.habits.mistypes_fields {
        let mut wrong = rows.clone();
        wrong[0]["start_date"] = "2031-02-30".into();
        try_to_save(person, "employment", json!({"rows": wrong}))
            .await?
            .refused_for("INVALID_REQUEST")?;
    }
    save(person, "employment", json!({"rows": rows})).await
}

pub async fn additional(person: &mut Person) -> anyhow::Result<()> {
    let answers = json!({
        "public_activity": "Еріктілер қозғалысы",
        "foreign_languages": {"rows": [{"language": "en", "level": person.planned.level}]},
    });
    save(person, "additional", answers).await
}

/// Two windows save one section by the same etag: one is told that the other was first.
async fn saves_in_two_windows(person: &mut Person) -> anyhow::Result<()> {
    let path = person.path("/sections/personal");
    let kept = person.actor.read("read section", &path).await?;
    let etag = kept["etag"].as_str().context("a section without an etag")?;
    let in_window = |window: &str| {
        let mut answers = kept["answers"].clone();
        answers["address"] = format!("Алматы қаласы, Абай даңғылы, {window}").into();
        json!({"answers": answers})
    };
    let (left, right) = (in_window("1"), in_window("2"));
    let (one, two) = tokio::join!(
        person.actor.patch("save section", &path, etag, &left),
        person.actor.patch("save section", &path, etag, &right),
    );
    let (one, two) = (one?, two?);
    let (first, second) = if one.is_done() {
        (one, two)
    } else {
        (two, one)
    };
    let held = first.is_done() && second.refused_for("STALE_ETAG").is_ok();
    let what = "of two saves by one etag one was taken and one told so";
    person.actor.ledger.tried("Q2", held, what);
    note_saved(person, "personal", first.done()?);
    Ok(())
}

/// Saves a section's answers on top of what is there, as the page does.
pub async fn save(
    person: &mut Person,
    section: &'static str,
    answers: Value,
) -> anyhow::Result<()> {
    let answer = try_to_save(person, section, answers).await?;
    let saved = answer.done().with_context(|| format!("saving {section}"))?;
    ensure!(
        saved["complete"] == true,
        "{section} is not complete: {saved}"
    );
    note_saved(person, section, saved);
    Ok(())
}

pub async fn try_to_save(
    person: &Person,
    section: &str,
    answers: Value,
) -> anyhow::Result<crate::Answer> {
    let path = person.path(&format!("/sections/{section}"));
    let kept = person.actor.read("read section", &path).await?;
    let etag = kept["etag"].as_str().context("a section without an etag")?;
    let mut all = kept["answers"].clone();
    for (field, answer) in answers.as_object().into_iter().flatten() {
        all[field] = answer.clone();
    }
    let all = json!({"answers": all});
    person.actor.patch("save section", &path, etag, &all).await
}

pub fn note_saved(person: &mut Person, section: &'static str, mut saved: Value) {
    let answers = saved["answers"].take();
    person.answers.insert(section, answers.clone());
    let mut facts = person.actor.ledger.facts();
    let of_section = |it: &Saved| it.section == section && it.application == person.application;
    facts.saves.retain(|it| !of_section(it));
    facts.saves.push(Saved {
        person: person.planned.number,
        application: person.application.clone(),
        section,
        answers,
    });
}

/// Announces a paper and sends it.
pub async fn upload(
    person: &Person,
    section: &str,
    kind: &str,
    media_type: &str,
    content: &[u8],
) -> anyhow::Result<String> {
    let sha256 = hex::encode(sha256(content));
    let document = json!({
        "section": section, "kind": kind, "fileName": "paper", "mediaType": media_type,
        "sizeBytes": content.len().to_string(), "sha256": sha256,
    });
    let path = person.path("/documents");
    let created = person
        .actor
        .carry_out("announce document", &path, document)
        .await?;
    let name = created["name"]
        .as_str()
        .context("a document without a name")?;
    let path = format!("/v1/{name}/content");
    let sent = person
        .actor
        .put_bytes("upload document", &path, media_type, content)
        .await?;
    let mut sent = sent.done()?;
    if sent["state"] == "STATE_SCANNING" {
        // Whoever was to look into it is gone, or busy: somebody else will.
        let looked_into = |it: &serde_json::Value| it["state"] != "STATE_SCANNING";
        let path = format!("/v1/{name}");
        sent = person
            .actor
            .until("read document", &path, looked_into)
            .await?;
    }
    ensure!(
        sent["state"] == "STATE_CLEAN",
        "a good paper is clean: {sent}"
    );
    person.actor.ledger.facts().documents.push(Uploaded {
        person: person.number(),
        name: name.to_owned(),
        sha256,
    });
    Ok(name.to_owned())
}
