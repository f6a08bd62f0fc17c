//! A score formula ⇄ its message.

use chassis::clock::to_pb;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::score_rounding::Kind;
use proto::questionnaire::v1::tie_break::By;

use crate::domain::score_formula::{Added, Marked, Rounding, ScoreFormula, Tie};
use crate::store::score_formula::Kept;

pub fn of(kept: &Kept) -> pb::ScoreFormula {
    let formula = &kept.formula;
    let mark = |it: &Marked| pb::CountedMark {
        any_of: it.any_of.clone(),
        weight: signed(it.weight),
    };
    let exam = |it: &Added| pb::AddedExam {
        exam: it.exam.clone(),
        numerator: signed(it.numerator),
        denominator: signed(it.denominator),
    };
    let tie = |it: &Tie| pb::TieBreak {
        by: Some(match it {
            Tie::Mark(code) => By::Mark(code.clone()),
            Tie::Exam(code) => By::Exam(code.clone()),
            Tie::Merit(code) => By::Merit(code.clone()),
        }),
    };
    let (kind, decimals) = match formula.rounding {
        Rounding::Exact => (Kind::Exact, 0),
        Rounding::HalfUp { decimals } => (Kind::HalfUp, decimals),
        Rounding::Down { decimals } => (Kind::Down, decimals),
    };
    pb::ScoreFormula {
        name: format!(
            "specialties/{}/scoreFormulas/{}",
            kept.specialty, formula.version
        ),
        version: signed(formula.version),
        marks: formula.marks.iter().map(mark).collect(),
        added: formula.added.iter().map(exam).collect(),
        rounding: Some(pb::ScoreRounding {
            kind: kind.into(),
            decimals: signed(decimals),
        }),
        ties: formula.ties.iter().map(tie).collect(),
        approve_time: Some(to_pb(kept.approve_time)),
        board_action: format!("boardActions/{}", kept.board_action),
    }
}

/// The formula that was sent, as far as it can be read. What is no number of the contract becomes one
/// that the rules refuse.
pub fn read(
    violations: &mut Violations,
    path: &str,
    pb: &pb::ScoreFormula,
    version: u32,
) -> ScoreFormula {
    let mark = |it: &pb::CountedMark| Marked {
        any_of: it.any_of.clone(),
        weight: u32::try_from(it.weight).unwrap_or_default(),
    };
    let exam = |it: &pb::AddedExam| Added {
        exam: it.exam.clone(),
        numerator: u32::try_from(it.numerator).unwrap_or_default(),
        denominator: u32::try_from(it.denominator).unwrap_or_default(),
    };
    let tie = |it: &pb::TieBreak| match it.by.clone().unwrap_or(By::Mark(String::new())) {
        By::Mark(code) => Tie::Mark(code),
        By::Exam(code) => Tie::Exam(code),
        By::Merit(code) => Tie::Merit(code),
    };
    let rounding = pb.rounding.unwrap_or_default();
    let decimals = u32::try_from(rounding.decimals).unwrap_or(u32::MAX);
    let rounding = match rounding.kind() {
        Kind::Exact => Rounding::Exact,
        Kind::HalfUp => Rounding::HalfUp { decimals },
        Kind::Down => Rounding::Down { decimals },
        Kind::Unspecified => {
            violations.add(format!("{path}.rounding.kind"), "REQUIRED");
            Rounding::Exact
        }
    };
    ScoreFormula {
        version,
        marks: pb.marks.iter().map(mark).collect(),
        added: pb.added.iter().map(exam).collect(),
        rounding,
        ties: pb.ties.iter().map(tie).collect(),
    }
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
