//! Comma-separated values as RFC 4180 tells them, with the line that each record begins in.

/// One record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// From 1. A quoted field may go over several lines; this is the first.
    pub line: usize,
    pub fields: Vec<String>,
    /// A quotation mark was not closed, or stands in the middle of a field.
    pub is_broken: bool,
}

/// The records of a text, at most `most` of them; lines without anything are passed over.
/// A byte order mark at the start and carriage returns at the ends of lines are no part of it.
pub fn records(text: &str, most: usize) -> Vec<Record> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        chars: text.chars().peekable(),
        line: 1,
    };
    let mut found = Vec::new();
    while found.len() < most {
        let Some(record) = reader.record() else { break };
        let is_empty = record.fields.len() == 1 && record.fields[0].trim().is_empty();
        if !is_empty || record.is_broken {
            found.push(record);
        }
    }
    found
}

struct Reader<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn record(&mut self) -> Option<Record> {
        self.chars.peek()?;
        let mut record = Record {
            line: self.line,
            fields: Vec::new(),
            is_broken: false,
        };
        loop {
            let (field, is_whole) = self.field();
            record.fields.push(field);
            record.is_broken |= !is_whole;
            match self.chars.next() {
                Some(',') => {}
                Some('\n') => {
                    self.line += 1;
                    return Some(record);
                }
                _ => return Some(record),
            }
        }
    }

    /// The field, up to the comma or the end of the line, and whether its quotation marks are right.
    fn field(&mut self) -> (String, bool) {
        if self.chars.next_if_eq(&'"').is_some() {
            return self.quoted();
        }
        let mut field = String::new();
        while let Some(c) = self.chars.next_if(|c| *c != ',' && *c != '\n') {
            field.push(c);
        }
        if field.ends_with('\r') {
            field.pop();
        }
        let is_whole = !field.contains('"');
        (field, is_whole)
    }

    fn quoted(&mut self) -> (String, bool) {
        let mut field = String::new();
        loop {
            match self.chars.next() {
                None => return (field, false),
                Some('"') if self.chars.next_if_eq(&'"').is_some() => field.push('"'),
                Some('"') => break,
                Some(c) => {
                    self.line += usize::from(c == '\n');
                    field.push(c);
                }
            }
        }
        // After the closing mark only the end of the field may come.
        let mut rest = String::new();
        while let Some(c) = self.chars.next_if(|c| *c != ',' && *c != '\n') {
            rest.push(c);
        }
        (field.replace("\r\n", "\n"), rest.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>, bool)> {
        records(text, 1000)
            .into_iter()
            .map(|record| (record.line, record.fields, record.is_broken))
            .collect()
    }

    fn row(line: usize, fields: &[&str]) -> (usize, Vec<String>, bool) {
        (
            line,
            fields.iter().map(|it| (*it).to_owned()).collect(),
            false,
        )
    }

    #[test]
    fn a_mark_of_byte_order_and_carriage_returns_are_no_part_of_it() {
        let expected = [
            row(1, &["code", "kk"]),
            row(2, &["A", "ә"]),
            row(4, &["B", ""]),
        ];
        assert_eq!(read("\u{feff}code,kk\r\nA,ә\r\n\r\nB,\r\n"), expected);
        assert_eq!(read("code,kk\nA,ә\n\nB,"), expected);
        assert_eq!(read(""), []);
        assert_eq!(read("\u{feff}"), []);
    }

    #[test]
    fn quoted_fields_hold_commas_marks_and_lines() {
        let text = "a,\"b, \"\"c\"\"\",\"d\r\ne\"\nf,g,h\n";
        let expected = [row(1, &["a", "b, \"c\"", "d\ne"]), row(3, &["f", "g", "h"])];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn half_a_file_and_marks_out_of_place_are_broken() {
        for text in ["a,\"b", "a,b\"c", "a,\"b\"c,d", "\"", "a,\"b\n\nc,d\n"] {
            assert!(records(text, 9)[0].is_broken, "{text:?}");
        }
    }

    #[test]
    fn no_more_is_read_than_was_asked_for() {
        assert_eq!(records(&"a,b\n".repeat(100_000), 5001).len(), 5001);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(rows in prop::collection::vec(prop::collection::vec("[a-zә,\"\n ]{0,6}x", 2..4), 1..5)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",");
            let text = rows.iter().map(line).collect::<Vec<_>>().join("\r\n");
            let read: Vec<_> = records(&text, 99).into_iter().map(|it| (it.fields, it.is_broken)).collect();
            let expected: Vec<_> = rows.into_iter().map(|row| (row, false)).collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn no_text_breaks_it(text in "(?s).{0,200}") {
            for record in records(&text, 1000) {
                prop_assert!(record.line >= 1 && !record.fields.is_empty());
            }
        }
    }
}
