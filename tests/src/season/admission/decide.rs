//! The boards' work on their folders: everything acknowledged, most of it accepted with the marks of the
//! certificate, some refused, some set aside; each in bulk and under signature.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Applicant;
use super::board::{Board, text};
use super::campaign::Offered;
use super::plan::{BENEFIT, Planned, SUBJECTS, Turn};
use crate::season::actor::Outcome;
use crate::season::stand::Stand;

/// The rule that a choice moves from folder to folder once, whoever asks again.
pub const FOLDERS: &str = "K3";
/// How many choices a board deals with under one signature.
const AT_ONCE: usize = 50;

/// An applicant's wish as a board finds it.
#[derive(Clone, Copy)]
struct Wish<'a> {
    applicant: &'a Applicant,
    /// The place in the order of preference, from 0.
    place: usize,
}

pub async fn decide(
    stand: &Stand,
    boards: &[Board],
    offered: &[Offered],
    applicants: &[Applicant],
) -> anyhow::Result<()> {
    let wishes: BTreeMap<&str, Wish<'_>> = applicants
        .iter()
        .flat_map(|applicant| {
            let names = applicant.choices.iter().enumerate();
            names.map(move |(place, name)| (name.as_str(), Wish { applicant, place }))
        })
        .collect();
    for (at, board) in boards.iter().enumerate() {
        acknowledges(stand, board).await?;
        answers(stand, board, &wishes).await?;
        let own = |wish: &usize| offered.get(*wish).is_some_and(|it| it.board == at);
        let accepted = applicants.iter().map(|it| {
            let places = it.planned.wishes.iter().enumerate();
            let competes =
                places.filter(|(place, wish)| own(wish) && it.planned.competes_at(*place));
            competes.count()
        });
        let expected: usize = accepted.sum();
        let found = board.folder(stand, "STATE_ACCEPTED").await?;
        let held = found.len() == expected && found.iter().all(|it| board.has(it));
        let what = "each college has accepted its own, and sees nobody else's";
        stand.ledger.tried(FOLDERS, held, what);
        let open = board.folder(stand, "STATE_NEW").await?.len()
            + board.folder(stand, "STATE_IN_PROCESSING").await?.len();
        ensure!(open == 0, "{open} choices wait for an answer");
    }
    Ok(())
}

fn seen(choice: &Value) -> Value {
    json!({"choice": choice["name"], "currentEtag": choice["etag"]})
}

async fn acknowledges(stand: &Stand, board: &Board) -> anyhow::Result<()> {
    let fresh = board.folder(stand, "STATE_NEW").await?;
    if let Some(first) = fresh.first() {
        // Not before it was acknowledged.
        let early = json!({"rejectChoices":
            {"choices": [seen(first)], "reasonCodes": ["DOCUMENTS_INCOMPLETE"]}});
        let refused = board.prepares("refuse choices", early).await?;
        refused.refused_for("INVALID_REQUEST")?;
    }
    for some in fresh.chunks(AT_ONCE) {
        let choices: Vec<Value> = some.iter().map(seen).collect();
        let act = json!({"acknowledgeChoices": {"choices": choices}});
        let prepared = board.prepares("acknowledge", act.clone()).await?.done()?;
        board.signs("acknowledge", &prepared).await?.done()?;
        let again = board.prepares("acknowledge", act).await?;
        let held = again.refused_for("INVALID_REQUEST").is_ok();
        let what = "what was acknowledged is not acknowledged again";
        stand.ledger.tried(FOLDERS, held, what);
    }
    Ok(())
}

async fn answers(
    stand: &Stand,
    board: &Board,
    wishes: &BTreeMap<&str, Wish<'_>>,
) -> anyhow::Result<()> {
    let (mut accepted, mut refused, mut aside) = (Vec::new(), Vec::new(), Vec::new());
    for choice in board.folder(stand, "STATE_IN_PROCESSING").await? {
        let name = text(&choice["name"])?;
        let wish = wishes.get(name.as_str()).context("a choice of nobody")?;
        let planned = &wish.applicant.planned;
        match planned.turn {
            _ if planned.competes_at(wish.place) => accepted.push(acceptance(&choice, planned)),
            Turn::IsSetAside => aside.push(seen(&choice)),
            _ => refused.push(seen(&choice)),
        }
    }
    for some in accepted.chunks(AT_ONCE) {
        let mut without = json!({"acceptChoices": {"choices": some}});
        without["acceptChoices"]["choices"][0]["marks"] =
            json!([{"subject": "KAZAKH", "mark": "2"}]);
        let answer = board.prepares("accept choices", without).await?;
        answer.refused_for("INVALID_REQUEST")?;
        let act = json!({"acceptChoices": {"choices": some}});
        board.does("accept choices", act).await?;
    }
    if !refused.is_empty() {
        let act = json!({"rejectChoices":
            {"choices": refused, "reasonCodes": ["DOCUMENTS_UNREADABLE"]}});
        board.does("refuse choices", act).await?;
    }
    if !aside.is_empty() {
        let act = json!({"setChoicesAside": {"choices": aside, "reasonCode": "TECHNICAL_FAULT"}});
        board.does("set choices aside", act).await?;
    }
    Ok(())
}

fn acceptance(choice: &Value, planned: &Planned) -> Value {
    let mark =
        |(subject, tenths): (&str, u32)| json!({"subject": subject, "mark": Planned::mark(tenths)});
    let marks: Vec<Value> = SUBJECTS.into_iter().zip(planned.marks).map(mark).collect();
    let categories: &[&str] = match planned.has_benefit {
        true => &[BENEFIT],
        false => &[],
    };
    json!({
        "choice": choice["name"], "currentEtag": choice["etag"], "marks": marks,
        "quotaCategories": categories,
    })
}
