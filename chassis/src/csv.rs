//! Tables as CSV: for people who open them in a spreadsheet, and for programs. Texts in them are texts: what
//! begins as a formula would is shown, and never reckoned. Every service writes them by the same rules.

/// What a file of these lines is called over HTTP.
pub const MEDIA_TYPE: &str = "text/csv; charset=utf-8";
/// What a file begins with: by it, and by the `;` between cells, spreadsheets take it for what it is.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

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

/// Adds a line.
pub fn line(to: &mut String, cells: &[Cell]) {
    for (column, cell) in cells.iter().enumerate() {
        if column > 0 {
            to.push(';');
        }
        match cell {
            Cell::Empty => {}
            Cell::Number(decimal) => to.push_str(decimal),
            Cell::Text(it) => quoted(to, it),
        }
    }
    to.push_str("\r\n");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula_and_numbers_stay_numbers() {
        let mut text = String::new();
        line(
            &mut text,
            &[
                Cell::text("=HYPERLINK(\"http://x\")"),
                Cell::text("@x"),
                Cell::text("＋7"),
                Cell::text("\tx"),
            ],
        );
        line(
            &mut text,
            &[
                Cell::number("-4.5".into()),
                Cell::number("=1+1".into()),
                Cell::number("-".into()),
                Cell::Empty,
            ],
        );
        let expected = "\"'=HYPERLINK(\"\"http://x\"\")\";'@x;'＋7;\"'\tx\"\r\n\
            -4.5;'=1+1;'-;\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_parts_cells_and_lines_stays_inside_its_cell() {
        let mut text = String::new();
        line(&mut text, &[Cell::text("a; \"b\"\nc"), Cell::text("d, e")]);
        assert_eq!(text, "\"a; \"\"b\"\"\nc\";\"d, e\"\r\n");
    }
}
