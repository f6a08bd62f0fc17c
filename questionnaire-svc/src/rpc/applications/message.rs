//! An application as a message.

use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;

use crate::domain::application::{
    AnswerKind, Correction, CorrectionItem, CorrectionKind, DecisionReason, PromoRight, State, Wish,
};
use crate::domain::attempt;
use crate::rpc::etag;
use crate::store::application::Kept;

pub fn of(kept: &Kept) -> pb::Application {
    let application = &kept.application;
    let correction = match &application.state {
        State::CorrectionRequested { correction, .. } => Some(correction),
        _ => None,
    };
    let state = format!("STATE_{}", application.state.code());
    pb::Application {
        name: kept.name(),
        campaign: kept.campaign_name(),
        applicant: kept.applicant(),
        state: pb::application::State::from_str_name(&state)
            .unwrap_or_default()
            .into(),
        form_revision: kept.form_revision.clone(),
        submission_count: i32::try_from(application.submission_count).unwrap_or(i32::MAX),
        submission: kept.submission_name(),
        create_time: Some(to_pb(kept.create_time)),
        submit_time: kept.submit_time.map(to_pb),
        decide_time: kept.decide_time.map(to_pb),
        corrections: correction.map(corrections).unwrap_or_default(),
        correction_due_time: correction.map(|correction| to_pb(correction.due_time)),
        decision: decision(&application.state),
        promo_right: promo_right(application.promo_right()).into(),
        etag: etag::of(kept.version),
        campaign_version: kept.campaign_version,
        correction_wish: application.wish.as_ref().map(wish),
        decide_due_time: application.term.due_time.map(to_pb),
        review_paused: application.term.is_paused,
        end_reason_code: application
            .state
            .end_reason()
            .unwrap_or_default()
            .to_owned(),
        rebase_time: kept.rebase_time.map(to_pb),
        kind: kept.kind.clone(),
        attempt_kind: match kept.attempt {
            None => pb::AttemptKind::Unspecified,
            Some(attempt::Kind::Free) => pb::AttemptKind::Free,
            Some(attempt::Kind::Paid) => pb::AttemptKind::Paid,
        }
        .into(),
        number: kept.number.clone().unwrap_or_default(),
        filled_by: kept.filled_by_name(),
        applicant_iin: String::new(),
    }
}

fn wish(wish: &Wish) -> pb::CorrectionWish {
    use pb::correction_wish::State;
    let state = match wish.answer.map(|answer| answer.kind) {
        None => State::Open,
        Some(AnswerKind::Granted) => State::Granted,
        Some(AnswerKind::Declined) => State::Declined,
    };
    pb::CorrectionWish {
        sections: wish.sections.clone(),
        note: wish.note.clone(),
        create_time: Some(to_pb(wish.ask_time)),
        state: state.into(),
        answer_time: wish.answer.map(|answer| to_pb(answer.time)),
    }
}

fn corrections(correction: &Correction) -> Vec<pb::CorrectionRequest> {
    let message = |item: &CorrectionItem| pb::CorrectionRequest {
        section: item.section.clone(),
        kind: match item.kind {
            CorrectionKind::Incorrect => pb::CorrectionKind::Incorrect,
            CorrectionKind::Incomplete => pb::CorrectionKind::Incomplete,
            CorrectionKind::Outdated => pb::CorrectionKind::Outdated,
        }
        .into(),
        note: item.note.clone(),
        create_time: Some(to_pb(correction.ask_time)),
    };
    correction.items.iter().map(message).collect()
}

fn decision(state: &State) -> Option<pb::ApplicationDecision> {
    use pb::application_decision::Outcome;
    let reason = |reason: &DecisionReason| pb::DecisionReason {
        code: reason.code.clone(),
        note: reason.note.clone(),
    };
    let (outcome, reasons) = match state {
        State::Accepted { .. } => (Outcome::Accepted, Vec::new()),
        State::Rejected { reasons, .. } => {
            (Outcome::Rejected, reasons.iter().map(reason).collect())
        }
        _ => return None,
    };
    Some(pb::ApplicationDecision {
        outcome: outcome.into(),
        reasons,
    })
}

fn promo_right(right: PromoRight) -> pb::application::PromoRight {
    match right {
        PromoRight::Open => pb::application::PromoRight::Open,
        PromoRight::Claimed { .. } => pb::application::PromoRight::Claimed,
        PromoRight::Closed { .. } => pb::application::PromoRight::Closed,
    }
}
