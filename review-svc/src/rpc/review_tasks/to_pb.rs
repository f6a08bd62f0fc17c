//! Tasks, claims and decisions as the contract shows them, at a given time.

use chassis::clock::to_pb as time;
use jiff::Timestamp;
use proto::questionnaire::v1 as questionnaire;
use proto::review::v1 as pb;
use proto::review::v1::review_task::State as PbState;

use crate::domain::decision::{CorrectionItem, CorrectionKind, Decision, Reason};
use crate::domain::task::{Claim, Decided, Punctuality, State};
use crate::store::task::Kept;

pub fn task(kept: &Kept, now: Timestamp) -> pb::ReviewTask {
    let live = kept.task.live_claim(now);
    let decided = match &kept.task.state {
        State::Decided(decided) => Some(decided),
        _ => None,
    };
    let calendar_version = kept.task.term.map_or(0, |term| term.calendar_version);
    pb::ReviewTask {
        name: kept.name(),
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        resubmission: kept.submission_number > 1,
        state: state(kept, now).into(),
        open_time: Some(time(kept.open_time)),
        due_time: kept.task.term.map(|term| time(term.due_time)),
        overdue: kept.task.punctuality(now) == Punctuality::Overdue,
        working_days: count(kept.working_days),
        calendar_version: count(calendar_version),
        claim: live.map(claim),
        decision: decided.map(decision),
        etag: kept.etag(),
    }
}

/// A claim that ran out holds nothing: the task is open before any job has returned it.
fn state(kept: &Kept, now: Timestamp) -> PbState {
    match &kept.task.state {
        State::Claimed(_) if kept.task.live_claim(now).is_some() => PbState::Claimed,
        State::Open { .. } | State::Claimed(_) => PbState::Open,
        State::Decided(_) => PbState::Decided,
        State::Withdrawn { .. } => PbState::Withdrawn,
    }
}

fn claim(claim: &Claim) -> pb::Claim {
    pb::Claim {
        expert: claim.expert.clone(),
        claim_time: Some(time(claim.claim_time)),
        lease_expire_time: Some(time(claim.lease_expire_time)),
    }
}

pub fn decision(decided: &Decided) -> pb::Decision {
    use pb::decision::Outcome;
    let mut shown = pb::Decision {
        expert: decided.expert.clone(),
        decide_time: Some(time(decided.decide_time)),
        ..Default::default()
    };
    match &decided.decision {
        Decision::Accept => shown.set_outcome(Outcome::Accepted),
        Decision::Reject { reasons } => {
            shown.set_outcome(Outcome::Rejected);
            shown.reasons = reasons.iter().map(reason).collect();
        }
        Decision::RequestCorrection {
            items,
            correction_due_time,
        } => {
            shown.set_outcome(Outcome::CorrectionRequested);
            shown.items = items.iter().map(item).collect();
            shown.correction_due_time = Some(time(*correction_due_time));
        }
    }
    shown
}

fn reason(reason: &Reason) -> questionnaire::DecisionReason {
    questionnaire::DecisionReason {
        code: reason.code.clone(),
        note: reason.note.clone(),
    }
}

fn item(item: &CorrectionItem) -> pb::CorrectionItem {
    pb::CorrectionItem {
        section: item.section.clone(),
        kind: correction_kind(item.kind).into(),
        note: item.note.clone(),
    }
}

pub fn correction_kind(kind: CorrectionKind) -> questionnaire::CorrectionKind {
    match kind {
        CorrectionKind::Incorrect => questionnaire::CorrectionKind::Incorrect,
        CorrectionKind::Incomplete => questionnaire::CorrectionKind::Incomplete,
        CorrectionKind::Outdated => questionnaire::CorrectionKind::Outdated,
    }
}

fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
