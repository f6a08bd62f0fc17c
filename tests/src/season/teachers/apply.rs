//! «Өтініш беру»: an application of a kind, filled by its form, accepted as it is submitted; changed and
//! deleted by some.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Teacher;
use super::campaign::SCHOOL;
use super::plan::{Asks, Place};
use crate::season::actor::Outcome;
use crate::season::ledger::Submitted;
use crate::season::stand::Stand;

/// The rule of the round that an application is one a person, whatever came before.
pub const ONE: &str = "T1";
/// The rule that what was changed replaces what was accepted.
pub const REPLACED: &str = "T2";

pub async fn apply(stand: Stand, mut teacher: Teacher) -> anyhow::Result<Teacher> {
    submits_one(&stand, &mut teacher).await?;
    hears_of_it(&teacher).await?;
    if teacher.planned.turns.edits {
        edits(&stand, &mut teacher).await?;
    }
    if teacher.planned.turns.deletes {
        deletes(&stand, &mut teacher).await?;
    }
    teacher.candidate = teacher.person.candidate(&stand).await?;
    Ok(teacher)
}

/// Opens an application of the kind, fills it and sends it; a second one is refused.
async fn submits_one(stand: &Stand, teacher: &mut Teacher) -> anyhow::Result<()> {
    let path = format!("/v1/{}/applications", stand.campaign());
    let actor = teacher.person.actor.clone();
    if teacher.planned.turns.mistypes {
        let unknown = actor
            .post("apply", &path, json!({"kind": "UNKNOWN"}))
            .await?;
        unknown.refused_for("INVALID_REQUEST")?;
        let none = actor.post("apply", &path, json!({})).await?;
        none.refused_for("INVALID_REQUEST")?;
    }
    let kind = json!({"kind": teacher.planned.kind.code});
    let loses = teacher.planned.turns.loses_answers;
    let opened = actor
        .post_and_lose("apply", &path, kind.clone(), loses)
        .await?
        .done()?;
    let name = opened["name"].as_str().context("an application")?;
    name.clone_into(&mut teacher.person.application);
    let second = actor.post("apply", &path, kind).await?;
    let held = second.refused_for("APPLICATION_EXISTS").is_ok();
    stand
        .ledger
        .tried(ONE, held, "a second application was refused");
    fills(teacher).await?;
    let accepted = submits(stand, teacher).await?;
    ensure!(
        accepted["state"] == "STATE_ACCEPTED",
        "accepted at once: {accepted}"
    );
    Ok(())
}

async fn submits(stand: &Stand, teacher: &Teacher) -> anyhow::Result<Value> {
    let path = format!("/v1/{}/submit", teacher.person.application);
    let none = json!({"acceptedDeclarations": []});
    let loses = teacher.planned.turns.loses_answers;
    let actor = &teacher.person.actor;
    let sent = actor.post_and_lose("submit", &path, none, loses).await?;
    let sent = sent.done()?;
    let application = &teacher.person.application;
    stand.ledger.saw_state(application, &sent["state"]);
    let submission = sent["submission"].as_str().context("a submission")?;
    stand.ledger.facts().submissions.push(Submitted {
        person: teacher.number(),
        application: application.clone(),
        submission: submission.to_owned(),
        answers: teacher.person.answers.clone(),
    });
    Ok(sent)
}

async fn fills(teacher: &mut Teacher) -> anyhow::Result<()> {
    let turns = teacher.planned.turns;
    let mut personal = json!({
        "phone": format!("+7700{:07}", teacher.number()), "qualification": "Математика мұғалімі",
        "study_from_year": 2005, "study_to_year": 2009, "current_category": "NONE",
        "sought_category": "MODERATOR",
    });
    if turns.needs_access {
        personal["visual_impairment"] = true.into();
    }
    save(teacher, "personal", personal).await?;
    let (section, answers) = place(teacher.planned.kind.place);
    if turns.mistypes {
        let elsewhere = match section {
            "employer" => "study-place",
            _ => "employer",
        };
        let path = format!("/v1/{}/sections/{elsewhere}", teacher.person.application);
        let none = teacher.person.actor.get("read section", &path).await?;
        none.refused_for("NOT_FOUND")?;
        let mut wrong = answers.clone();
        let (field, value) = match section {
            "employer" => ("organisation", "organisations/010140000015"),
            _ => ("institution", "NOWHERE"),
        };
        wrong[field] = value.into();
        let answer = try_to_save(teacher, section, &wrong).await?;
        answer.refused_for("INVALID_REQUEST")?;
    }
    save(teacher, section, answers).await?;
    if turns.mistypes && teacher.planned.kind.asks == Asks::Nothing {
        let mut more = parameters(teacher);
        more["subject"] = "PHYSICS".into();
        let answer = try_to_save(teacher, "test-parameters", &more).await?;
        answer.refused_for("INVALID_REQUEST")?;
    }
    save(teacher, "test-parameters", parameters(teacher)).await
}

