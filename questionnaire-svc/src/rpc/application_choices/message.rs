//! A choice as a message.

use std::collections::{BTreeMap, HashMap};

use chassis::clock::to_pb;
use chassis::mask::Masked;
use proto::questionnaire::v1 as pb;

use crate::domain::choice::Mark;
use crate::rpc::etag;
use crate::store::choice::{Appointed, Kept};

pub fn of(kept: &Kept, exams: &[Appointed]) -> pb::ApplicationChoice {
    let it = &kept.choice;
    let state = format!("STATE_{}", it.state.code());
    let mark = |mark: &Mark| pb::CertificateMark {
        subject: mark.subject.clone(),
        mark: mark.mark.to_string(),
    };
    pb::ApplicationChoice {
        name: kept.name(),
        preference: it.preference,
        specialty: it.specialty_name(),
        college: it.college_name(),
        application_number: kept.number.clone(),
        submission: kept.submission_name(),
        state: pb::application_choice::State::from_str_name(&state)
            .unwrap_or_default()
            .into(),
        reason_codes: it.reason_codes.clone(),
        marks: it.marks.iter().map(mark).collect(),
        merits: it.merits.clone(),
        quota_categories: it.quota_categories.clone(),
        exams: exams.iter().map(exam).collect(),
        create_time: Some(to_pb(kept.create_time)),
        state_time: Some(to_pb(kept.state_time)),
        etag: etag::of(kept.version),
        correction_count: it.corrections,
        applicant_name: String::new(),
    }
}

/// A page of them; `exams` are those of any of them.
pub fn all(found: &[Kept], exams: &[Appointed]) -> Vec<pb::ApplicationChoice> {
    let mut by_choice: BTreeMap<&str, Vec<Appointed>> = BTreeMap::new();
    for exam in exams {
        let of_choice = by_choice.entry(&exam.choice).or_default();
        of_choice.push(exam.clone());
    }
    let message = |kept: &Kept| {
        let exams = by_choice.get(kept.id.as_str());
        of(kept, exams.map(Vec::as_slice).unwrap_or_default())
    };
    found.iter().map(message).collect()
}

/// Says who wishes each, as far as names are told, by the ids of applications.
pub fn name(
    told: &mut [pb::ApplicationChoice],
    found: &[Kept],
    names: &HashMap<String, Masked<String>>,
) {
    for (message, kept) in told.iter_mut().zip(found) {
        if let Some(name) = names.get(&kept.application) {
            message.applicant_name.clone_from(name.reveal());
        }
    }
}

fn exam(appointed: &Appointed) -> pb::EntranceExam {
    let state = match &appointed.points {
        Some(_) => pb::entrance_exam::State::Graded,
        None if appointed.absent => pb::entrance_exam::State::Absent,
        None => pb::entrance_exam::State::Planned,
    };
    pb::EntranceExam {
        sitting: format!("examSittings/{}", appointed.sitting),
        exam: appointed.exam.clone(),
        start_time: Some(to_pb(appointed.start_time)),
        address: appointed.address.clone(),
        state: state.into(),
        points: appointed.points.clone().unwrap_or_default(),
        sitting_etag: etag::of(appointed.sitting_version),
    }
}
