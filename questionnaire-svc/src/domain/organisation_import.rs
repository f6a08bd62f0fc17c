//! A file of organisations: what it adds, changes and retires, and all that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use chassis::identifier::Bin;

use super::dictionary::Dictionaries;
use super::labels::Labels;
use super::organisation::Organisation;
use super::sheet::{self, Problem, Problems, Row, Shape};

/// How many organisations one file may have: a statement of the database and a call have their limits.
/// A directory of many thousands comes in several files.
pub const MAX_ROWS: usize = 2000;

const SHAPE: Shape<7> = Shape {
    columns: ["bin", "kk", "ru", "kato", "kind", "en", "retired"],
    needed: 5,
    max_rows: MAX_ROWS,
    max_text: 300,
};

/// What an import would do, beside what stays.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// New or changed, by BIN.
    pub put: Vec<Organisation>,
    pub added: usize,
    pub changed: usize,
    /// Those among the changed that can't be chosen any more.
    pub retired: usize,
    pub unchanged: usize,
}

/// The organisations of a file, and everything wrong with it.
pub fn read(bytes: &[u8], dictionaries: &Dictionaries) -> (Vec<Organisation>, Vec<Problem>) {
    let (rows, mut problems) = sheet::read(bytes, &SHAPE);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for row in rows {
        let line = row.line;
        let Some(organisation) = organisation(row, dictionaries, &mut problems) else {
            continue;
        };
        if !seen.insert(organisation.bin) {
            problems.add(line, "bin", "VALUE_TWICE");
        }
        found.push(organisation);
    }
    (found, problems.in_order())
}

/// What these organisations make of those that are there. What is not among them stays.
pub fn held_against(before: &[Organisation], mut file: Vec<Organisation>) -> Outcome {
    let before: BTreeMap<_, _> = before.iter().map(|it| (it.bin, it)).collect();
    let mut outcome = Outcome::default();
    file.sort_by_key(|it| it.bin);
    for organisation in file {
        match before.get(&organisation.bin) {
            Some(old) if **old == organisation => {
                outcome.unchanged += 1;
                continue;
            }
            Some(old) => {
                outcome.changed += 1;
                outcome.retired += usize::from(organisation.retired && !old.retired);
            }
            None => outcome.added += 1,
        }
        outcome.put.push(organisation);
    }
    outcome
}

/// `None` where the row can't be one; what is wrong with its other columns is told all the same.
fn organisation(
    row: Row<7>,
    dictionaries: &Dictionaries,
    problems: &mut Problems,
) -> Option<Organisation> {
    let line = row.line;
    let [bin, kk, ru, kato, kind, en, retired] = row.values;
    let region = region_of(&kato, dictionaries);
    if let (false, Err(reason)) = (kato.is_empty(), region.clone()) {
        problems.add(line, "kato", reason);
    }
    let known = dictionaries.find("institution-kinds");
    let entry = known.and_then(|known| known.entry(&kind));
    if !kind.is_empty() && entry.is_none_or(|entry| entry.retired) {
        problems.add(line, "kind", "UNKNOWN_VALUE");
    }
    let retired = match retired.as_str() {
        "" | "no" => false,
        "yes" => true,
        _ => {
            problems.add(line, "retired", "UNKNOWN_VALUE");
            false
        }
    };
    let bin = match Bin::parse(&bin) {
        Ok(bin) => bin,
        // That it lacks is told already.
        Err(_) if bin.is_empty() => return None,
        Err(reason) => {
            problems.add(line, "bin", reason);
            return None;
        }
    };
    Some(Organisation {
        bin,
        names: Labels { kk, ru, en },
        kato,
        region: region.unwrap_or_default(),
        kind,
        retired,
    })
}

/// What the codes of places in Shymkent began with before the city was a region of its own, and begin with now:
/// the old ones are still met.
const SHYMKENT: (&str, &str) = ("5110", "79");

/// The region that a place is in: the first two digits are the region's own.
fn region_of(kato: &str, dictionaries: &Dictionaries) -> Result<String, &'static str> {
    if kato.len() != 9 || !kato.bytes().all(|b| b.is_ascii_digit()) {
        return Err("INVALID_FORMAT");
    }
    let regions = dictionaries.find("regions").ok_or("UNKNOWN_VALUE")?;
    let digits = match kato.starts_with(SHYMKENT.0) {
        true => Some(SHYMKENT.1),
        false => kato.get(..2),
    };
    let is_inside = |of: &Option<String>| of.as_ref().is_some_and(|of| of.get(..2) == digits);
    let mut entries = regions.entries.iter().filter(|it| !it.retired);
    let found = entries.find(|entry| is_inside(&entry.kato));
    found.map(|entry| entry.code.clone()).ok_or("UNKNOWN_VALUE")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(rows: &str) -> (Vec<Organisation>, Vec<(usize, &'static str, &'static str)>) {
        let file = format!("bin,kk,ru,kato,kind,en,retired\n{rows}");
        let (found, problems) = read(file.as_bytes(), Dictionaries::shipped());
        let told = problems
            .into_iter()
            .map(|it| (it.line, it.column, it.reason));
        (found, told.collect())
    }

    const SCHOOL: &str = "010140000014,№ 1 мектеп,Школа № 1,751110000,SCHOOL,,\n";

    #[test]
    fn a_row_is_an_organisation_in_the_region_of_its_place() {
        let (found, problems) = read_of(SCHOOL);
        assert_eq!(problems, []);
        assert_eq!(found[0].name(), "organisations/010140000014");
        assert_eq!(
            (found[0].region.as_str(), found[0].retired),
            ("KZ-75", false)
        );
        let old = SCHOOL.replace("751110000", "511010000");
        let (found, problems) = read_of(&old);
        assert_eq!(problems, []);
        let shymkent = &found[0];
        assert_eq!(
            (shymkent.region.as_str(), shymkent.kato.as_str()),
            ("KZ-79", "511010000")
        );
    }

    #[test]
    fn everything_wrong_is_told_with_its_line_and_column() {
        let rows = format!(
            "{SCHOOL}010140000015,а,б,750000000,SCHOOL,,\n{SCHOOL}000000000000,,б,75,SHOP,,maybe\n\
             12345,а,б,990000000,SCHOOL,,\n,а,б,750000000,,,\n"
        );
        let (_, problems) = read_of(&rows);
        let expected = [
            (3, "bin", "BIN_CHECK_DIGIT"),
            (4, "bin", "VALUE_TWICE"),
            (5, "kk", "REQUIRED"),
            (5, "kato", "INVALID_FORMAT"),
            (5, "kind", "UNKNOWN_VALUE"),
            (5, "retired", "UNKNOWN_VALUE"),
            (5, "bin", "BIN_ALL_ZERO"),
            (6, "kato", "UNKNOWN_VALUE"),
            (6, "bin", "BIN_LENGTH"),
            (7, "bin", "REQUIRED"),
            (7, "kind", "REQUIRED"),
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn what_is_new_what_differs_and_what_stays_is_told() {
        let (before, _) = read_of(SCHOOL);
        let again = held_against(&before, before.clone());
        assert_eq!((again.unchanged, again.put.len()), (1, 0));
        let (changed, _) = read_of(&SCHOOL.replace(",,\n", ",,yes\n"));
        let outcome = held_against(&before, changed);
        assert_eq!((outcome.changed, outcome.retired), (1, 1));
        assert_eq!(held_against(&[], before).added, 1);
    }
}
