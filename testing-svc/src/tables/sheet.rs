//! A table for a spreadsheet, as CSV and as a workbook. Texts in it are texts: what begins as a formula
//! would is shown, and never reckoned.

use jiff::Timestamp;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    /// A decimal, written with a point.
    Number(String),
}

impl Cell {
    pub fn text(text: &str) -> Self {
        match text {
            "" => Self::Empty,
            text => Self::Text(text.to_owned()),
        }
    }

    /// Nothing else than a decimal is a number.
    pub fn number(decimal: String) -> Self {
        let digits = decimal.strip_prefix('-').unwrap_or(&decimal);
        let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
        match digits.is_empty() || !digits.bytes().all(plain) {
            true => Self::text(&decimal),
            false => Self::Number(decimal),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Sheet {
    rows: Vec<Vec<Cell>>,
}

impl Sheet {
    pub fn new<'a>(head: impl Iterator<Item = &'a str>) -> Self {
        Self {
            rows: vec![head.map(Cell::text).collect()],
        }
    }

    pub fn add(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// A byte order mark and `;`, so that spreadsheets take it for what it is.
    pub fn csv(&self) -> String {
        let mut text = String::from('\u{feff}');
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                if column > 0 {
                    text.push(';');
                }
                match cell {
                    Cell::Empty => {}
                    Cell::Number(decimal) => text.push_str(decimal),
                    Cell::Text(it) => quoted(&mut text, it),
                }
            }
            text.push_str("\r\n");
        }
        text
    }

    /// # Errors
    /// Where it has more rows than a workbook can.
    pub fn xlsx(&self, now: Timestamp) -> anyhow::Result<Vec<u8>> {
        let mut workbook = Workbook::new();
        // Else the writer asks the machine for the time.
        let made = ExcelDateTime::from_timestamp(now.as_second())?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let bold = Format::new().set_bold();
        let page = workbook.add_worksheet();
        page.set_freeze_panes(1, 0)?;
        for (at, row) in (0_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                match cell {
                    Cell::Empty => {}
                    Cell::Number(decimal) => match decimal.parse::<f64>() {
                        Ok(number) => drop(page.write_number(at, column, number)?),
                        Err(_) => drop(page.write_string(at, column, decimal)?),
                    },
                    Cell::Text(text) if at == 0 => {
                        page.write_string_with_format(at, column, text, &bold)?;
                    }
                    Cell::Text(text) => drop(page.write_string(at, column, text)?),
                }
            }
        }
        Ok(workbook.save_to_buffer()?)
    }
}

/// A text that no spreadsheet takes for a formula: with an apostrophe before what could begin one.
fn quoted(to: &mut String, text: &str) {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let shown = match begins {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    let plain = !shown.contains([';', '"', '\r', '\n', ',', '\t']);
    match plain {
        true => to.push_str(&shown),
        false => {
            to.push('"');
            to.push_str(&shown.replace('"', "\"\""));
            to.push('"');
        }
    }
}
