//! A file of entries held against a dictionary: what is new, what differs, what is gone, and all
//! that is wrong with the file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::compulsory_subject::CompulsorySubjects;
use super::dictionary::{Dictionary, Entry};
use super::labels::Labels;
use super::quota_share::QuotaShare;
pub use super::sheet::Problem;
use super::sheet::{self, Problems, Row, Shape};

/// How many entries a dictionary may have: a select box with more helps nobody.
pub const MAX_ENTRIES: usize = 5000;

const SHAPE: Shape<12> = Shape {
    columns: [
        "code",
        "kk",
        "ru",
        "en",
        "kato",
        "tags",
        "aliases",
        "parent",
        "percent",
        "start_date",
        "basis",
        "compulsory",
    ],
    needed: 4,
    max_rows: MAX_ENTRIES,
    max_text: 300,
};

/// What an import would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Everything that the next version holds: the file in its order, then what is retired.
    pub entries: Vec<Entry>,
    pub added: Vec<Entry>,
    pub changed: Vec<Entry>,
    pub retired: Vec<Entry>,
    pub unchanged: usize,
}

/// The entries of a file, and everything wrong with it; by the subjects that there are.
pub fn read(bytes: &[u8], subjects: &Dictionary) -> (Vec<Entry>, Vec<Problem>) {
    let (rows, mut problems) = sheet::read(bytes, &SHAPE);
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for row in rows {
        let line = row.line;
        let entry = entry(row, subjects, &mut problems);
        if !entry.code.is_empty() && !seen.insert(entry.code.clone()) {
            problems.add(line, "code", "VALUE_TWICE");
        }
        entries.push(entry);
    }
    (entries, problems.in_order())
}

/// What these entries make of a dictionary. What is not among them is retired, never deleted.
pub fn held_against(dictionary: &Dictionary, file: Vec<Entry>) -> Outcome {
    let before: BTreeMap<_, _> = dictionary
        .entries
        .iter()
        .map(|entry| (entry.code.as_str(), entry))
        .collect();
    let named: BTreeSet<_> = file.iter().map(|entry| entry.code.clone()).collect();
    let mut outcome = Outcome::default();
    for entry in &file {
        match before.get(entry.code.as_str()) {
            None => outcome.added.push(entry.clone()),
            Some(old) if *old == entry => outcome.unchanged += 1,
            Some(_) => outcome.changed.push(entry.clone()),
        }
    }
    outcome.entries = file;
    for entry in &dictionary.entries {
        if named.contains(&entry.code) {
            continue;
        }
        let gone = Entry {
            retired: true,
            ..entry.clone()
        };
        if !entry.retired {
            outcome.retired.push(gone.clone());
        }
        outcome.entries.push(gone);
    }
    outcome
}

fn entry(row: Row<12>, known: &Dictionary, problems: &mut Problems) -> Entry {
    let line = row.line;
    let [
        code,
        kk,
        ru,
        en,
        kato,
        tags,
        aliases,
        parent,
        percent,
        start_date,
        basis,
        compulsory,
    ] = row.values;
    if !code.is_empty() && !chassis::name::is_id(&code) {
        problems.add(line, "code", "CODE_INVALID");
    }
    let is_kato = kato.len() == 9 && kato.bytes().all(|b| b.is_ascii_digit());
    if !kato.is_empty() && !is_kato {
        problems.add(line, "kato", "INVALID_FORMAT");
    }
    if !parent.is_empty() && !chassis::name::is_id(&parent) {
        problems.add(line, "parent", "CODE_INVALID");
    }
    let several = |text: &str| {
        let parts = text.split('|').map(str::trim).filter(|it| !it.is_empty());
        parts.map(str::to_owned).collect()
    };
    let subjects = CompulsorySubjects::subjects(&compulsory);
    let is_known = |code: &String| known.entry(code).is_some_and(|it| !it.retired);
    if !subjects.iter().flatten().all(is_known) {
        problems.add(line, "compulsory", "UNKNOWN_VALUE");
    }
    let basis = basis_of(line, [&percent, &start_date, &basis], &subjects, problems);
    Entry {
        code,
        labels: Labels { kk, ru, en },
        tags: several(&tags),
        aliases: several(&aliases),
        kato: (!kato.is_empty()).then_some(kato),
        parent: (!parent.is_empty()).then_some(parent),
        retired: false,
        share: basis.as_ref().and_then(|(start_date, basis)| {
            Some(QuotaShare {
                percent: QuotaShare::percent(&percent)?,
                start_date: *start_date,
                basis: basis.clone(),
            })
        }),
        compulsory: basis
            .filter(|_| !subjects.is_empty())
            .map(|(start_date, basis)| CompulsorySubjects {
                subjects,
                start_date,
                basis,
            }),
    }
}

