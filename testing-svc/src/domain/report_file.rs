//! The report of a site without a link: what its lines say, read strictly and all at once. Whether a line
//! can be applied is another question, and each line's own.

use std::collections::{BTreeMap, BTreeSet};

use chassis::name;
use chassis::violation::Violations;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::attempt::Code;
use super::score_import::Row;
use super::signed_file::VERSION;
use super::sitting_report::{Came, past};

/// Bytes of a file at most.
pub const MOST_BYTES: usize = 1024 * 1024;

/// Lines between the first and the signature at most: what one transaction can hold a stage for.
pub const MOST_LINES: usize = 1_000;

/// Characters of a note at most, as when the exam desk writes it.
pub const LONGEST_NOTE: usize = 1_000;

/// Characters of a score that are looked at.
const LONGEST_SCORE: usize = 32;

/// What the call says of the file.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub partner: &'a str,
    /// The session's name.
    pub session: &'a str,
    pub campaign: &'a str,
    pub now: Timestamp,
}

/// One line, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which one of the file, from 1.
    pub number: usize,
    pub id: Uuid,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Came(Came),
    Irregularity(Told),
    Score(Row),
}

/// What should not have happened, as a partner tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub booking: Uuid,
    pub code: Code,
    pub note: String,
    pub time: Timestamp,
}

impl Told {
    pub fn content(&self) -> String {
        let (booking, code, time) = (self.booking, self.code.as_str(), self.time);
        format!("irregularity {booking} {code} {time} {}", self.note)
    }
}

impl What {
    /// What the line's id stands for.
    pub fn content(&self) -> String {
        match self {
            Self::Came(came) => came.content(),
            Self::Irregularity(told) => told.content(),
            Self::Score(row) => {
                let Row {
                    number,
                    score,
                    absent,
                    subjects,
                    ..
                } = row;
                format!("score {number} {score} {absent} {subjects:?}")
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    irikteu: String,
    version: u32,
    partner: String,
    session: String,
    /// Tells this file from another with the same lines.
    file: String,
}

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

/// The lines of a file whose signature fits.
///
/// # Errors
/// Everything that is wrong with its lines.
pub fn read(body: &str, call: Call<'_>) -> Result<Vec<Line>, Violations> {
    let mut violations = Violations::new();
    let mut texts = body.lines();
    head(&mut violations, texts.next().unwrap_or_default(), call);
    let (mut lines, mut seen) = (Vec::new(), BTreeSet::new());
    for (at, text) in texts.enumerate() {
        if at >= MOST_LINES {
            let most = [("max", MOST_LINES.to_string())];
            violations.add_with("file", "TOO_MANY", most);
            break;
        }
        let place = format!("file.line[{}]", at + 2);
        let Ok(raw) = serde_json::from_str::<Raw>(text) else {
            violations.add(place, "INVALID_FORMAT");
            continue;
        };
        let Some(line) = line(&mut violations, &place, at + 2, raw, call) else {
            continue;
        };
        if !seen.insert(line.id) {
            violations.add(format!("{place}.id"), "ID_TWICE");
        }
        lines.push(line);
    }
    if lines.is_empty() && violations.is_empty() {
        violations.add("file", "REQUIRED");
    }
    if violations.is_empty() {
        Ok(lines)
    } else {
        Err(violations)
    }
}

fn head(violations: &mut Violations, text: &str, call: Call<'_>) {
    let place = "file.line[1]";
    let Ok(head) = serde_json::from_str::<Head>(text) else {
        violations.add(place, "INVALID_FORMAT");
        return;
    };
    let mut is = |field: &str, holds: bool, reason| {
        if !holds {
            violations.add(format!("{place}.{field}"), reason);
        }
    };
    is("irikteu", head.irikteu == "report", "UNKNOWN_VALUE");
    is("version", head.version == VERSION, "UNKNOWN_VALUE");
    is("partner", head.partner == call.partner, "NOT_AS_CALLED");
    is("session", head.session == call.session, "NOT_AS_CALLED");
    is(
        "file",
        Uuid::parse_str(&head.file).is_ok(),
        "INVALID_FORMAT",
    );
}

fn line(
    violations: &mut Violations,
    place: &str,
    number: usize,
    raw: Raw,
    call: Call<'_>,
) -> Option<Line> {
    let field = |name: &str| format!("{place}.{name}");
    let id = Uuid::parse_str(&raw.id).map_err(|_| "INVALID_FORMAT");
    let id = violations.take(&field("id"), id);
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
            violations.add(field(name), "UNKNOWN_FIELD");
        }
    }
    let time = violations.take(&field("time"), told_time(raw.time.as_deref(), call.now));
    let what = match raw.kind.as_str() {
        "check_in" => {
            let booking = violations.take(&field("booking"), booking(&raw, call));
            let started = match &raw.start_time {
                None => Some(None),
                Some(text) => {
                    let read = told_time(Some(text), call.now).and_then(|start| match time {
                        Some(time) if start < time => Err("TIMES_BACKWARDS"),
                        _ => Ok(start),
                    });
                    violations.take(&field("start_time"), read).map(Some)
                }
            };
            What::Came(Came {
                booking: booking?,
                checked_in: time?,
                started: started?,
            })
        }
        "irregularity" => {
            let booking = violations.take(&field("booking"), booking(&raw, call));
            let code = raw.code.as_deref().ok_or("REQUIRED");
            let code = code.and_then(|it| Code::from_word(it).ok_or("UNKNOWN_VALUE"));
            let code = violations.take(&field("code"), code);
            let note = raw.note.as_deref().unwrap_or_default();
            let note = match code {
                Some(Code::Other) => violations.text(&field("note"), note, LONGEST_NOTE),
                _ => violations.optional_text(&field("note"), note, LONGEST_NOTE),
            };
            What::Irregularity(Told {
                booking: booking?,
                code: code?,
                note,
                time: time?,
            })
        }
        "score" => {
            let score = raw.score.unwrap_or_default();
            if score.len() > LONGEST_SCORE {
                violations.add(field("score"), "INVALID_FORMAT");
            }
            What::Score(Row {
                place: place.to_owned(),
                number: raw.candidate_number.unwrap_or_default(),
                score,
                absent: raw.absent.unwrap_or_default(),
                subjects: raw.subjects.unwrap_or_default().into_iter().collect(),
            })
        }
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

#[cfg(test)]
#[path = "report_file_tests.rs"]
mod tests;
