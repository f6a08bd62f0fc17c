//! A line of a partner's report: who came, what happened, or what was scored.

use std::collections::BTreeMap;

use chassis::name;
use chassis::violation::Violations;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::attempt::Code;
use super::report_file::{Call, LONGEST_NOTE, Line, Told, What};
use super::score_import::Row;
use super::sitting_report::{Came, past};

/// Characters of a score that are looked at.
const LONGEST_SCORE: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    kind: String,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    booking: Option<String>,
    #[serde(default)]
    start_time: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    candidate_number: Option<String>,
    #[serde(default)]
    score: Option<String>,
    #[serde(default)]
    absent: Option<bool>,
    #[serde(default)]
    subjects: Option<BTreeMap<String, String>>,
}

/// One line at its place of the file, which is its number too. Everything that is wrong with it is noted.
pub fn read(
    violations: &mut Violations,
    (place, number): (&str, usize),
    text: &str,
    call: Call<'_>,
) -> Option<Line> {
    let Ok(raw) = serde_json::from_str::<Raw>(text) else {
        violations.add(place, "INVALID_FORMAT");
        return None;
    };
    let field = |name: &str| format!("{place}.{name}");
    let id = Uuid::parse_str(&raw.id).map_err(|_| "INVALID_FORMAT");
    let id = violations.take(&field("id"), id);
    strange(violations, place, &raw);
    let time = violations.take(&field("time"), told_time(raw.time.as_deref(), call.now));
    let what = match raw.kind.as_str() {
        "check_in" => What::Came(came(violations, place, &raw, (time, call))?),
        "irregularity" => What::Irregularity(irregularity(violations, place, &raw, (time, call))?),
        "score" => What::Score(score(violations, place, raw)),
        _ => {
            violations.add(field("kind"), "UNKNOWN_VALUE");
            return None;
        }
    };
    Some(Line {
        number,
        id: id?,
        what,
    })
}

/// Fields that lines of this kind do not have.
fn strange(violations: &mut Violations, place: &str, raw: &Raw) {
    let strange = [
        ("booking", raw.booking.is_some(), "check_in irregularity"),
        ("start_time", raw.start_time.is_some(), "check_in"),
        ("code", raw.code.is_some(), "irregularity"),
        ("note", raw.note.is_some(), "irregularity"),
        ("candidate_number", raw.candidate_number.is_some(), "score"),
        ("score", raw.score.is_some(), "score"),
        ("absent", raw.absent.is_some(), "score"),
        ("subjects", raw.subjects.is_some(), "score"),
    ];
    for (name, is_there, kinds) in strange {
        if is_there && !kinds.split(' ').any(|kind| kind == raw.kind) {
            violations.add(format!("{place}.{name}"), "UNKNOWN_FIELD");
        }
    }
}

fn came(
    violations: &mut Violations,
    place: &str,
    raw: &Raw,
    (time, call): (Option<Timestamp>, Call<'_>),
) -> Option<Came> {
    let booking = violations.take(&format!("{place}.booking"), booking(raw, call));
    let started = match &raw.start_time {
        None => Some(None),
        Some(text) => {
            let read = told_time(Some(text), call.now).and_then(|start| match time {
                Some(time) if start < time => Err("TIMES_BACKWARDS"),
                _ => Ok(start),
            });
            violations
                .take(&format!("{place}.start_time"), read)
                .map(Some)
        }
    };
    Some(Came {
        booking: booking?,
        checked_in: time?,
        started: started?,
    })
}

fn irregularity(
    violations: &mut Violations,
    place: &str,
    raw: &Raw,
    (time, call): (Option<Timestamp>, Call<'_>),
) -> Option<Told> {
    let booking = violations.take(&format!("{place}.booking"), booking(raw, call));
    let code = raw.code.as_deref().ok_or("REQUIRED");
    let code = code.and_then(|it| Code::from_word(it).ok_or("UNKNOWN_VALUE"));
    let code = violations.take(&format!("{place}.code"), code);
    let (field, note) = (format!("{place}.note"), raw.note.as_deref());
    let note = match code {
        Some(Code::Other) => violations.text(&field, note.unwrap_or_default(), LONGEST_NOTE),
        _ => violations.optional_text(&field, note.unwrap_or_default(), LONGEST_NOTE),
    };
    Some(Told {
        booking: booking?,
        code: code?,
        note,
        time: time?,
    })
}

fn score(violations: &mut Violations, place: &str, raw: Raw) -> Row {
    let score = raw.score.unwrap_or_default();
    if score.len() > LONGEST_SCORE {
        violations.add(format!("{place}.score"), "INVALID_FORMAT");
    }
    Row {
        place: place.to_owned(),
        number: raw.candidate_number.unwrap_or_default(),
        score,
        absent: raw.absent.unwrap_or_default(),
        subjects: raw.subjects.unwrap_or_default().into_iter().collect(),
    }
}

fn told_time(text: Option<&str>, now: Timestamp) -> Result<Timestamp, &'static str> {
    let text = text.ok_or("REQUIRED")?;
    let time = text.parse().map_err(|_| "INVALID_FORMAT")?;
    past(time, now)
}

/// A booking of the campaign, by its name.
fn booking(raw: &Raw, call: Call<'_>) -> Result<Uuid, &'static str> {
    let text = raw.booking.as_deref().ok_or("REQUIRED")?;
    let [campaign, id] =
        name::capture::<2>("campaigns/*/bookings/*", text).ok_or("INVALID_NAME")?;
    let id = Uuid::parse_str(id).map_err(|_| "INVALID_NAME")?;
    match campaign == call.campaign {
        true => Ok(id),
        false => Err("NOT_AS_CALLED"),
    }
}
