//! A file with a header and rows, as an import reads it: its columns, and everything wrong with it.

use unicode_normalization::UnicodeNormalization;

use super::csv::{self, Record};

pub const MAX_BYTES: usize = 1024 * 1024;
/// How many problems are told; nobody reads more.
pub const MAX_PROBLEMS: usize = 1000;

/// Something wrong in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub line: usize,
    /// Empty for the line as a whole.
    pub column: &'static str,
    pub reason: &'static str,
    /// The limit, where the reason is one.
    pub max: Option<usize>,
}

/// What a file should look like.
pub struct Shape<const N: usize> {
    pub columns: [&'static str; N],
    /// So many of the columns, the first ones, are needed, and so are their values.
    pub needed: usize,
    pub max_rows: usize,
    /// The most characters of a value.
    pub max_text: usize,
}

/// A row: its values in the order of the shape, trimmed and composed; empty where a column lacks.
pub struct Row<const N: usize> {
    pub line: usize,
    pub values: [String; N],
}

#[derive(Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub fn add(&mut self, line: usize, column: &'static str, reason: &'static str) {
        self.push(line, column, reason, None);
    }

    pub fn limit(&mut self, line: usize, column: &'static str, reason: &'static str, max: usize) {
        self.push(line, column, reason, Some(max));
    }

    fn push(
        &mut self,
        line: usize,
        column: &'static str,
        reason: &'static str,
        max: Option<usize>,
    ) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(Problem {
                line,
                column,
                reason,
                max,
            });
        }
    }

    /// From the first line to the last.
    pub fn in_order(mut self) -> Vec<Problem> {
        self.0.sort_by_key(|problem| problem.line);
        self.0
    }
}

/// The rows of a file that can be read, with all that is wrong so far.
pub fn read<const N: usize>(bytes: &[u8], shape: &Shape<N>) -> (Vec<Row<N>>, Problems) {
    let mut problems = Problems::default();
    let rows = rows(bytes, shape, &mut problems).unwrap_or_default();
    (rows, problems)
}

/// `None` where nothing of the file can be read.
fn rows<const N: usize>(
    bytes: &[u8],
    shape: &Shape<N>,
    problems: &mut Problems,
) -> Option<Vec<Row<N>>> {
    if bytes.len() > MAX_BYTES {
        problems.limit(1, "", "TOO_LONG", MAX_BYTES);
        return None;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.add(line_of_fault(bytes), "", "TEXT_UNREADABLE");
        return None;
    };
    let records = csv::records(text, shape.max_rows + 2);
    let Some((header, rows)) = records.split_first() else {
        problems.add(1, "", "CSV_COLUMNS_WRONG");
        return None;
    };
    let Some(places) = columns(header, shape) else {
        problems.add(header.line, "", "CSV_COLUMNS_WRONG");
        return None;
    };
    if rows.is_empty() {
        problems.add(header.line, "", "REQUIRED");
    }
    if let Some(over) = rows.get(shape.max_rows) {
        problems.limit(over.line, "", "TOO_MANY", shape.max_rows);
    }
    let mut read = Vec::new();
    for row in rows.iter().take(shape.max_rows) {
        if row.is_broken || row.fields.len() != header.fields.len() {
            problems.add(row.line, "", "CSV_ROW_BROKEN");
            continue;
        }
        read.push(values(row, shape, &places, problems));
    }
    Some(read)
}

/// The place of each column, `None` where one is lacking, unknown or there twice.
fn columns<const N: usize>(header: &Record, shape: &Shape<N>) -> Option<[Option<usize>; N]> {
    let mut places = [None; N];
    for (at, name) in header.fields.iter().enumerate() {
        let name = name.trim().to_ascii_lowercase();
        let column = shape.columns.iter().position(|column| *column == name)?;
        if places[column].replace(at).is_some() {
            return None;
        }
    }
    let is_whole = places[..shape.needed].iter().all(Option::is_some) && !header.is_broken;
    is_whole.then_some(places)
}

fn values<const N: usize>(
    row: &Record,
    shape: &Shape<N>,
    places: &[Option<usize>; N],
    problems: &mut Problems,
) -> Row<N> {
    let text = |column: usize| {
        let field = places[column].and_then(|at| row.fields.get(at));
        // Composed, as answers and searches are: files of some systems bring й in two pieces.
        let text: String = field
            .map(|it| it.trim().nfc().collect())
            .unwrap_or_default();
        if column < shape.needed && text.is_empty() {
            problems.add(row.line, shape.columns[column], "REQUIRED");
        }
        if text.chars().count() > shape.max_text {
            let column = shape.columns[column];
            problems.limit(row.line, column, "TOO_LONG", shape.max_text);
        }
        text
    };
    Row {
        line: row.line,
        values: std::array::from_fn(text),
    }
}

/// The line of the first byte that is no UTF-8.
fn line_of_fault(bytes: &[u8]) -> usize {
    let good = std::str::from_utf8(bytes).map_or_else(|fault| fault.valid_up_to(), str::len);
    1 + bytes[..good].iter().filter(|byte| **byte == b'\n').count()
}
