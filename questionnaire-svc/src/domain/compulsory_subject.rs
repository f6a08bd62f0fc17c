//! The subjects whose marks every score formula counts (міндетті пәндер): a fact of the entry in `education-bases`,
//! with the day from which it holds and the document that says so. A later order is a later version of the
//! dictionary. The profile subjects beside them are the college's to choose.

use chassis::text::Language;
use chassis::violation::Violations;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dictionary::Dictionaries;
use super::score_formula::{Marked, ScoreFormula};
use super::specialty::Specialty;

const BASES: &str = "education-bases";
pub const SUBJECTS: &str = "certificate-subjects";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompulsorySubjects {
    /// Of each row one counts: Kazakh or Russian, whichever was the language of the school.
    pub subjects: Vec<Vec<String>>,
    /// The first day on which it holds.
    pub start_date: Date,
    /// The document that says so.
    pub basis: String,
}

impl CompulsorySubjects {
    /// `KAZAKH|RUSSIAN;ALGEBRA`: what one is enough of stands between bars.
    pub fn subjects(text: &str) -> Vec<Vec<String>> {
        let parts = |text: &str, by: char| -> Vec<String> {
            let parts = text.split(by).map(str::trim).filter(|it| !it.is_empty());
            parts.map(str::to_owned).collect()
        };
        let rows = parts(text, ';').into_iter().map(|row| parts(&row, '|'));
        rows.filter(|row| !row.is_empty()).collect()
    }

    /// Of several subjects in one mark each has to be one that will do: else the mark of another could count
    /// in its place.
    fn lacking<'a>(&'a self, marks: &[Marked]) -> Vec<&'a [String]> {
        let counts = |row: &[String], marked: &Marked| {
            !marked.any_of.is_empty() && marked.any_of.iter().all(|code| row.contains(code))
        };
        let lacks = |row: &&[String]| !marks.iter().any(|marked| counts(row, marked));
        self.subjects
            .iter()
            .map(Vec::as_slice)
            .filter(lacks)
            .collect()
    }
}

