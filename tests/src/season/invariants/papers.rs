//! Applications, review, messages, accounts and the log: Q1, Q3 to Q5, R2, N2, I1, A2.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Line;
use super::reads::{Reads, text};
use crate::season::ledger::Facts;

pub fn lines(facts: &Facts, reads: &Reads) -> Vec<Line> {
    vec![
        submissions(facts, reads),
        saves(facts, reads),
        windows(facts),
        documents(facts, reads),
        states(facts, reads),
        decisions(facts, reads),
        told_once(facts, reads),
        accounts(facts, reads),
        log(facts, reads),
    ]
}

fn submissions(facts: &Facts, reads: &Reads) -> Line {
    let mut broken = Vec::new();
    for told in &facts.submissions {
        let Some(kept) = reads.submissions.get(&told.submission) else {
            broken.push(format!("{} is gone", told.submission));
            continue;
        };
        let sections = kept["sections"].as_array().into_iter().flatten();
        let kept: BTreeMap<String, &Value> = sections
            .map(|it| (last_part(&it["name"]), &it["answers"]))
            .collect();
        for (section, answers) in &told.answers {
            if kept.get(*section) != Some(&answers) {
                broken.push(format!(
                    "{}: {section} is not as it was sent",
                    told.submission
                ));
            }
        }
    }
    let compared = format!(
        "{} submissions, section by section",
        facts.submissions.len()
    );
    Line::new(
        "Q1",
        "an acknowledged submission is there as it was sent",
        compared,
        broken,
    )
}

