//! Rows with named columns, out of a CSV file: `;` or `,`, a byte order mark or none, any ends of lines.
//! There are no quotes: codes and numbers need none, and a cell that has some is refused further on.

use std::collections::BTreeMap;

use super::Fault;

/// A row, and where it stands: `wishes.line[8]`.
#[derive(Debug)]
pub struct Row<'a> {
    pub place: String,
    cells: BTreeMap<&'static str, &'a str>,
}

impl<'a> Row<'a> {
    /// A cell; empty where the file has no such column.
    pub fn cell(&self, column: &str) -> &'a str {
        self.cells.get(column).copied().unwrap_or_default()
    }

    /// A whole number.
    ///
    /// # Errors
    /// Where it is none.
    pub fn number(&self, column: &str) -> Result<u32, Fault> {
        let cell = self.cell(column);
        let digits = !cell.is_empty() && cell.bytes().all(|it| it.is_ascii_digit());
        let number = cell.parse().ok().filter(|_| digits);
        number.ok_or_else(|| self.fault(column, "INVALID_FORMAT"))
    }

    pub fn fault(&self, column: &str, reason: &'static str) -> Fault {
        (format!("{}.{column}", self.place), reason)
    }
}

/// The rows of a file. It has all of the `needed` columns, perhaps some of `others`, and none beside them.
///
/// # Errors
/// Everything that is wrong with its shape.
pub fn read<'a>(
    file: &str,
    text: &'a str,
    needed: &[&'static str],
    others: &[&'static str],
) -> Result<Vec<Row<'a>>, Vec<Fault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty());
    let mut lines = lines.map(|(line, number)| (line, format!("{file}.line[{number}]")));
    let (head, place) = lines
        .next()
        .ok_or_else(|| vec![(file.to_owned(), "REQUIRED")])?;
    let separator = if head.contains(';') { ';' } else { ',' };
    let named: Vec<Option<&'static str>> = cells(head, separator)
        .map(|name| needed.iter().chain(others).find(|it| **it == name).copied())
        .collect();
    let there = |column: &&'static str| named.iter().flatten().filter(|it| *it == column).count();
    let twice = needed.iter().chain(others).any(|it| there(it) > 1);
    if named.contains(&None) || twice || !needed.iter().all(|it| there(it) == 1) {
        return Err(vec![(place, "COLUMNS_UNKNOWN")]);
    }
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (line, place) in lines {
        let found: Vec<&str> = cells(line, separator).collect();
        if found.len() != named.len() {
            faults.push((place, "INVALID_FORMAT"));
            continue;
        }
        let cells = named.iter().flatten().copied().zip(found).collect();
        rows.push(Row { place, cells });
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults)
    }
}

fn cells(line: &str, separator: char) -> impl Iterator<Item = &str> {
    line.split(separator).map(str::trim)
}
