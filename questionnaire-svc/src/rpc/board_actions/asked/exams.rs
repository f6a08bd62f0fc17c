//! Acts on sittings of exams as they were sent.

use chassis::clock::{from_pb, from_us, to_us};
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;

use super::choices::{check_count, check_name};
use crate::domain::board_action::Act;
use crate::domain::choice::Hundredths;
use crate::domain::exam_sitting::{self, Appointment, Grade, MOST_ENTRIES, Outcome, TimeAndPlace};
use crate::rpc::name;

pub fn appointment(violations: &mut Violations, asked: &pb::AppointExam) -> Act {
    let field = "appoint_exam.specialty";
    super::named(violations, field, super::SPECIALTY, &asked.specialty);
    let path = "appoint_exam.choices";
    check_count(violations, path, asked.choices.len(), MOST_ENTRIES);
    let names: Vec<_> = asked.choices.iter().map(String::as_str).collect();
    for at in 0..names.len().min(MOST_ENTRIES) {
        check_name(violations, &format!("{path}[{at}]"), &names, at);
    }
    let start = start_time(violations, "appoint_exam.start_time", asked.start_time);
    Act::AppointExam(Appointment {
        specialty: asked.specialty.clone(),
        exam: asked.exam.clone(),
        at: at(start, &asked.address),
        choices: asked.choices.iter().take(MOST_ENTRIES).cloned().collect(),
    })
}

pub fn time_and_place(violations: &mut Violations, asked: &pb::MoveExam) -> Act {
    sitting(violations, "move_exam.exam_sitting", &asked.exam_sitting);
    let start = start_time(violations, "move_exam.start_time", asked.start_time);
    Act::MoveExam(at(start, &asked.address))
}

pub fn grades(violations: &mut Violations, asked: &pb::GradeExam) -> Act {
    sitting(violations, "grade_exam.exam_sitting", &asked.exam_sitting);
    let path = "grade_exam.rows";
    check_count(violations, path, asked.rows.len(), MOST_ENTRIES);
    let names: Vec<_> = asked.rows.iter().map(|it| it.choice.as_str()).collect();
    let rows = asked.rows.iter().take(MOST_ENTRIES).enumerate();
    let rows = rows.map(|(at, row)| {
        let path = format!("{path}[{at}]");
        check_name(violations, &format!("{path}.choice"), &names, at);
        Grade {
            choice: row.choice.clone(),
            outcome: outcome(violations, format!("{path}.points"), row),
        }
    });
    Act::GradeExam {
        rows: rows.collect(),
    }
}

/// Who did not come has no points, not even none.
fn outcome(violations: &mut Violations, field: String, row: &pb::ExamPoints) -> Outcome {
    if row.absent {
        if !row.points.is_empty() {
            violations.add(field, "NOT_ASKED");
        }
        return Outcome::Absent;
    }
    let read = exam_sitting::points(&row.points);
    if read.is_none() {
        violations.add(field, "POINTS_INVALID");
    }
    Outcome::Points(read.unwrap_or(Hundredths::whole(0)))
}

fn sitting(violations: &mut Violations, field: &str, name: &str) {
    let id = name::id_of("examSittings/*", name).ok_or(name::reason(name));
    violations.take(field, id);
}

/// A time that was not sent is noted, and stands for the latest there is: it is wrong in one way.
fn start_time(
    violations: &mut Violations,
    field: &str,
    time: Option<prost_types::Timestamp>,
) -> Timestamp {
    let read = match &time {
        None => Err("REQUIRED"),
        Some(time) => from_pb(time).ok_or("OUT_OF_RANGE"),
    };
    violations.take(field, read).unwrap_or(Timestamp::MAX)
}

/// In whole microseconds, as it is kept.
fn at(start: Timestamp, address: &str) -> TimeAndPlace {
    TimeAndPlace {
        start_time: from_us(to_us(start)),
        address: address.trim().to_owned(),
    }
}
