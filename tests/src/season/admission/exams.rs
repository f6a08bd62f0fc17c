//! Entrance exams: appointed for all of a specialty at once, moved, graded; then the competition of each
//! specialty is closed.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Applicant;
use super::board::{Board, text};
use super::campaign::{self, Offered};
use super::plan::EXAM;
use crate::season::actor::Outcome;
use crate::season::stand::Stand;

/// The rule that a graded exam stays where it is, and points what they are.
pub const GRADED: &str = "K4";

pub async fn hold(
    stand: &Stand,
    boards: &[Board],
    offered: &[Offered],
    applicants: &[Applicant],
) -> anyhow::Result<()> {
    let points: BTreeMap<&str, u32> = applicants
        .iter()
        .flat_map(|it| {
            it.choices
                .iter()
                .map(|name| (name.as_str(), it.planned.points))
        })
        .collect();
    for offer in offered.iter().filter(|it| it.specialty.has_exam) {
        let board = boards.get(offer.board).context("a board")?;
        let waiting = waiting(stand, board, offer).await?;
        if waiting.is_empty() {
            continue;
        }
        let early = campaign::etag(board, &offer.name).await?;
        let early = json!({"startRanking": {"specialty": offer.name, "currentEtag": early}});
        board
            .may_not("close competition", early, "EXAMS_OPEN")
            .await?;
        let sitting = appoint(stand, board, offer, &waiting).await?;
        hears_of_it(applicants, &waiting).await?;
        grade(stand, board, &sitting, &waiting, &points).await?;
    }
    Ok(())
}

/// Accepted applicants of a specialty who have not sat an exam.
async fn waiting(stand: &Stand, board: &Board, offer: &Offered) -> anyhow::Result<Vec<String>> {
    let path = format!(
        "/v1/{}/applications/-/choices?specialty={}&awaitingExam=true",
        stand.campaign(),
        offer.name
    );
    let found = board
        .actor
        .list("read folder", &path, "applicationChoices")
        .await?;
    found.iter().map(|it| text(&it["name"])).collect()
}

/// One sitting for all, moved once.
async fn appoint(
    stand: &Stand,
    board: &Board,
    offer: &Offered,
    waiting: &[String],
) -> anyhow::Result<String> {
    let at = |days: i64| stand.in_days(days).to_string();
    let act = json!({"appointExam": {
        "specialty": offer.name, "exam": EXAM, "startTime": at(2),
        "address": "Астана, Мәңгілік Ел 1, 101-бөлме", "choices": waiting,
    }});
    let sitting = board.does("appoint exam", act.clone()).await?;
    let again = board.prepares("appoint exam", act).await?;
    again.refused_for("INVALID_REQUEST")?;
    let moved = stand.in_days(2) + SignedDuration::from_hours(3);
    let act = json!({"moveExam": {
        "examSitting": sitting, "currentEtag": etag(board, &sitting).await?,
        "startTime": moved.to_string(), "address": "Астана, Мәңгілік Ел 1, 202-бөлме",
    }});
    board.does("move exam", act).await?;
    Ok(sitting)
}

async fn etag(board: &Board, sitting: &str) -> anyhow::Result<String> {
    let shown = board
        .actor
        .read("read exam", &format!("/v1/{sitting}"))
        .await?;
    text(&shown["etag"])
}

/// One of them finds the appointment and the move in the inbox.
async fn hears_of_it(applicants: &[Applicant], waiting: &[String]) -> anyhow::Result<()> {
    let first = waiting.first().context("somebody")?;
    let has = |it: &&Applicant| it.choices.contains(first);
    let applicant = applicants.iter().find(has).context("a choice of nobody")?;
    let path = format!("/v1/{}/messages?pageSize=100", applicant.person.account);
    let told = |list: &Value| {
        let all = list["messages"].as_array().into_iter().flatten();
        let exams = all.filter(|it| {
            let kind = it["kind"].as_str().unwrap_or_default();
            kind.starts_with("KIND_EXAM_")
        });
        exams.count() >= 2
    };
    let actor = &applicant.person.actor;
    actor.until("read inbox", &path, told).await.map(drop)
}

async fn grade(
    stand: &Stand,
    board: &Board,
    sitting: &str,
    waiting: &[String],
    points: &BTreeMap<&str, u32>,
) -> anyhow::Result<()> {
    let row = |choice: &String| json!({"choice": choice, "points": points.get(choice.as_str()).map(ToString::to_string)});
    let rows: Vec<Value> = waiting.iter().map(row).collect();
    let now = etag(board, sitting).await?;
    let act = |rows: &Value| json!({"gradeExam": {"examSitting": sitting, "currentEtag": now, "rows": rows}});
    let mut wrong = json!(rows);
    wrong[0]["points"] = "101".into();
    let refused = board.prepares("grade exam", act(&wrong)).await?;
    refused.refused_for("INVALID_REQUEST")?;
    // Prepared before the points are there, and signed after them.
    let late = json!({"moveExam": {
        "examSitting": sitting, "currentEtag": now,
        "startTime": stand.in_days(3).to_string(), "address": "Алматы",
    }});
    let late = board.prepares("move exam", late).await?.done()?;
    board.does("grade exam", act(&json!(rows))).await?;
    let moved = board.signs("move exam", &late).await?;
    let held = ["EXAM_GRADED", "STALE_ETAG"]
        .iter()
        .any(|reason| moved.refused_for(reason).is_ok());
    let what = "a graded exam was not moved by an act that was prepared before";
    stand.ledger.tried(GRADED, held, what);
    let shown = board
        .actor
        .read("read exam", &format!("/v1/{sitting}"))
        .await?;
    let entries = shown["entries"].as_array().into_iter().flatten();
    let held = shown["address"] == "Астана, Мәңгілік Ел 1, 202-бөлме"
        && entries.clone().count() == waiting.len()
        && entries.into_iter().all(|it| {
            let choice = it["choice"].as_str().unwrap_or_default();
            it["points"].as_str() == points.get(choice).map(ToString::to_string).as_deref()
        });
    let what = "time, place and points are as they were signed";
    stand.ledger.tried(GRADED, held, what);
    let again = json!({"gradeExam": {
        "examSitting": sitting, "currentEtag": shown["etag"], "rows": rows,
    }});
    let refused = board.prepares("grade exam", again).await?;
    let held = refused.refused_for("INVALID_REQUEST").is_ok();
    stand.ledger.tried(GRADED, held, "points are given once");
    Ok(())
}

/// Nothing of a specialty changes once its competition is closed.
pub async fn close(stand: &Stand, boards: &[Board], offered: &[Offered]) -> anyhow::Result<()> {
    for offer in offered {
        let board = boards.get(offer.board).context("a board")?;
        let etag = campaign::etag(board, &offer.name).await?;
        let act = json!({"startRanking": {"specialty": offer.name, "currentEtag": etag}});
        board.does("close competition", act).await?;
        let etag = campaign::etag(board, &offer.name).await?;
        let act = json!({"closeSpecialty": {"specialty": offer.name, "currentEtag": etag}});
        let refused = board.prepares("close specialty", act).await?;
        let held = refused.refused_for("SPECIALTY_RANKING_STARTED").is_ok();
        let what = "nothing of a specialty changes once it is ranked";
        stand.ledger.tried(GRADED, held, what);
        let shown = board
            .actor
            .read("read specialty", &format!("/v1/{}", offer.name))
            .await?;
        ensure!(shown["rankingStarted"] == true, "it says so: {shown}");
    }
    Ok(())
}
