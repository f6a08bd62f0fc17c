//! The terms of certificates: read from the wire and written to it.

use std::collections::BTreeSet;

use chassis::violation::Violations;
use proto::testing::v1 as pb;

use super::rule;
use crate::domain::certificate::terms::{PassMark, Subject, Terms};
use crate::domain::cut::Places;
use crate::domain::eligibility::LONGEST_DIRECTION;
use crate::domain::score::{Scale, Score};
use crate::rpc::{enums, parse};

const FIELD: &str = "stage.certificate_terms";
const MOST_MARKS: usize = 100;
/// Characters of a code: it stands in the QR code too.
const LONGEST_CODE: usize = 40;

/// The terms; none where something is wrong, which is noted.
pub fn read(
    violations: &mut Violations,
    terms: &pb::CertificateTerms,
    scale: Option<&Scale>,
) -> Option<Terms> {
    let before = violations.iter().count();
    let most = crate::domain::certificate::paper::MOST_SUBJECTS;
    count(violations, "subjects", terms.subjects.len(), most);
    count(violations, "pass_marks", terms.pass_marks.len(), MOST_MARKS);
    let field = format!("{FIELD}.programme");
    let read = Terms {
        programme: code(violations, &field, &terms.programme),
        title: parse::localized(violations, &format!("{FIELD}.title"), terms.title.clone()),
        subjects: subjects(violations, terms, scale, most),
        marks: marks(violations, terms),
    };
    let is_good = violations.iter().count() == before;
    // Who had all of every subject has the best score, and the least is nothing.
    let adds_up = |it: &Scale| it.lowest == Score(0) && read.highest() == it.highest;
    if is_good && !scale.is_some_and(adds_up) {
        violations.add(format!("{FIELD}.subjects"), "SUBJECT_SUM_MISMATCH");
        return None;
    }
    is_good.then_some(read)
}

fn count(violations: &mut Violations, list: &str, length: usize, most: usize) {
    let field = format!("{FIELD}.{list}");
    if length == 0 {
        violations.add(field, "REQUIRED");
    } else if length > most {
        violations.add_with(field, "TOO_MANY", [("max", most.to_string())]);
    }
}

fn code(violations: &mut Violations, field: &str, text: &str) -> String {
    let is_code = |text: &str| {
        let letters = text.bytes();
        let good = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
        text.len() <= LONGEST_CODE && letters.into_iter().all(good)
    };
    let read = match text {
        "" => Err("REQUIRED"),
        text if is_code(text) => Ok(text.to_owned()),
        _ => Err("INVALID_FORMAT"),
    };
    violations.take(field, read).unwrap_or_default()
}

fn subjects(
    violations: &mut Violations,
    terms: &pb::CertificateTerms,
    scale: Option<&Scale>,
    most: usize,
) -> Vec<Subject> {
    let (mut read, mut seen) = (Vec::new(), BTreeSet::new());
    for (at, subject) in terms.subjects.iter().take(most).enumerate() {
        let own = format!("{FIELD}.subjects[{at}]");
        let named = format!("{own}.subject");
        let code = code(violations, &named, &subject.subject);
        if !seen.insert(code.clone()) {
            violations.add(named, "NAMED_TWICE");
        }
        let highest = Score::parse(&subject.highest);
        let highest = highest.and_then(|score| match scale {
            _ if score <= Score(0) => Err("OUT_OF_RANGE"),
            Some(scale) if score.0 % scale.step() != 0 => Err("TOO_MANY_DECIMALS"),
            _ => Ok(score),
        });
        let highest = violations.take(&format!("{own}.highest"), highest);
        read.push(Subject {
            code,
            title: parse::localized(violations, &format!("{own}.title"), subject.title.clone()),
            highest: highest.unwrap_or_default(),
        });
    }
    read
}

fn marks(violations: &mut Violations, terms: &pb::CertificateTerms) -> Vec<PassMark> {
    let (mut read, mut seen) = (Vec::new(), BTreeSet::new());
    for (at, mark) in terms.pass_marks.iter().take(MOST_MARKS).enumerate() {
        let own = format!("{FIELD}.pass_marks[{at}]");
        let named = format!("{own}.category");
        let category = code(violations, &named, &mark.category);
        let field = format!("{own}.direction");
        let direction = violations.sought(&field, &mark.direction, LONGEST_DIRECTION);
        if !seen.insert((category.clone(), direction.clone())) {
            violations.add(named, "NAMED_TWICE");
        }
        let share = mark.share.as_ref().ok_or("REQUIRED").and_then(rule::part);
        let share = violations.take(&format!("{own}.share"), share);
        let title = parse::localized(violations, &format!("{own}.title"), mark.title.clone());
        if let Some(Places::Share {
            numerator,
            denominator,
        }) = share
        {
            read.push(PassMark {
                category,
                title,
                numerator,
                denominator,
                direction,
            });
        }
    }
    read
}

pub fn written(terms: &Terms) -> pb::CertificateTerms {
    let number = |it: u32| i32::try_from(it).unwrap_or(i32::MAX);
    let subject = |it: &Subject| pb::Subject {
        subject: it.code.clone(),
        title: Some(enums::localized(&it.title)),
        highest: it.highest.written(),
    };
    let mark = |it: &PassMark| pb::PassMark {
        category: it.category.clone(),
        title: Some(enums::localized(&it.title)),
        share: Some(pb::Share {
            numerator: number(it.numerator),
            denominator: number(it.denominator),
        }),
        direction: it.direction.clone(),
    };
    pb::CertificateTerms {
        programme: terms.programme.clone(),
        title: Some(enums::localized(&terms.title)),
        subjects: terms.subjects.iter().map(subject).collect(),
        pass_marks: terms.marks.iter().map(mark).collect(),
    }
}
