//! The table of OWASP's requirements names tests: they are there, and no requirement is left out.

use std::collections::BTreeSet;
use std::path::Path;

const TABLE: &str = include_str!("../../docs/asvs.md");
/// ASVS 5.0.0 has so many requirements of level 1, and of levels 1 and 2 together.
const LEVEL_1: usize = 70;
const BOTH: usize = 253;

/// Number, level, and where the requirement is held.
fn rows() -> Vec<(&'static str, &'static str, &'static str)> {
    let rows = TABLE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let number = cells.next()?;
        let is_number = number.split('.').count() == 3
            && number.split('.').all(|part| part.parse::<u8>().is_ok());
        let (level, _, held) = (cells.next()?, cells.next()?, cells.next()?);
        is_number.then_some((number, level, held.trim_end_matches(" |")))
    });
    rows.collect()
}

#[test]
fn every_requirement_of_levels_1_and_2_has_one_row() {
    let rows = rows();
    let numbers: BTreeSet<&str> = rows.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers.len(), rows.len(), "a requirement is there twice");
    assert_eq!(rows.len(), BOTH);
    let first = rows.iter().filter(|(_, level, _)| *level == "1").count();
    assert_eq!(first, LEVEL_1);
}

#[test]
fn every_row_names_a_test_that_is_there_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut wrong = Vec::new();
    for (number, _, held) in rows() {
        let (how, what) = held.split_once(": ").unwrap_or((held, ""));
        let is_told = match how {
            "Test" => is_there(&root, what.trim_matches('`')),
            "Made so" | "Not applicable" | "For the operator" | "Open" => !what.is_empty(),
            _ => false,
        };
        if !is_told {
            wrong.push(format!("{number}: {held}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn is_there(root: &Path, test: &str) -> bool {
    let Some((file, name)) = test.split_once("::") else {
        return false;
    };
    std::fs::read_to_string(root.join(file)).is_ok_and(|text| {
        text.contains("#[test]") | text.contains("::test") && text.contains(&format!("fn {name}("))
    })
}
