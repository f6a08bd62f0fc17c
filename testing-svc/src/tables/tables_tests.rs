//! Tables in, tables out.

use super::input::market;
use super::result::{comparison, table};
use super::sheet::Sheet;
use crate::domain::allocation::compare::compare;
use crate::domain::allocation::in_turn::Acceptance;
use crate::domain::allocation::lottery::Lottery;
use crate::domain::allocation::run::{Mode, Run, Terms, allocate};
use chassis::csv::Cell;

const PLACES: &str = "\u{feff}specialty;places;order;right;quota;size\r\n\
    nurse;2;;;;\r\n\
    nurse;;;rural;falls-open;1\r\n\
    welder;1;open-first;;;\r\n";

const WISHES: &str = "applicant,rights,choice,specialty,rank,score\n\
    0003,,2,welder,2,4\n\
    0003,,1,nurse,2,4.62\n\
    0001,,1,nurse,1,4.6667\n\
    0004,rural orphan,1,nurse,3,4.1\n\
    0002,,1,welder,1,5\n\
    0005,,1,welder,,\n";

fn run(market: &crate::domain::allocation::market::Market, mode: Mode) -> Run<'_> {
    let lottery = Lottery::One;
    allocate(market, Terms { mode, lottery }, [0; 32]).unwrap()
}

#[test]
fn two_tables_become_a_table_with_an_outcome_and_its_reason_for_every_choice() {
    let market = market(PLACES, WISHES, &["orphan".into()]).unwrap();
    let expected = "\u{feff}applicant;choice;specialty;outcome;rank;score;places;last_rank;last_score;draw;last_draw\r\n\
        0001;1;nurse;ADMITTED;1;4.6667;2;;;;\r\n\
        0002;1;welder;ADMITTED;1;5;1;;;;\r\n\
        0003;1;nurse;BEHIND;2;4.62;2;1;4.6667;;\r\n\
        0003;2;welder;BEHIND;2;4;1;1;5;;\r\n\
        0004;1;nurse;ADMITTED;3;4.1;2;;;;\r\n\
        0005;1;welder;NOT_RANKED;;;;;;;\r\n";
    assert_eq!(table(&run(&market, Mode::DeferredAcceptance)), expected);
}

#[test]
fn rights_that_nobody_asks_for_are_slips_unless_they_are_named() {
    let faults = market(PLACES, WISHES, &[]).unwrap_err();
    assert_eq!(faults, [("applicants[3].rights".into(), "UNKNOWN")]);
}

#[test]
fn numbers_that_were_drawn_are_text_to_a_spreadsheet() {
    let wishes = "applicant;choice;specialty;rank;score\n1;1;welder;1;5\n2;1;welder;1;5\n";
    let market = market(PLACES, wishes, &[]).unwrap();
    let table = table(&run(&market, Mode::DeferredAcceptance));
    let behind = table.lines().find(|line| line.contains("BEHIND")).unwrap();
    let draws: Vec<&str> = behind.split(';').skip(9).collect();
    assert!(
        draws.iter().all(|it| it.len() == 17 && it.starts_with('x')),
        "{behind}"
    );
}

#[test]
fn a_comparison_reads_as_two_columns() {
    let market = market(PLACES, WISHES, &["orphan".into()]).unwrap();
    let (rounds, acceptance) = (1, Acceptance::Final);
    let today = run(&market, Mode::InTurn { rounds, acceptance });
    let stable = run(&market, Mode::DeferredAcceptance);
    let text = comparison("in turn", "deferred", &compare(&today, &stable).unwrap());
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|it| it.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["in", "turn", "deferred"]);
    assert_eq!(lines[1], ["got", "choice", "1", "3", "3"]);
    assert_eq!(lines.len(), 8);
}

