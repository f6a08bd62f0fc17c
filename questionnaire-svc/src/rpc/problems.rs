//! What is wrong with an imported file: listed by a dry run, violations of the real one.

use chassis::error::explain;
use chassis::violation::{Violation, Violations};
use proto::questionnaire::v1 as pb;

use crate::domain::limit::MAX_VIOLATIONS;
use crate::domain::sheet::Problem;

/// As a dry run lists it, in the language of the call.
pub fn message(problem: &Problem) -> pb::ImportProblem {
    pb::ImportProblem {
        line: i32::try_from(problem.line).unwrap_or(i32::MAX),
        column: problem.column.to_owned(),
        reason: problem.reason.to_owned(),
        message: explain(problem.reason, &args(problem)),
    }
}

/// By the path of their line and column: `csv.lines[3].kk`.
pub fn violations(problems: &[Problem]) -> Violations {
    let mut all = Violations::new();
    for problem in problems.iter().take(MAX_VIOLATIONS) {
        let Problem { line, column, .. } = problem;
        let field = match *column {
            "" => format!("csv.lines[{line}]"),
            column => format!("csv.lines[{line}].{column}"),
        };
        all.push(Violation {
            field,
            reason: problem.reason,
            args: args(problem),
        });
    }
    all
}

fn args(problem: &Problem) -> Vec<(&'static str, String)> {
    let max = problem.max.map(|max| ("max", max.to_string()));
    max.into_iter().collect()
}