/// From when and by which document a share or compulsory subjects hold: all of it, or nothing.
fn basis_of(
    line: usize,
    texts: [&str; 3],
    subjects: &[Vec<String>],
    problems: &mut Problems,
) -> Option<(Date, String)> {
    if texts.iter().all(|text| text.is_empty()) && subjects.is_empty() {
        return None;
    }
    let [percent, start_date, basis] = texts;
    let day = start_date.parse::<Date>().ok();
    let is_share = QuotaShare::percent(percent).is_some();
    for (column, text, is_right) in [
        ("percent", percent, is_share),
        ("start_date", start_date, day.is_some()),
        ("basis", basis, true),
    ] {
        let is_needed = column != "percent" || subjects.is_empty();
        if text.is_empty() && is_needed {
            problems.add(line, column, "REQUIRED");
        } else if !text.is_empty() && !is_right {
            problems.add(line, column, "INVALID_FORMAT");
        }
    }
    Some((day?, basis.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::Dictionaries;
    use super::*;

    fn regions() -> &'static Dictionary {
        Dictionaries::shipped().find("regions").expect("regions")
    }

    /// The dictionary as a file that imports to itself.
    fn file_of(dictionary: &Dictionary) -> String {
        let row = |entry: &Entry| {
            let labels = &entry.labels;
            let kato = entry.kato.as_deref().unwrap_or_default();
            let (kk, ru, en) = (&labels.kk, &labels.ru, &labels.en);
            format!("{},{kk},{ru},{en},{kato}\n", entry.code)
        };
        let rows: String = dictionary.entries.iter().map(row).collect();
        format!("code,kk,ru,en,kato\n{rows}")
    }

    fn read(bytes: &[u8]) -> (Vec<Entry>, Vec<Problem>) {
        let subjects = Dictionaries::shipped().find("certificate-subjects");
        super::read(bytes, subjects.expect("subjects"))
    }

    fn told(text: &str) -> Vec<(usize, &'static str, &'static str)> {
        let (_, problems) = read(text.as_bytes());
        problems
            .into_iter()
            .map(|problem| (problem.line, problem.column, problem.reason))
            .collect()
    }

    #[test]
    fn a_dictionary_held_against_itself_stays_as_it_is() {
        let (entries, problems) = read(file_of(regions()).as_bytes());
        assert_eq!(problems, []);
        let outcome = held_against(regions(), entries);
        assert_eq!(outcome.unchanged, 20);
        assert!(outcome.added.is_empty() && outcome.changed.is_empty());
        assert_eq!(outcome.entries, regions().entries);
    }

    #[test]
    fn what_is_new_what_differs_and_what_is_gone_is_told_and_nothing_is_deleted() {
        let file = file_of(regions())
            .replace("Абай облысы", "Абай өңірі")
            .lines()
            .filter(|line| !line.starts_with("KZ-79"))
            .map(|line| format!("{line}\r\n"))
            .collect::<String>();
        let (entries, problems) = read(format!("\u{feff}{file}KZ-99,а,б,c,\r\n").as_bytes());
        assert_eq!(problems, []);
        let outcome = held_against(regions(), entries);
        let codes = |entries: &[Entry]| -> Vec<String> {
            entries.iter().map(|entry| entry.code.clone()).collect()
        };
        assert_eq!(codes(&outcome.added), ["KZ-99"]);
        assert_eq!(codes(&outcome.changed), ["KZ-10"]);
        assert_eq!(codes(&outcome.retired), ["KZ-79"]);
        assert_eq!((outcome.unchanged, outcome.entries.len()), (18, 21));
        assert!(outcome.entries[20].retired);

        // What is retired is not retired again, and comes back as a change.
        let next = Dictionary {
            entries: outcome.entries,
            ..regions().clone()
        };
        let (same, _) = read(format!("{file}KZ-99,а,б,c,\r\n").as_bytes());
        assert_eq!(held_against(&next, same).retired, []);
        let (back, _) = read(file_of(regions()).as_bytes());
        let outcome = held_against(&next, back);
        assert_eq!(codes(&outcome.changed), ["KZ-10", "KZ-79"]);
        assert_eq!(codes(&outcome.retired), ["KZ-99"]);
    }

    #[test]
    fn everything_wrong_is_told_with_its_line() {
        let file = "code,kk,ru,en,kato\nA,а,б,c,\nA,,б,c,12\nЖамбыл,а,б,c,\n\nB,а,б\nC,\"а,б,c,\n";
        let expected = [
            (3, "kk", "REQUIRED"),
            (3, "kato", "INVALID_FORMAT"),
            (3, "code", "VALUE_TWICE"),
            (4, "code", "CODE_INVALID"),
            (6, "", "CSV_ROW_BROKEN"),
            (7, "", "CSV_ROW_BROKEN"),
        ];
        assert_eq!(told(file), expected);
    }

    #[test]
    fn wrong_columns_are_told_before_anything_else() {
        for header in [
            "code;kk;ru;en",
            "code,kk,ru",
            "code,kk,ru,en,size",
            "code,kk,ru,en,kk",
            "",
        ] {
            assert_eq!(told(&format!("{header}\nA,а,б,c\n")).len(), 1, "{header}");
        }
        assert_eq!(told("CODE, KK ,ru,en\nA,а,б,c\n"), []);
        assert_eq!(told("code,kk,ru,en\n"), [(1, "", "REQUIRED")]);
    }

    #[test]
    fn a_file_that_is_too_large_or_no_text_is_not_read() {
        let rows: String = (0..100_000).map(|at| format!("A{at},а,б,c\n")).collect();
        assert_eq!(
            told(&format!("code,kk,ru,en\n{rows}")),
            [(1, "", "TOO_LONG")]
        );
        let rows: String = (0..5001).map(|at| format!("A{at},а,б,c\n")).collect();
        assert_eq!(
            told(&format!("code,kk,ru,en\n{rows}")),
            [(5002, "", "TOO_MANY")]
        );
        let (_, problems) = read(b"code,kk,ru,en\nA,\xc6\xe0,b,c\n");
        assert_eq!(
            (problems[0].line, problems[0].reason),
            (2, "TEXT_UNREADABLE")
        );
    }
}
