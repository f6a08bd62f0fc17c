//! What came of each rule, for people to read.

use std::fmt;

use tonic::{Response, Status};
use tonic_types::StatusExt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    /// There is nothing to try it with.
    Skip,
}

/// One rule: what was sent, what came.
#[derive(Debug, Clone)]
pub struct Line {
    pub rule: &'static str,
    pub verdict: Verdict,
    pub sent: String,
    pub came: String,
}

#[derive(Debug, Default)]
pub struct Report {
    pub lines: Vec<Line>,
}

/// What an answer is called: its reason, or everything that is wrong with the request.
pub fn heard(status: &Status) -> String {
    let wrong = status.get_details_bad_request();
    let wrong: Vec<String> = wrong
        .iter()
        .flat_map(|it| &it.field_violations)
        .map(|it| format!("{} {}", it.field, it.reason))
        .collect();
    if !wrong.is_empty() {
        return wrong.join(", ");
    }
    let info = status.get_details_error_info();
    info.map_or_else(|| status.code().to_string(), |info| info.reason)
}

impl Report {
    pub fn holds(&mut self, rule: &'static str, sent: &str, came: String, holds: bool) {
        let verdict = if holds { Verdict::Pass } else { Verdict::Fail };
        self.lines.push(Line {
            rule,
            verdict,
            sent: sent.to_owned(),
            came,
        });
    }

    /// It has to go well; what came, if it did.
    pub fn went_well<T>(
        &mut self,
        rule: &'static str,
        sent: &str,
        answer: Result<Response<T>, Status>,
    ) -> Option<T> {
        let came = answer.as_ref().err().map_or("an answer".to_owned(), heard);
        self.holds(rule, sent, came, answer.is_ok());
        answer.ok().map(Response::into_inner)
    }

    /// It has to be refused with this reason, or with this wrong field.
    pub fn refused<T>(
        &mut self,
        rule: &'static str,
        sent: &str,
        answer: Result<Response<T>, Status>,
        expected: &str,
    ) {
        let came = answer.as_ref().err().map_or("an answer".to_owned(), heard);
        let is_it = came.split([' ', ',']).any(|word| word == expected);
        self.holds(rule, sent, format!("{came}, expected {expected}"), is_it);
    }

    /// The same request again: the same answer.
    pub fn same<T: PartialEq>(
        &mut self,
        rule: &'static str,
        sent: &str,
        first: &T,
        answer: Result<Response<T>, Status>,
    ) {
        match answer {
            Ok(again) => {
                let is_same = again.into_inner() == *first;
                let came = if is_same {
                    "the same answer"
                } else {
                    "another answer"
                };
                self.holds(rule, sent, came.to_owned(), is_same);
            }
            Err(status) => self.holds(rule, sent, heard(&status), false),
        }
    }

    pub fn skipped(&mut self, rule: &'static str, why: &str) {
        self.lines.push(Line {
            rule,
            verdict: Verdict::Skip,
            sent: "nothing".to_owned(),
            came: why.to_owned(),
        });
    }

    pub fn count(&self, verdict: Verdict) -> usize {
        self.lines.iter().filter(|it| it.verdict == verdict).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            let verdict = match line.verdict {
                Verdict::Pass => "PASS",
                Verdict::Fail => "FAIL",
                Verdict::Skip => "SKIP",
            };
            writeln!(
                f,
                "{verdict}  {}\n        sent: {}; came: {}",
                line.rule, line.sent, line.came
            )?;
        }
        write!(
            f,
            "{} rules held, {} did not, {} were not tried",
            self.count(Verdict::Pass),
            self.count(Verdict::Fail),
            self.count(Verdict::Skip)
        )
    }
}
