//! Acts on choices as they were sent. A row that can't be read keeps its place, so that the others are told
//! by theirs.

use std::collections::HashMap;

use chassis::Result;
use chassis::identifier::Bin;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;

use crate::Context;
use crate::domain::board_action::Act;
use crate::domain::choice::{Hundredths, Mark, Seen};
use crate::domain::choice_act::{
    Acceptance, Correction, MOST_ACCEPTED, MOST_CODES, MOST_MARKS, MOST_SEEN, SeenChoice, mark,
};
use crate::rpc::{etag, name};
use crate::store::choice;

pub fn acknowledged(violations: &mut Violations, asked: &pb::AcknowledgeChoices) -> Act {
    let path = "acknowledge_choices.choices";
    Act::AcknowledgeChoices {
        choices: seen(violations, path, &asked.choices),
    }
}

pub fn accepted(violations: &mut Violations, asked: &pb::AcceptChoices) -> Act {
    let path = "accept_choices.choices";
    Act::AcceptChoices {
        choices: acceptances(violations, path, &asked.choices),
    }
}

/// With what stands there now, so that it is signed with what takes its place. Of a choice that is another
/// college's nothing is said; when it is tried it is told.
pub async fn corrected(
    ctx: &Context,
    violations: &mut Violations,
    organisation: Bin,
    asked: &pb::CorrectMarks,
) -> Result<Act> {
    let rows = acceptances(violations, "correct_marks.choices", &asked.choices);
    let ids = rows
        .iter()
        .filter_map(|row| name::choice_id(&row.of.choice));
    let ids: Vec<_> = ids.map(str::to_owned).collect();
    let found = choice::find_all(ctx.db.read(), &ids).await?;
    let was: HashMap<_, _> = found
        .into_iter()
        .filter(|kept| kept.choice.bin == organisation)
        .map(|kept| (kept.name(), kept.choice.seen()))
        .collect();
    let correction = |row: Acceptance| Correction {
        was: was.get(&row.of.choice).cloned().unwrap_or_default(),
        of: row.of,
        seen: row.seen,
    };
    Ok(Act::CorrectMarks {
        choices: rows.into_iter().map(correction).collect(),
    })
}

fn acceptances(
    violations: &mut Violations,
    path: &str,
    sent: &[pb::ChoiceAcceptance],
) -> Vec<Acceptance> {
    check_count(violations, path, sent.len(), MOST_ACCEPTED);
    let names: Vec<_> = sent.iter().map(|it| it.choice.as_str()).collect();
    let rows = sent.iter().take(MOST_ACCEPTED).enumerate();
    let rows = rows.map(|(at, row)| {
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
    rows.collect()
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
    let is_choice = |name: &str| name::choice_id(name).is_some();
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