#[test]
fn everything_wrong_with_the_tables_is_told_with_its_line() {
    let places = "specialty;places;order;right;quota;size\n\
        nurse;-2;;;;\n\
        welder;1;sideways;;;\n\
        cook;3;;;;\n\
        cook;;;rural;mostly;1\n\
        cook;;;rural;minimum;35/100\n\
        pilot;;;rural;minimum;1\n\
        =cmd();1;;;;\n";
    let wishes = "applicant;rights;choice;specialty;rank;score\n\
        1;rural;1;cook;1;4\n\
        1;;2;cook;1;4\n\
        1;rural;1;cook;x;4\n\
        1;rural;1;cook;1;4,5\n\
        1;rural;1;cook;1;4\n\
        1;rural;3;painter;1;4\n";
    let faults = market(places, wishes, &[]).unwrap_err();
    let faults: Vec<_> = faults
        .iter()
        .map(|(field, why)| format!("{field} {why}"))
        .collect();
    let expected = [
        "places.line[2].places INVALID_FORMAT",
        "places.line[3].order INVALID_FORMAT",
        "places.line[5].quota INVALID_FORMAT",
        "places.line[6].size INVALID_FORMAT",
        "places.line[7].specialty UNKNOWN",
        "wishes.line[3].rights CONTRADICTORY",
        "wishes.line[4].rank INVALID_FORMAT",
        "wishes.line[5].score INVALID_FORMAT",
        "wishes.line[6].choice DUPLICATE",
        "wishes.line[7].specialty UNKNOWN",
    ];
    assert_eq!(faults, expected);
    let formula = "specialty;places\n=cmd();1\n";
    let nobody = "applicant;choice;specialty;rank;score\n";
    let faults = market(formula, nobody, &[]).unwrap_err();
    assert_eq!(faults, [("specialties[0].code".into(), "INVALID_FORMAT")]);
}

#[test]
fn tables_of_another_shape_are_refused() {
    let shape = |places: &str| market(places, WISHES, &[]).unwrap_err()[0].clone();
    assert_eq!(shape(""), ("places".into(), "REQUIRED"));
    let unknown = ("places.line[1]".into(), "COLUMNS_UNKNOWN");
    assert_eq!(shape("specialty;seats\n"), unknown);
    assert_eq!(shape("specialty;places;places\n"), unknown);
    assert_eq!(shape("specialty;places;colour\n"), unknown);
    let ragged = ("places.line[3]".into(), "INVALID_FORMAT");
    assert_eq!(shape("specialty;places\n\nnurse;1;2\n"), ragged);
}

fn rating() -> Sheet {
    let mut sheet = Sheet::new(["rank", "number", "=title"].into_iter());
    sheet.add(vec![
        Cell::number("1".into()),
        Cell::text("2026-0000417-3"),
        Cell::text("=HYPERLINK(\"http://x\")"),
    ]);
    sheet.add(vec![
        Cell::number("-4.5".into()),
        Cell::Empty,
        Cell::text("+7; -7"),
    ]);
    sheet.add(vec![
        Cell::number("=1+1".into()),
        Cell::text("@x"),
        Cell::text("a\"b"),
    ]);
    sheet
}

#[test]
fn no_cell_of_a_csv_is_taken_for_a_formula_and_numbers_stay_numbers() {
    let expected = "\u{feff}rank;number;'=title\r\n\
        1;2026-0000417-3;\"'=HYPERLINK(\"\"http://x\"\")\"\r\n\
        -4.5;;\"'+7; -7\"\r\n\
        '=1+1;'@x;\"a\"\"b\"\r\n";
    assert_eq!(rating().csv(), expected);
}

/// Texts of a workbook are in its table of strings, which no spreadsheet reckons; there is no formula in it.
#[test]
fn a_workbook_is_the_same_at_the_same_time() {
    let now = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(500_000);
    let first = rating().xlsx(now).expect("a workbook");
    assert!(first.starts_with(b"PK"));
    assert_eq!(first, rating().xlsx(now).expect("a workbook"));
}
