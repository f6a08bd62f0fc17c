//! An import of scores: read from rows or from a CSV file, and weighed as a whole. Everything that
//! is wrong is found, each with its place.

use std::collections::{BTreeMap, BTreeSet};

use super::certificate::terms::{BySubject, Terms};
use super::participant::Sitting;
use super::score::{Scale, Score};

/// Rows of one import at most.
pub const MOST_ROWS: usize = 10_000;

const COLUMNS: [&str; 3] = ["candidate_number", "score", "absent"];

/// How a column of a subject is named, before its code.
const SUBJECT: &str = "subject.";

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    /// One of [`COLUMNS`].
    Known(usize),
    /// The score in this subject.
    Subject(String),
}

/// One row as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands: `score_rows.rows[6]` or `csv.line[8]`.
    pub place: String,
    pub number: String,
    pub score: String,
    pub absent: bool,
    /// Scores by the code of the subject, as they came.
    pub subjects: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub field: String,
    pub reason: &'static str,
    /// The number of the row, where it has one.
    pub number: String,
}

impl Problem {
    pub fn of(row: &Row, column: &str, reason: &'static str) -> Self {
        Self {
            field: format!("{}.{column}", row.place),
            reason,
            number: row.number.clone(),
        }
    }

    fn whole(field: &str, reason: &'static str) -> Self {
        Self {
            field: field.to_owned(),
            reason,
            number: String::new(),
        }
    }
}

/// What is kept of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// The score, and where the stage has subjects those that make it.
    Score(Score, BySubject),
    Absent,
}

impl Mark {
    pub fn score(&self) -> Option<Score> {
        match self {
            Self::Score(score, _) => Some(*score),
            Self::Absent => None,
        }
    }

    pub fn subjects(&self) -> BySubject {
        match self {
            Self::Score(_, subjects) => subjects.clone(),
            Self::Absent => BySubject::new(),
        }
    }
}

/// Which scores a stage has.
#[derive(Debug, Clone, Copy)]
pub struct Measure<'a> {
    pub scale: &'a Scale,
    /// Its subjects, where it has some.
    pub terms: Option<&'a Terms>,
}

/// What is known of a candidate's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// There is such a candidate, and the stage is not open to them.
    Elsewhere,
    Here(Sitting),
    /// They are in the stage or were, and not in the session that is told of.
    OtherSession,
}

/// What the sender says of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    pub rows: usize,
    pub sum: Score,
}

/// The rows of a file.
///
/// # Errors
/// What is wrong with the file itself.
pub fn read_csv(bytes: &[u8]) -> Result<Vec<Row>, Vec<Problem>> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|_| vec![Problem::whole("csv", "TEXT_UNREADABLE")])?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text
        .split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let (at, head) = lines
        .next()
        .ok_or_else(|| vec![Problem::whole("csv", "REQUIRED")])?;
    let separator = if head.contains(';') { ';' } else { ',' };
    let columns = columns(head, separator).ok_or_else(|| {
        vec![Problem::whole(
            &format!("csv.line[{}]", at + 1),
            "COLUMNS_UNKNOWN",
        )]
    })?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (at, line) in lines {
        let place = format!("csv.line[{}]", at + 1);
        match row(line, separator, &columns, &place) {
            Some(row) => rows.push(row),
            None => problems.push(Problem::whole(&place, "INVALID_FORMAT")),
        }
        if rows.len() > MOST_ROWS {
            return Err(vec![Problem::whole("csv", "TOO_MANY")]);
        }
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems)
    }
}

/// Which column is where; none where a name is unknown, written twice, or missing.
fn columns(head: &str, separator: char) -> Option<Vec<Column>> {
    let named = head.split(separator).map(|name| {
        let name = unquoted(name);
        match name.get(..SUBJECT.len()) {
            Some(start) if start.eq_ignore_ascii_case(SUBJECT) => {
                Some(Column::Subject(name[SUBJECT.len()..].to_owned()))
            }
            _ => COLUMNS
                .iter()
                .position(|column| name.eq_ignore_ascii_case(column))
                .map(Column::Known),
        }
    });
    let columns = named.collect::<Option<Vec<_>>>()?;
    let once: BTreeSet<&Column> = columns.iter().collect();
    let needed = [Column::Known(0), Column::Known(1)];
    let complete = needed.iter().all(|column| once.contains(column));
    (once.len() == columns.len() && complete).then_some(columns)
}