fn place(place: Place) -> (&'static str, Value) {
    let school = format!("organisations/{SCHOOL}");
    match place {
        Place::Employer => ("employer", json!({"organisation": school})),
        Place::EmployerOfHead => {
            let headed = json!({"organisation": school, "headed_institution": "SCHOOL"});
            ("employer", headed)
        }
        Place::University => {
            let studies = json!({"region": "KZ-71", "institution": "ENU"});
            ("study-place", studies)
        }
        Place::College => {
            let studies = json!({"region": "KZ-71", "institution": "ASTANA_HUMANITARIAN"});
            ("study-place", studies)
        }
    }
}

fn parameters(teacher: &Teacher) -> Value {
    let planned = &teacher.planned;
    let mut answers = json!({"test_language": planned.language, "rules_accepted": true});
    if planned.kind.asks != Asks::Nothing {
        answers["subject"] = planned.subject.into();
    }
    if planned.kind.asks == Asks::KindOfSubject {
        answers["subject_kind"] = "GENERAL".into();
    }
    answers
}

async fn try_to_save(
    teacher: &Teacher,
    section: &str,
    answers: &Value,
) -> anyhow::Result<crate::person::Answer> {
    let path = format!("/v1/{}/sections/{section}", teacher.person.application);
    let actor = &teacher.person.actor;
    let now = actor.get("read section", &path).await?;
    let etag = now.body["etag"].as_str().unwrap_or_default().to_owned();
    let body = json!({"answers": answers});
    actor.patch("save section", &path, &etag, &body).await
}

async fn save(teacher: &mut Teacher, section: &'static str, answers: Value) -> anyhow::Result<()> {
    let saved = try_to_save(teacher, section, &answers).await?.done()?;
    ensure!(saved["complete"] == true, "{section} is whole: {saved}");
    teacher.person.answers.insert(section, answers);
    Ok(())
}

/// M3 is in the inbox.
async fn hears_of_it(teacher: &Teacher) -> anyhow::Result<()> {
    let path = format!("/v1/{}/messages?pageSize=100", teacher.person.account);
    let kind = "KIND_APPLICATION_ACCEPTED_ON_SUBMISSION";
    let has = |list: &Value| {
        let all = list["messages"].as_array().into_iter().flatten();
        all.into_iter().any(|it| it["kind"] == kind)
    };
    let actor = &teacher.person.actor;
    actor.until("read inbox", &path, has).await.map(drop)
}

/// «Өтінішті өңдеу» and «Сақтау»: it stays accepted, and what was sent last holds.
async fn edits(stand: &Stand, teacher: &mut Teacher) -> anyhow::Result<()> {
    let other = match teacher.planned.language {
        "KK" => "RU",
        _ => "KK",
    };
    teacher.planned.language = other;
    let answers = parameters(teacher);
    save(teacher, "test-parameters", answers).await?;
    let sent = submits(stand, teacher).await?;
    let held = sent["state"] == "STATE_ACCEPTED" && sent["submissionCount"] == 2;
    let what = "a changed application stayed accepted, and its second submission holds";
    stand.ledger.tried(REPLACED, held, what);
    Ok(())
}

/// «Өтінішті жою», and another is opened.
async fn deletes(stand: &Stand, teacher: &mut Teacher) -> anyhow::Result<()> {
    let path = format!("/v1/{}/withdraw", teacher.person.application);
    let loses = teacher.planned.turns.loses_answers;
    let actor = &teacher.person.actor;
    let gone = actor
        .post_and_lose("delete", &path, json!({}), loses)
        .await?;
    let gone = gone.done()?;
    let application = &teacher.person.application;
    stand.ledger.saw_state(application, &gone["state"]);
    ensure!(gone["state"] == "STATE_WITHDRAWN", "deleted: {gone}");
    let first = application.clone();
    submits_one(stand, teacher).await?;
    let held = teacher.person.application != first;
    stand
        .ledger
        .tried(ONE, held, "after a deleted application another was opened");
    Ok(())
}
