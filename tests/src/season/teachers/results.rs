//! Scores by subject come in as a file, are published for all at once, and some appeal.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use base64::Engine;
use serde_json::json;

use super::Teacher;
use super::campaign::{MARKS, Round};
use super::plan::HIGHEST;
use super::seat::Seated;
use crate::season::actor::Outcome;
use crate::season::results::{points, publish_at_once};
use crate::season::stand::Stand;

/// The rule that points are added up, and categories reached, as anybody can compute it.
pub const ADDED_UP: &str = "T4";

/// A teacher who knows the result.
#[derive(Clone)]
pub struct Done {
    pub teacher: Teacher,
    /// Whether there is a score.
    pub sat: bool,
    /// `campaigns/{campaign}/appeals/{appeal}`.
    pub appeal: Option<String>,
}

/// The highest category whose mark so many points reach in a direction.
pub fn category(direction: &str, total: u32) -> &'static str {
    let best: u32 = HIGHEST.iter().sum();
    let marks = MARKS.iter().rev().filter(|it| it.3 == direction);
    let mut reached = marks.filter(|it| total * 100 >= it.2 * best);
    reached.next().map_or("", |it| it.0)
}

/// A file as a partner makes it: the same again changes nothing.
pub async fn import(stand: &Stand, round: &Round, all: &[Seated]) -> anyhow::Result<()> {
    let path = format!("/v1/{}/importResults", round.stage);
    let line = |it: &Seated| match (it.sat, it.teacher.planned.scores) {
        (true, [content, methods]) => {
            let total = content + methods;
            format!("{};{total};{content};{methods};", it.teacher.candidate)
        }
        (false, _) => format!("{};;;;1", it.teacher.candidate),
    };
    let lines: Vec<String> = all.iter().map(line).collect();
    let scores = all.iter().filter(|it| it.sat);
    let sum: u32 = scores.flat_map(|it| it.teacher.planned.scores).sum();
    let file = |lines: &[String], sum: u32| {
        let csv = format!(
            "candidate_number;score;subject.CONTENT;subject.METHODS;absent\n{}\n",
            lines.join("\n")
        );
        let csv = base64::engine::general_purpose::STANDARD.encode(csv);
        json!({"csv": csv, "rowCount": lines.len(), "scoreSum": sum.to_string()})
    };
    // Off the scale of one subject, though not of the whole.
    let mut wrong = lines.clone();
    let somebody = all.iter().find(|it| it.sat).context("nobody sat")?;
    let much = HIGHEST[0] + 1;
    wrong.push(format!("{};{much};{much};0;", somebody.teacher.candidate));
    wrong.push("0000000000;2;1;1;".into());
    let refused = stand
        .desk
        .post("import scores", &path, file(&wrong, sum + HIGHEST[0] + 3));
    refused.await?.refused_for("INVALID_REQUEST")?;
    let added = stand
        .desk
        .carry_out("import scores", &path, file(&lines, sum))
        .await?;
    ensure!(
        added["addedCount"] == lines.len(),
        "every row is new: {added}"
    );
    let again = stand
        .desk
        .carry_out("import scores", &path, file(&lines, sum))
        .await?;
    let held = again["unchangedCount"] == lines.len();
    let what = "importing the same file again changed nothing";
    stand.ledger.tried("B5", held, what);
    Ok(())
}

/// The first session by itself, then all the others with the stage.
pub async fn publish(stand: &Stand, round: &Round, all: &[Seated]) -> anyhow::Result<()> {
    let first = all.iter().find(|it| it.sat).context("nobody sat")?;
    let session = &first.seat.session;
    let published = publish_at_once(stand, session, json!({}), "SESSION_PUBLISHED").await?;
    let sat = all
        .iter()
        .filter(|it| it.sat && it.seat.session == *session);
    let held = published["resultCount"] == sat.count();
    let what = "a session is published for everybody who sat it";
    stand.ledger.tried("R2", held, what);
    let path = format!("/v1/{}/cutPreview", round.stage);
    let preview = stand.manager.read("preview cut", &path).await?;
    let request = json!({"inputHash": preview["inputHash"]});
    let stage = publish_at_once(stand, &round.stage, request, "STAGE_PUBLISHED");
    stage.await.map(drop)
}

