//! Acts on choices as they were sent. A row that can't be read keeps its place, so that the others are told
//! by theirs.

use chassis::name::capture;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;

use crate::domain::board_action::Act;
use crate::domain::choice::{Hundredths, Mark, Seen};
use crate::domain::choice_act::{
    Acceptance, MOST_ACCEPTED, MOST_CODES, MOST_MARKS, MOST_SEEN, SeenChoice, mark,
};
use crate::rpc::{etag, name};

pub fn acknowledged(violations: &mut Violations, asked: &pb::AcknowledgeChoices) -> Act {
    let path = "acknowledge_choices.choices";
    Act::AcknowledgeChoices {
        choices: seen(violations, path, &asked.choices),
    }
}

pub fn accepted(violations: &mut Violations, asked: &pb::AcceptChoices) -> Act {
    let path = "accept_choices.choices";
    check_count(violations, path, asked.choices.len(), MOST_ACCEPTED);
    let names: Vec<_> = asked.choices.iter().map(|it| it.choice.as_str()).collect();
    let rows = asked.choices.iter().take(MOST_ACCEPTED).enumerate();
    let choices = rows.map(|(at, row)| {
        let path = format!("{path}[{at}]");
        check_name(violations, &format!("{path}.choice"), &names, at);
        let field = format!("{path}.current_etag");
        etag::check_needed(violations, &field, &row.current_etag);
        let of = SeenChoice {
            choice: row.choice.clone(),
            current_etag: row.current_etag.clone(),
        };
        Acceptance {
            of,
            seen: proven(violations, &path, row),
        }
    });
    Act::AcceptChoices {
        choices: choices.collect(),
    }
}

fn proven(violations: &mut Violations, path: &str, row: &pb::ChoiceAcceptance) -> Seen {
    let mut few = |field: &str, count: usize, most: usize| {
        if count > most {
            let field = format!("{path}.{field}");
            violations.add_with(field, "TOO_MANY", [("max", most.to_string())]);
        }
    };
    few("marks", row.marks.len(), MOST_MARKS);
    few("merits", row.merits.len(), MOST_CODES);
    few("quota_categories", row.quota_categories.len(), MOST_CODES);
    let marks = row.marks.iter().take(MOST_MARKS).enumerate();
    let marks = marks.map(|(at, sent)| {
        let read = mark(&sent.mark);
        if read.is_none() {
            violations.add(format!("{path}.marks[{at}].mark"), "MARK_INVALID");
        }
        Mark {
            subject: sent.subject.clone(),
            mark: read.unwrap_or(Hundredths::whole(0)),
        }
    });
    let marks = marks.collect();
    let codes = |codes: &[String]| codes.iter().take(MOST_CODES).cloned().collect();
    Seen {
        marks,
        merits: codes(&row.merits),
        quota_categories: codes(&row.quota_categories),
    }
}

pub fn rejected(violations: &mut Violations, asked: &pb::RejectChoices) -> Act {
    let field = "reject_choices.reason_codes";
    check_count(violations, field, asked.reason_codes.len(), MOST_CODES);
    let reason_codes = asked.reason_codes.iter().take(MOST_CODES).cloned();
    Act::RejectChoices {
        choices: seen(violations, "reject_choices.choices", &asked.choices),
        reason_codes: reason_codes.collect(),
    }
}

pub fn set_aside(violations: &mut Violations, asked: &pb::SetChoicesAside) -> Act {
    Act::SetChoicesAside {
        choices: seen(violations, "set_choices_aside.choices", &asked.choices),
        reason_code: asked.reason_code.clone(),
    }
}

fn seen(violations: &mut Violations, path: &str, sent: &[pb::SeenChoice]) -> Vec<SeenChoice> {
    check_count(violations, path, sent.len(), MOST_SEEN);
    let names: Vec<_> = sent.iter().map(|it| it.choice.as_str()).collect();
    let rows = sent.iter().take(MOST_SEEN).enumerate();
    let rows = rows.map(|(at, row)| {
        let path = format!("{path}[{at}]");
        check_name(violations, &format!("{path}.choice"), &names, at);
        let field = format!("{path}.current_etag");
        etag::check_needed(violations, &field, &row.current_etag);
        SeenChoice {
            choice: row.choice.clone(),
            current_etag: row.current_etag.clone(),
        }
    });
    rows.collect()
}

/// There is a row, and no more than one can look through.
pub fn check_count(violations: &mut Violations, path: &str, count: usize, most: usize) {
    if count == 0 {
        violations.add(path, "REQUIRED");
    } else if count > most {
        violations.add_with(path, "TOO_MANY", [("max", most.to_string())]);
    }
}

/// The choice of this row is named as choices are, and not in a row before.
pub fn check_name(violations: &mut Violations, field: &str, names: &[&str], at: usize) {
    let is_choice =
        |name: &str| capture::<3>("campaigns/*/applications/*/choices/*", name).is_some();
    check_row(violations, field, names, at, is_choice);
}

/// The thing of this row is named as such things are, and not in a row before.
pub fn check_row(
    violations: &mut Violations,
    field: &str,
    names: &[&str],
    at: usize,
    is_one: impl Fn(&str) -> bool,
) {
    let name = names[at];
    if !is_one(name) {
        violations.add(field, name::reason(name));
    } else if names[..at].contains(&name) {
        violations.add(field, "VALUE_TWICE");
    }
}
