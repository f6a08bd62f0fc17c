//! Sittings of exams as messages.

use std::collections::HashMap;

use chassis::clock::to_pb;
use chassis::mask::Masked;
use proto::questionnaire::v1 as pb;

use crate::domain::choice::State;
use crate::domain::exam_sitting::{Grades, Outcome};
use crate::rpc::etag;
use crate::store::choice;
use crate::store::exam_sitting::{Entry, Kept};

/// Without those who sit in it.
pub fn of(kept: &Kept) -> pb::ExamSitting {
    let it = &kept.sitting;
    let state = match it.grades {
        Grades::None => pb::exam_sitting::State::Planned,
        Grades::Some => pb::exam_sitting::State::Graded,
    };
    let count = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    pb::ExamSitting {
        name: kept.name(),
        specialty: kept.specialty_name(),
        exam: it.exam.clone(),
        start_time: Some(to_pb(it.start)),
        address: it.address.clone(),
        state: state.into(),
        entry_count: count(kept.entry_count),
        graded_count: count(kept.graded_count),
        entries: Vec::new(),
        create_time: Some(to_pb(kept.create_time)),
        etag: etag::of(kept.version),
    }
}

/// The places in it, beside the choices that they are of; names as far as they are told.
pub fn entries(
    entries: &[Entry],
    choices: &[choice::Kept],
    names: &HashMap<String, Masked<String>>,
) -> Vec<pb::ExamSittingEntry> {
    let choices: HashMap<_, _> = choices.iter().map(|it| (it.id.as_str(), it)).collect();
    let entry = |entry: &Entry| {
        let choice = choices.get(entry.choice.as_str())?;
        let name = names.get(&choice.application);
        let points = entry.outcome.and_then(Outcome::points);
        Some(pb::ExamSittingEntry {
            choice: choice.name(),
            application_number: choice.number.clone(),
            accepted: choice.choice.state == State::Accepted,
            points: points.map(|it| it.to_string()).unwrap_or_default(),
            absent: entry.outcome == Some(Outcome::Absent),
            applicant_name: name.map(|it| it.reveal().clone()).unwrap_or_default(),
        })
    };
    entries.iter().filter_map(entry).collect()
}