/// What a person reads is what the partner sent; some appeal.
pub async fn read(stand: Stand, seated: Seated, round: Round) -> anyhow::Result<Done> {
    let path = format!("/v1/{}/results", round.stage);
    let actor = &seated.teacher.person.actor;
    let own = actor.list("read own result", &path, "stageResults").await?;
    ensure!(own.len() == 1, "one result: {own:?}");
    let result = own.first().context("a result")?;
    let planned = seated.teacher.planned.scores;
    let total: u32 = planned.iter().sum();
    let held = match seated.sat {
        true => {
            let subjects = result["subjects"].as_array().into_iter().flatten();
            let told: Vec<_> = subjects.map(|it| points(&it["total"])).collect();
            let reached = result["category"].as_str().unwrap_or_default();
            told == planned.map(Some)
                && points(&result["total"]) == Some(total)
                && reached == category(seated.teacher.planned.direction(), total)
        }
        false => result["outcome"] == "OUTCOME_ABSENT",
    };
    let what = "a result is what was sent, added up, with its category";
    stand.ledger.tried(ADDED_UP, held, what);
    let mut appeal = None;
    if seated.sat && seated.teacher.planned.turns.appeals {
        let name = result["name"].as_str().context("a result")?;
        let path = format!("/v1/{name}/fileAppeal");
        let text = json!({"text": "12-тапсырманың бағасымен келіспеймін"});
        let filed = actor.carry_out("file appeal", &path, text).await?;
        appeal = Some(filed["name"].as_str().context("an appeal")?.to_owned());
    }
    Ok(Done {
        teacher: seated.teacher,
        sat: seated.sat,
        appeal,
    })
}

/// Every other appeal gets the points of one task in the methods; all learn of it together. Gives what was
/// added, by candidate.
pub async fn decide(
    stand: &Stand,
    round: &Round,
    all: &[Done],
) -> anyhow::Result<BTreeMap<String, u32>> {
    let mut raised = BTreeMap::new();
    let appeals = all
        .iter()
        .filter_map(|it| Some((it, it.appeal.as_deref()?)));
    for (at, (done, appeal)) in appeals.enumerate() {
        let delta = if at % 2 == 0 { 2 } else { 0 };
        let decision = match delta {
            0 => json!({"decision": "DECISION_REJECTED", "note": "Баға дұрыс қойылған"}),
            _ => json!({
                "decision": "DECISION_GRANTED", "scoreDelta": delta.to_string(),
                "subjectDeltas": [{"subject": "METHODS", "score": delta.to_string()}],
                "note": "12-тапсырма қайта бағаланды",
            }),
        };
        let path = format!("/v1/{appeal}/decide");
        stand
            .manager
            .carry_out("decide appeal", &path, decision)
            .await?;
        raised.insert(done.teacher.candidate.clone(), delta);
    }
    let path = format!("/v1/{}/publishAppealDecisions", round.stage);
    stand
        .manager
        .carry_out("publish appeals", &path, json!({}))
        .await?;
    Ok(raised)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_reached_at_its_mark() {
        let told = [49, 50, 59, 60, 70, 80, 89, 90, 100].map(|it| category("", it));
        let expected = [
            "",
            "TEACHER",
            "TEACHER",
            "MODERATOR",
            "EXPERT",
            "RESEARCHER",
            "RESEARCHER",
            "MASTER",
            "MASTER",
        ];
        assert_eq!(told, expected);
        assert_eq!(
            [69, 70, 100].map(|it| category("HEADS", it)),
            ["", "HEAD", "HEAD"]
        );
    }
}