fn last_part(name: &Value) -> String {
    let name = name.as_str().unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

fn saves(facts: &Facts, reads: &Reads) -> Line {
    let lost = facts.saves.iter().filter(|it| {
        let key = (it.application.clone(), it.section.to_owned());
        reads.answers.get(&key) != Some(&it.answers)
    });
    let lost = lost.map(|it| format!("{}: {} is not as it was saved", it.application, it.section));
    let compared = format!("{} sections after their last save", facts.saves.len());
    Line::new(
        "Q2",
        "what was saved last is there",
        compared,
        lost.collect(),
    )
}

fn windows(facts: &Facts) -> Line {
    let wrong = facts
        .closings
        .iter()
        .filter(|it| it.answered != it.expected);
    let wrong = wrong.map(|it| {
        format!(
            "{}: {:?} instead of {}",
            it.campaign, it.answered, it.expected
        )
    });
    let mut broken: Vec<String> = wrong.collect();
    if facts.closings.is_empty() {
        broken.push("nobody tried it".into());
    }
    let compared = format!("{} applications outside a window", facts.closings.len());
    Line::new(
        "Q3",
        "nothing is taken outside the window",
        compared,
        broken,
    )
}

fn documents(facts: &Facts, reads: &Reads) -> Line {
    let wrong = facts
        .documents
        .iter()
        .filter(|it| reads.documents.get(&it.name) != Some(&it.sha256));
    let wrong = wrong.map(|it| format!("{} is not what was sent", it.name));
    let compared = format!("SHA-256 of {} downloads", facts.documents.len());
    Line::new(
        "Q4",
        "a document is what was uploaded",
        compared,
        wrong.collect(),
    )
}

/// Where an application may go from where; by way of what nobody looked at, too.
fn may_become(from: &str, to: &str) -> bool {
    let sent = ["STATE_SUBMITTED", "STATE_IN_REVIEW"];
    let decided = ["STATE_ACCEPTED", "STATE_REJECTED"];
    match from {
        "STATE_DRAFT" => sent.contains(&to) || to == "STATE_WITHDRAWN" || to == "STATE_EXPIRED",
        "STATE_SUBMITTED" | "STATE_IN_REVIEW" => {
            sent.contains(&to)
                || decided.contains(&to)
                || to == "STATE_CORRECTION_REQUESTED"
                || to == "STATE_WITHDRAWN"
        }
        "STATE_CORRECTION_REQUESTED" => sent.contains(&to) || to == "STATE_WITHDRAWN",
        _ => false,
    }
}

fn states(facts: &Facts, reads: &Reads) -> Line {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    let mut broken = Vec::new();
    for seen in &facts.states {
        let before = last.insert(&seen.application, &seen.state);
        if before.is_some_and(|before| !may_become(before, &seen.state)) {
            broken.push(format!(
                "{}: {before:?}, then {}",
                seen.application, seen.state
            ));
        }
    }
    for (application, state) in &last {
        let is = reads
            .applications
            .get(*application)
            .map(|it| text(&it["state"]))
            .unwrap_or_default();
        if is != *state {
            broken.push(format!("{application}: last seen {state}, is {is:?}"));
        }
    }
    let compared = format!(
        "{} states of {} applications",
        facts.states.len(),
        last.len()
    );
    Line::new("Q5", "applications go allowed ways only", compared, broken)
}

fn decisions(facts: &Facts, reads: &Reads) -> Line {
    let mut broken = Vec::new();
    let mut tasks = BTreeSet::new();
    for told in &facts.decisions {
        if !tasks.insert(&told.task) {
            broken.push(format!("{} was decided twice", told.task));
        }
        let decision = reads
            .tasks
            .get(&told.task)
            .map(|it| it["decision"].clone())
            .unwrap_or_default();
        if decision["outcome"] != told.outcome.as_str()
            || decision["expert"] != told.expert.as_str()
        {
            broken.push(format!(
                "{}: told {}, is {decision}",
                told.task, told.outcome
            ));
        }
    }
    let compared = format!("{} decisions with their tasks", facts.decisions.len());
    Line::new("R2", "a decision stays as it was made", compared, broken)
}

/// Each step of an application has one message, however often its event came.
fn told_once(facts: &Facts, reads: &Reads) -> Line {
    let mut broken = Vec::new();
    let mut messages = 0;
    for (person, all) in &reads.messages {
        messages += all.len();
        let count = |kind: &str| all.iter().filter(|it| it["kind"] == kind).count();
        let sent = facts
            .submissions
            .iter()
            .filter(|it| it.person == *person)
            .count();
        let accepted = reads
            .applications
            .values()
            .filter(|it| {
                it["applicant"] == reads.accounts[person].as_str()
                    && it["state"] == "STATE_ACCEPTED"
            })
            .count();
        for (kind, expected) in [
            ("KIND_APPLICATION_SUBMITTED", sent.min(1)),
            ("KIND_APPLICATION_RESUBMITTED", sent.saturating_sub(1)),
            ("KIND_APPLICATION_ACCEPTED", accepted),
        ] {
            if count(kind) != expected {
                broken.push(format!(
                    "person {person}: {} {kind}, not {expected}",
                    count(kind)
                ));
            }
        }
    }
    let compared = format!("{messages} messages of {} people", reads.messages.len());
    Line::new("N2", "a step is told once", compared, broken)
}

fn accounts(facts: &Facts, reads: &Reads) -> Line {
    let mut seen = BTreeSet::new();
    let twice = facts.accounts.iter().filter(|it| !seen.insert(&it.account));
    let mut broken: Vec<String> = twice
        .map(|it| format!("{} is two people", it.account))
        .collect();
    let told = |person: &usize| facts.accounts.iter().find(|it| it.person == *person);
    let others = reads
        .accounts
        .iter()
        .filter(|(person, account)| told(person).is_none_or(|it| it.account != **account));
    broken.extend(others.map(|(person, account)| format!("person {person} is {account}")));
    let compared = format!(
        "{} accounts with {} people",
        facts.accounts.len(),
        reads.accounts.len()
    );
    Line::new(
        "I1",
        "a person has the account they were given",
        compared,
        broken,
    )
}

fn log(facts: &Facts, reads: &Reads) -> Line {
    let logged: BTreeSet<&str> = reads.logged.iter().map(String::as_str).collect();
    let missing = facts
        .decisions
        .iter()
        .filter(|it| !logged.contains(it.task.as_str()));
    let mut broken: Vec<String> = missing
        .map(|it| format!("{} is not in the log", it.task))
        .collect();
    if reads.verdict["fault"].is_object() {
        broken.push(format!("the verifier says {}", reads.verdict["fault"]));
    }
    let compared = format!(
        "{} decisions with {} rows, and the verifier",
        facts.decisions.len(),
        reads.logged.len()
    );
    Line::new(
        "A2",
        "the decision log is whole and has every decision",
        compared,
        broken,
    )
}
