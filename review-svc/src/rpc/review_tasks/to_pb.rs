//! Tasks, claims and decisions as the contract shows them, at a given time.

use chassis::caller::{Caller, Role};
use chassis::clock::to_pb as time;
use jiff::Timestamp;
use proto::questionnaire::v1 as questionnaire;
use proto::review::v1 as pb;
use proto::review::v1::review_task::{State as PbState, WithdrawCause as PbCause};

use crate::domain::decision::{CorrectionItem, CorrectionKind, Decision, Reason};
use crate::domain::pause::Pause;
use crate::domain::task::{Claim, Decided, Punctuality, State, Wish, WithdrawCause};
use crate::domain::verdict::Verdict;
use crate::store::task::Kept;
use crate::store::verdict::Saved;

/// A task as this caller may see it.
pub fn task(kept: &Kept, now: Timestamp, caller: &Caller) -> pb::ReviewTask {
    let task = &kept.task;
    let live = task.live_claim(now);
    let decided = match &task.state {
        State::Decided(decided) => Some(decided),
        _ => None,
    };
    let calendar_version = task.term.map_or(0, |term| term.calendar_version);
    pb::ReviewTask {
        name: kept.name(),
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        resubmission: kept.submission_number > 1,
        state: state(kept, now).into(),
        open_time: Some(time(kept.open_time)),
        due_time: task.running_term().map(|term| time(term.due_time)),
        overdue: task.punctuality(now) == Punctuality::Overdue,
        working_days: count(kept.working_days),
        calendar_version: count(calendar_version),
        claim: live.map(claim),
        decision: decided.map(decision),
        etag: kept.etag(),
        direction: kept.direction.clone(),
        // What an expert writes about a person is for those who review.
        pause: task
            .pause
            .as_ref()
            .filter(|_| !caller.is_service())
            .map(pause),
        second_opinion: task.first_opinion.is_some(),
        opinions: opinions(kept, caller),
        pending_decision: pending(kept, caller).map(decision),
        correction_wish: task.wish.as_ref().map(wish),
        withdraw_cause: cause(&task.state).into(),
        escalated: kept.escalated,
    }
}

/// A claim that ran out holds nothing: the task is open before any job has returned it.
pub fn state(kept: &Kept, now: Timestamp) -> PbState {
    match &kept.task.state {
        State::Claimed(_) if kept.task.live_claim(now).is_some() => PbState::Claimed,
        State::Open { .. } if kept.task.pause.is_some() => PbState::Paused,
        State::Open { .. } | State::Claimed(_) => PbState::Open,
        State::Disputed => PbState::Disputed,
        State::Pending { .. } => PbState::Pending,
        State::Decided(_) => PbState::Decided,
        State::Withdrawn { .. } => PbState::Withdrawn,
    }
}

/// A second opinion is worth something while its expert doesn't know the first.
fn opinions(kept: &Kept, caller: &Caller) -> Vec<pb::Decision> {
    if !caller.has(Role::CampaignManager) {
        return Vec::new();
    }
    let both = [&kept.task.first_opinion, &kept.task.second_opinion];
    both.into_iter().flatten().map(decision).collect()
}

/// What waits for publication is for whoever may still change it.
fn pending<'a>(kept: &'a Kept, caller: &Caller) -> Option<&'a Decided> {
    let State::Pending { decided, .. } = &kept.task.state else {
        return None;
    };
    let is_theirs = caller.has(Role::CampaignManager) || caller.key() == decided.expert;
    is_theirs.then_some(decided)
}

fn pause(pause: &Pause) -> pb::Pause {
    pb::Pause {
        pause_time: Some(time(pause.pause_time)),
        person: pause.person.clone(),
        reason: pause.reason.clone(),
    }
}

fn wish(wish: &Wish) -> pb::CorrectionWish {
    pb::CorrectionWish {
        sections: wish.sections.clone(),
        ask_time: Some(time(wish.ask_time)),
        decline_time: wish.decline_time.map(time),
    }
}

fn cause(state: &State) -> PbCause {
    match state {
        State::Withdrawn { cause, .. } => match cause {
            WithdrawCause::Withdrawn => PbCause::Withdrawn,
            WithdrawCause::Disqualified => PbCause::Disqualified,
            WithdrawCause::Erroneous => PbCause::Erroneous,
        },
        _ => PbCause::Unspecified,
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

pub fn verdict(saved: &Saved) -> pb::SectionVerdict {
    use pb::section_verdict::Verdict as Pb;
    let verdict = match saved.verdict.verdict {
        Verdict::Ok => Pb::Ok,
        Verdict::Wrong(CorrectionKind::Incorrect) => Pb::Incorrect,
        Verdict::Wrong(CorrectionKind::Incomplete) => Pb::Incomplete,
        Verdict::Wrong(CorrectionKind::Outdated) => Pb::Outdated,
    };
    pb::SectionVerdict {
        section: saved.verdict.section.clone(),
        verdict: verdict.into(),
        note: saved.verdict.note.clone(),
        expert: saved.expert.clone(),
        update_time: Some(time(saved.update_time)),
    }
}

pub fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