/// The compulsory subjects that a formula does not count, each told with its name. Who is only talked to brings
/// no marks.
pub fn missing(
    path: &str,
    specialty: &Specialty,
    formula: &ScoreFormula,
    dictionaries: &Dictionaries,
    (day, language): (Date, Language),
) -> Violations {
    let mut wrong = Violations::new();
    let base = dictionaries.find(BASES);
    let base = base.and_then(|it| it.entry(&specialty.education_base));
    let Some(compulsory) = base.and_then(|it| it.compulsory.as_ref()) else {
        return wrong;
    };
    if specialty.is_by_interview() || day < compulsory.start_date {
        return wrong;
    }
    let title = |code: &String| {
        let entry = dictionaries.find(SUBJECTS).and_then(|it| it.entry(code));
        entry.map_or(code.clone(), |it| it.labels.get(language).to_owned())
    };
    for row in compulsory.lacking(&formula.marks) {
        let titles: Vec<_> = row.iter().map(title).collect();
        let args = [
            ("subjects", titles.join(" / ")),
            ("basis", compulsory.basis.clone()),
        ];
        wrong.add_with(format!("{path}.marks"), "COMPULSORY_SUBJECT_MISSING", args);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::score_formula::Rounding;
    use super::super::specialty::ExamNeed;
    use super::super::specialty::tests::nursing;
    use super::*;

    const DAY: Date = Date::constant(2026, 6, 1);

    fn formula(marks: &[&[&str]]) -> ScoreFormula {
        let mark = |codes: &&[&str]| Marked {
            any_of: codes.iter().map(|&code| code.to_owned()).collect(),
            weight: 1,
        };
        ScoreFormula {
            version: 1,
            marks: marks.iter().map(mark).collect(),
            added: Vec::new(),
            rounding: Rounding::Exact,
            ties: Vec::new(),
        }
    }

    /// After grade 9 a language and algebra, from this day on.
    fn with_algebra() -> Dictionaries {
        let mut all = Dictionaries::shipped().clone();
        let mut bases = all.find(BASES).expect("it").clone();
        bases.entries[0].compulsory = Some(CompulsorySubjects {
            subjects: CompulsorySubjects::subjects("KAZAKH|RUSSIAN; ALGEBRA"),
            start_date: DAY,
            basis: "№ 1".into(),
        });
        all.put(Arc::new(bases));
        all
    }

    fn told(specialty: &Specialty, formula: &ScoreFormula, day: Date) -> Vec<String> {
        let told = missing(
            "f",
            specialty,
            formula,
            &with_algebra(),
            (day, Language::En),
        );
        let name = |args: &[(&str, String)]| args[0].1.clone();
        told.into_iter()
            .inspect(|it| assert_eq!(it.field, "f.marks"))
            .map(|it| name(&it.args))
            .collect()
    }

    #[test]
    fn each_compulsory_subject_is_counted_by_a_mark_that_nothing_else_can_stand_for() {
        const LANGUAGE: &str = "Kazakh language / Russian language";
        const TABLE: [(&[&[&str]], &[&str]); 8] = [
            (&[&["KAZAKH"], &["ALGEBRA"]], &[]),
            (&[&["RUSSIAN"], &["ALGEBRA"], &["BIOLOGY"]], &[]),
            (&[&["RUSSIAN", "KAZAKH"], &["ALGEBRA"]], &[]),
            (&[&["KAZAKH"]], &["Algebra"]),
            (&[&["ALGEBRA"], &["BIOLOGY", "CHEMISTRY"]], &[LANGUAGE]),
            // A profile subject of one's choice is none that everybody brings.
            (&[&["KAZAKH", "BIOLOGY"], &["ALGEBRA"]], &[LANGUAGE]),
            (&[&[]], &[LANGUAGE, "Algebra"]),
            (&[], &[LANGUAGE, "Algebra"]),
        ];
        for (marks, expected) in TABLE {
            assert_eq!(
                told(&nursing(), &formula(marks), DAY),
                expected,
                "{marks:?}"
            );
        }
    }

    #[test]
    fn nothing_is_compulsory_before_its_day_nor_for_who_is_only_talked_to() {
        let none = formula(&[]);
        let before = Date::constant(2026, 5, 31);
        assert!(told(&nursing(), &none, before).is_empty());
        let mut specialty = nursing();
        specialty.education_base = "PRIMARY".into();
        assert!(told(&specialty, &none, DAY).is_empty());
        let mut worker = nursing();
        worker.qualification_level = "SKILLED_WORKER".into();
        assert!(told(&worker, &none, DAY).is_empty());
        worker.exam = Some(ExamNeed::None);
        assert_eq!(told(&worker, &none, DAY).len(), 2);
    }

    #[test]
    fn what_came_with_the_service_is_a_language_after_grade_9_and_11() {
        for base in ["BASIC_SECONDARY", "GENERAL_SECONDARY"] {
            let mut specialty = nursing();
            specialty.education_base = base.into();
            let of = |marks: &[&[&str]]| {
                let all = Dictionaries::shipped();
                let at = (DAY, Language::Kk);
                missing("f", &specialty, &formula(marks), all, at)
                    .iter()
                    .count()
            };
            assert_eq!((of(&[&["RUSSIAN"]]), of(&[&["ALGEBRA"]])), (0, 1));
        }
    }

    #[test]
    fn a_list_of_subjects_is_read_as_it_is_written() {
        let read = CompulsorySubjects::subjects(" KAZAKH | RUSSIAN ;; HISTORY; ");
        assert_eq!(read, [vec!["KAZAKH", "RUSSIAN"], vec!["HISTORY"]]);
        assert!(CompulsorySubjects::subjects(" ;|").is_empty());
    }
}