fn row(line: &str, separator: char, columns: &[Column], place: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split(separator).map(unquoted).collect();
    if fields.len() != columns.len() {
        return None;
    }
    // Where semicolons part the columns, the decimal sign is a comma.
    let decimal = |score: &str| match separator {
        ';' => score.replace(',', "."),
        _ => score.to_owned(),
    };
    let (mut values, mut subjects) = ([""; COLUMNS.len()], Vec::new());
    for (column, field) in columns.iter().zip(fields) {
        match column {
            Column::Known(at) => values[*at] = field,
            // Who was absent has nothing in any of them.
            Column::Subject(_) if field.is_empty() => {}
            Column::Subject(code) => subjects.push((code.clone(), decimal(field))),
        }
    }
    let [number, score, absent] = values;
    let absent = match absent {
        "" | "0" => false,
        "1" => true,
        _ => return None,
    };
    Some(Row {
        place: place.to_owned(),
        number: number.to_owned(),
        score: decimal(score),
        absent,
        subjects,
    })
}

fn unquoted(field: &str) -> &str {
    let field = field.trim();
    let inner = field.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.map_or(field, str::trim)
}

/// What to keep, by candidate's number; or all that is wrong.
///
/// # Errors
/// Every problem of the rows and of the whole.
pub fn weigh(
    rows: &[Row],
    declared: Declared,
    measure: Measure<'_>,
    known: &BTreeMap<String, Known>,
) -> Result<BTreeMap<String, Mark>, Vec<Problem>> {
    let Weighed {
        marks,
        sum,
        mut problems,
    } = weigh_rows(rows, measure, known);
    if rows.len() != declared.rows {
        problems.push(Problem::whole("row_count", "COUNT_MISMATCH"));
    }
    // Of scores that can't be read there is no sum to compare.
    if sum.is_some_and(|sum| sum != declared.sum) {
        problems.push(Problem::whole("score_sum", "SUM_MISMATCH"));
    }
    if problems.is_empty() {
        Ok(marks)
    } else {
        Err(problems)
    }
}

/// What the rows say, and what is wrong with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// By candidate's number.
    pub marks: BTreeMap<String, Mark>,
    /// None where a score can't be read: then there is no sum.
    pub sum: Option<Score>,
    pub problems: Vec<Problem>,
}

/// The rows by themselves, without what is declared of the whole.
pub fn weigh_rows(rows: &[Row], measure: Measure<'_>, known: &BTreeMap<String, Known>) -> Weighed {
    let mut problems = Vec::new();
    let (mut marks, mut seen) = (BTreeMap::new(), BTreeSet::new());
    let mut sum = Some(Score(0));
    for row in rows {
        if !seen.insert(row.number.as_str()) && !row.number.is_empty() {
            problems.push(Problem::of(row, "candidate_number", "CANDIDATE_TWICE"));
        } else if let Err(reason) = may_have(row, known) {
            problems.push(Problem::of(row, "candidate_number", reason));
        }
        match mark(row, measure.scale) {
            Ok(score) => {
                sum = sum.map(|it| it.plus(score.unwrap_or_default()));
                match subjects(row, measure, score) {
                    Ok(subjects) => {
                        let mark = score.map_or(Mark::Absent, |it| Mark::Score(it, subjects));
                        marks.insert(row.number.clone(), mark);
                    }
                    Err(reason) => problems.push(Problem::of(row, "subject_scores", reason)),
                }
            }
            Err(reason) => {
                sum = None;
                problems.push(Problem::of(row, "score", reason));
            }
        }
    }
    Weighed {
        marks,
        sum,
        problems,
    }
}

/// Whether somebody with this number can have this row.
fn may_have(row: &Row, known: &BTreeMap<String, Known>) -> Result<(), &'static str> {
    if row.number.is_empty() {
        return Err("REQUIRED");
    }
    match known.get(&row.number) {
        None => Err("CANDIDATE_UNKNOWN"),
        Some(Known::Elsewhere) => Err("NOT_IN_STAGE"),
        Some(Known::OtherSession) => Err("WRONG_SESSION"),
        Some(Known::Here(sitting)) => match sitting {
            Sitting::Running => Err("ATTEMPT_RUNNING"),
            Sitting::Void => Err("ATTEMPT_VOID"),
            Sitting::None | Sitting::Ahead if !row.absent => Err("NOT_SAT"),
            _ => Ok(()),
        },
    }
}

/// The score, or nothing for who was absent.
fn mark(row: &Row, scale: &Scale) -> Result<Option<Score>, &'static str> {
    match (row.score.trim(), row.absent) {
        ("", true) => Ok(None),
        ("", false) => Err("SCORE_OR_ABSENT"),
        (_, true) => Err("SCORE_OR_ABSENT"),
        (text, false) => scale.read(text).map(Some),
    }
}

fn subjects(
    row: &Row,
    measure: Measure<'_>,
    score: Option<Score>,
) -> Result<BySubject, &'static str> {
    match (measure.terms, score) {
        (Some(terms), Some(score)) => terms.scores(measure.scale, &row.subjects, score),
        _ if row.subjects.is_empty() => Ok(BySubject::new()),
        (None, _) => Err("SUBJECT_UNKNOWN"),
        (Some(_), None) => Err("SCORE_OR_ABSENT"),
    }
}

#[cfg(test)]
#[path = "score_import_tests.rs"]
mod tests;
