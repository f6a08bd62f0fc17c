//! The report of a site without a link: what its lines say, read strictly and all at once. Whether a line
//! can be applied is another question, and each line's own.

use std::collections::BTreeSet;

use chassis::violation::Violations;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::attempt::Code;
use super::report_line;
use super::score_import::Row;
use super::signed_file::VERSION;
use super::sitting_report::Came;

/// Bytes of a file at most.
pub const MOST_BYTES: usize = 1024 * 1024;

/// Lines between the first and the signature at most: what one transaction can hold a stage for.
pub const MOST_LINES: usize = 1_000;

/// Characters of a note at most, as when the exam desk writes it.
pub const LONGEST_NOTE: usize = 1_000;

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
        let Some(line) = report_line::read(&mut violations, (&place, at + 2), text, call) else {
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

#[cfg(test)]
#[path = "report_file_tests.rs"]
mod tests;
