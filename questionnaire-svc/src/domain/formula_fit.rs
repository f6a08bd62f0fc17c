//! Whether a score formula is one for its specialty: an exam that is required is counted, and one that is not
//! is asked for nowhere.

use chassis::violation::Violations;

use super::score_formula::{ScoreFormula, Tie};
use super::specialty::{ExamNeed, Specialty};

/// What speaks against it, by the paths of the formula.
pub fn exams(path: &str, specialty: &Specialty, formula: &ScoreFormula) -> Violations {
    let mut wrong = Violations::new();
    match specialty.exam {
        // The interview of skilled workers is asked for without the formula.
        Some(ExamNeed::Required) if formula.added.is_empty() && !specialty.is_for_workers() => {
            wrong.add(format!("{path}.added"), "EXAM_NEEDED");
        }
        Some(ExamNeed::None) => {
            for at in 0..formula.added.len() {
                wrong.add(format!("{path}.added[{at}].exam"), "EXAM_NOT_ASKED");
            }
            for (at, tie) in formula.ties.iter().enumerate() {
                if let Tie::Exam(_) = tie {
                    wrong.add(format!("{path}.ties[{at}]"), "EXAM_NOT_ASKED");
                }
            }
        }
        Some(ExamNeed::Required) | None => {}
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::super::score_formula::{Added, Marked, Rounding};
    use super::super::specialty::tests::nursing;
    use super::*;

    fn formula(added: &[&str], ties: &[&str]) -> ScoreFormula {
        let one = |exam: &&str| Added {
            exam: (*exam).into(),
            numerator: 1,
            denominator: 10,
        };
        ScoreFormula {
            version: 1,
            marks: vec![Marked {
                any_of: vec!["KAZAKH".into()],
                weight: 1,
            }],
            added: added.iter().map(one).collect(),
            rounding: Rounding::Exact,
            ties: ties.iter().map(|exam| Tie::Exam((*exam).into())).collect(),
        }
    }

    #[test]
    fn an_exam_that_is_required_is_counted_and_one_that_is_not_is_asked_for_nowhere() {
        type Told<'a> = &'a [(&'a str, &'a str)];
        const NEEDED: Told = &[("f.added", "EXAM_NEEDED")];
        const ADDED: Told = &[("f.added[0].exam", "EXAM_NOT_ASKED")];
        const BOTH: Told = &[ADDED[0], ("f.ties[0]", "EXAM_NOT_ASKED")];
        let (required, none) = (Some(ExamNeed::Required), Some(ExamNeed::None));
        let (middle, worker) = ("MIDDLE_SPECIALIST", "SKILLED_WORKER");
        let good: Told = &[];
        for (level, exam, formula, expected) in [
            (middle, required, formula(&["SPECIAL"], &[]), good),
            (middle, required, formula(&[], &[]), NEEDED),
            // What only decides between equals adds no points.
            (middle, required, formula(&[], &["SPECIAL"]), NEEDED),
            (middle, none, formula(&[], &[]), good),
            (middle, none, formula(&["SPECIAL"], &[]), ADDED),
            (middle, none, formula(&["SPECIAL"], &["SPECIAL"]), BOTH),
            (worker, required, formula(&[], &[]), good),
            (worker, required, formula(&["INTERVIEW"], &[]), good),
            (worker, none, formula(&["INTERVIEW"], &[]), ADDED),
            (middle, None, formula(&[], &[]), good),
        ] {
            let specialty = Specialty {
                qualification_level: level.into(),
                exam,
                ..nursing()
            };
            let told = exams("f", &specialty, &formula);
            let told: Vec<_> = told
                .iter()
                .map(|it| (it.field.as_str(), it.reason))
                .collect();
            assert_eq!(told, expected, "{level} {exam:?}");
        }
    }
}
