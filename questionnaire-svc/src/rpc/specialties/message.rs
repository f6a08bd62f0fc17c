//! A specialty ⇄ its message.

use chassis::clock::to_pb;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;

use crate::domain::specialty::{ExamNeed, Quota, Ranking, Specialty, State};
use crate::rpc::etag;
use crate::store::specialty::Kept;

pub fn of(kept: &Kept) -> pb::Specialty {
    let it = &kept.specialty;
    let state = match kept.state {
        State::Open => pb::specialty::State::Open,
        State::Closed => pb::specialty::State::Closed,
    };
    let exam = match it.exam {
        Some(ExamNeed::None) => pb::ExamNeed::None,
        Some(ExamNeed::Required) => pb::ExamNeed::Required,
        None => pb::ExamNeed::Unspecified,
    };
    let quota = |quota: &Quota| pb::SpecialtyQuota {
        category: quota.category.clone(),
        places: quota.places,
    };
    pb::Specialty {
        name: kept.name(),
        campaign: it.campaign.clone(),
        college: format!("colleges/{}", kept.bin),
        code: it.code.clone(),
        payment: it.payment.clone(),
        training_kind: it.training_kind.clone(),
        education_base: it.education_base.clone(),
        study_form: it.study_form.clone(),
        language: it.language.clone(),
        qualification_level: it.qualification_level.clone(),
        region: it.region.clone(),
        places: it.places,
        quotas: it.quotas.iter().map(quota).collect(),
        exam: exam.into(),
        term_months: it.term_months,
        state: state.into(),
        ranking_started: kept.ranking == Ranking::Started,
        create_time: Some(to_pb(kept.create_time)),
        update_time: Some(to_pb(kept.update_time)),
        etag: etag::of(kept.version),
    }
}

/// More than there are benefits.
const MOST_QUOTAS: usize = 20;

/// The specialty that was sent, as far as it can be read. What its rows say is the rules' question.
pub fn read(violations: &mut Violations, path: &str, pb: &pb::Specialty) -> Specialty {
    let exam = match pb::ExamNeed::try_from(pb.exam) {
        Ok(pb::ExamNeed::None) => Some(ExamNeed::None),
        Ok(pb::ExamNeed::Required) => Some(ExamNeed::Required),
        Ok(pb::ExamNeed::Unspecified) => None,
        Err(_) => {
            violations.add(format!("{path}.exam"), "UNKNOWN_VALUE");
            // It is wrong in one way, and not lacking too.
            Some(ExamNeed::None)
        }
    };
    if pb.quotas.len() > MOST_QUOTAS {
        let max = [("max", MOST_QUOTAS.to_string())];
        violations.add_with(format!("{path}.quotas"), "TOO_MANY", max);
    }
    let quota = |quota: &pb::SpecialtyQuota| Quota {
        category: quota.category.clone(),
        places: quota.places,
    };
    Specialty {
        campaign: pb.campaign.clone(),
        code: pb.code.clone(),
        payment: pb.payment.clone(),
        training_kind: pb.training_kind.clone(),
        education_base: pb.education_base.clone(),
        study_form: pb.study_form.clone(),
        language: pb.language.clone(),
        qualification_level: pb.qualification_level.clone(),
        region: pb.region.clone(),
        places: pb.places,
        quotas: pb.quotas.iter().take(MOST_QUOTAS).map(quota).collect(),
        exam,
        term_months: pb.term_months,
    }
}
