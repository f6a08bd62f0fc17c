//! From an expert's opinion to a decision: another expert's opinion where one is asked for, a campaign
//! manager where the two disagree, and a wait for the publication where a campaign publishes together.

use jiff::Timestamp;

use super::decision::{Decision, MAX_REASONS};
use super::refusal::Refusal;
use super::task::{Actor, Decided, ReviewTask, State};

/// What stands between an opinion and the applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Course {
    pub second_opinion: SecondOpinion,
    pub publication: Publication,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondOpinion {
    Needed,
    #[default]
    NotNeeded,
}

/// When applicants learn of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Publication {
    #[default]
    Immediate,
    Together,
}

/// What came of an opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    AwaitsSecondOpinion,
    Disputed,
    AwaitsPublication,
    Decided,
}

/// Why a decision that waits is not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotChanged {
    Refused(Refusal),
    /// Another expert decided.
    Others,
}

impl ReviewTask {
    /// Gives the opinion of the holder of a live claim. A request for correction takes effect at once,
    /// unless it answers a first opinion: then it disagrees.
    ///
    /// # Errors
    /// As [`Self::must_hold`].
    pub fn settle(
        &mut self,
        expert: &str,
        decision: Decision,
        now: Timestamp,
        course: Course,
    ) -> Result<Next, Refusal> {
        self.must_hold(expert, now)?;
        let opinion = Decided {
            decision,
            expert: expert.to_owned(),
            decide_time: now,
        };
        let Some(first) = &self.first_opinion else {
            let can_wait = !matches!(opinion.decision, Decision::RequestCorrection { .. });
            if can_wait && course.second_opinion == SecondOpinion::Needed {
                self.first_opinion = Some(opinion);
                self.state = State::Open { lapsed: None };
                return Ok(Next::AwaitsSecondOpinion);
            }
            return Ok(self.conclude(opinion, course.publication));
        };
        let Some(agreed) = agreement(&first.decision, &opinion.decision) else {
            self.second_opinion = Some(opinion);
            self.state = State::Disputed;
            return Ok(Next::Disputed);
        };
        self.second_opinion = Some(opinion.clone());
        let decided = Decided {
            decision: agreed,
            ..opinion
        };
        Ok(self.conclude(decided, course.publication))
    }

    /// A campaign manager decides where two experts disagree.
    ///
    /// # Errors
    /// `TASK_NOT_DISPUTED`, `OWN_APPLICATION`, and `TASK_DECIDED`, `TASK_WITHDRAWN`,
    /// `TASK_DISQUALIFIED`, `TASK_ERRONEOUS`, `TASK_PENDING`.
    pub fn resolve(
        &mut self,
        manager: &str,
        decision: Decision,
        now: Timestamp,
        publication: Publication,
    ) -> Result<Next, Refusal> {
        match self.must_be_undecided() {
            Err(Refusal::TaskDisputed) => {}
            Err(refusal) => return Err(refusal),
            Ok(()) => return Err(Refusal::TaskNotDisputed),
        }
        self.must_not_be_own(manager)?;
        let decided = Decided {
            decision,
            expert: manager.to_owned(),
            decide_time: now,
        };
        Ok(self.conclude(decided, publication))
    }

    /// Changes a decision that is not published.
    ///
    /// # Errors
    /// `TASK_NOT_PENDING`, `OWN_APPLICATION`, and `TASK_DECIDED`, `TASK_WITHDRAWN`,
    /// `TASK_DISQUALIFIED`, `TASK_ERRONEOUS`, `TASK_DISPUTED`; an expert changes their own decisions only.
    pub fn change(
        &mut self,
        actor: Actor<'_>,
        decision: Decision,
        now: Timestamp,
    ) -> Result<Next, NotChanged> {
        match &self.state {
            State::Pending {
                decided,
                publish_time,
            } => {
                if matches!(actor, Actor::Expert(expert) if expert != decided.expert) {
                    return Err(NotChanged::Others);
                }
                if publish_time.is_some() {
                    let outcome = decided.decision.outcome();
                    return Err(NotChanged::Refused(Refusal::TaskDecided { outcome }));
                }
            }
            _ => {
                let refused = self.must_be_undecided().err();
                let refusal = refused.unwrap_or(Refusal::TaskNotPending);
                return Err(NotChanged::Refused(refusal));
            }
        }
        self.must_not_be_own(actor.account())
            .map_err(NotChanged::Refused)?;
        let decided = Decided {
            decision,
            expert: actor.account().to_owned(),
            decide_time: now,
        };
        Ok(self.conclude(decided, Publication::Together))
    }

    /// The turn of a decision that is to be published has come; false where there is none.
    pub fn publish(&mut self) -> bool {
        if let State::Pending {
            decided,
            publish_time: Some(_),
        } = &self.state
        {
            self.state = State::Decided(decided.clone());
            return true;
        }
        false
    }

    fn conclude(&mut self, decided: Decided, publication: Publication) -> Next {
        let at_once = matches!(decided.decision, Decision::RequestCorrection { .. });
        if at_once || publication == Publication::Immediate {
            self.state = State::Decided(decided);
            return Next::Decided;
        }
        self.state = State::Pending {
            decided,
            publish_time: None,
        };
        Next::AwaitsPublication
    }
}

/// What two experts hold in common: the outcome, with the reasons of both.
fn agreement(first: &Decision, second: &Decision) -> Option<Decision> {
    match (first, second) {
        (Decision::Accept, Decision::Accept) => Some(Decision::Accept),
        (Decision::Reject { reasons: one }, Decision::Reject { reasons: other }) => {
            let mut reasons = one.clone();
            for reason in other {
                let is_new = reasons.iter().all(|known| known.code != reason.code);
                if is_new && reasons.len() < MAX_REASONS {
                    reasons.push(reason.clone());
                }
            }
            Some(Decision::Reject { reasons })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decision::Reason;
    use super::super::task::WithdrawCause;
    use super::*;
    use jiff::SignedDuration;

    const FIRST: &str = "accounts/first";
    const SECOND: &str = "accounts/second";
    const LEASE: SignedDuration = SignedDuration::from_mins(30);

    fn now() -> Timestamp {
        "2025-06-05T06:00:00Z".parse().expect("an instant")
    }

    fn needed() -> Course {
        Course {
            second_opinion: SecondOpinion::Needed,
            publication: Publication::Immediate,
        }
    }

    fn together() -> Course {
        Course {
            second_opinion: SecondOpinion::NotNeeded,
            publication: Publication::Together,
        }
    }

    fn reject(codes: &[&str]) -> Decision {
        let reason = |code: &&str| Reason {
            code: (*code).to_owned(),
            note: String::new(),
        };
        Decision::Reject {
            reasons: codes.iter().map(reason).collect(),
        }
    }

    fn held_by(expert: &str, mut task: ReviewTask) -> ReviewTask {
        task.claim(expert, now(), LEASE).expect("claimed");
        task
    }

    fn open() -> ReviewTask {
        ReviewTask::open("accounts/applicant".into(), None)
    }

    /// With the first expert's opinion that it is to be accepted.
    fn awaiting() -> ReviewTask {
        let mut task = held_by(FIRST, open());
        let next = task.settle(FIRST, Decision::Accept, now(), needed());
        assert_eq!(next, Ok(Next::AwaitsSecondOpinion));
        task
    }

    fn pending() -> ReviewTask {
        let mut task = held_by(FIRST, open());
        let next = task.settle(FIRST, Decision::Accept, now(), together());
        assert_eq!(next, Ok(Next::AwaitsPublication));
        task
    }

    #[test]
    fn the_second_opinion_is_another_experts() {
        let refused = awaiting().claim(FIRST, now(), LEASE);
        assert_eq!(refused, Err(Refusal::FirstOpinionGiven));
        assert!(awaiting().claim(SECOND, now(), LEASE).is_ok());
    }

    #[test]
    fn two_who_agree_decide_and_their_reasons_are_told_together() {
        let mut task = held_by(SECOND, awaiting());
        let next = task.settle(SECOND, Decision::Accept, now(), Course::default());
        assert_eq!(next, Ok(Next::Decided));
        let mut task = held_by(FIRST, open());
        task.settle(FIRST, reject(&["A", "B"]), now(), needed())
            .expect("given");
        let mut task = held_by(SECOND, task);
        task.settle(SECOND, reject(&["B", "C"]), now(), needed())
            .expect("given");
        let State::Decided(decided) = &task.state else {
            panic!("{:?}", task.state)
        };
        assert_eq!(decided.decision, reject(&["A", "B", "C"]));
    }

    #[test]
    fn two_who_disagree_leave_it_to_a_campaign_manager() {
        let mut task = held_by(SECOND, awaiting());
        let next = task.settle(SECOND, reject(&["A"]), now(), Course::default());
        assert_eq!(next, Ok(Next::Disputed));
        assert_eq!(
            task.claim("accounts/x", now(), LEASE),
            Err(Refusal::TaskDisputed)
        );
        let own = task.resolve(
            "accounts/applicant",
            Decision::Accept,
            now(),
            Publication::Immediate,
        );
        assert_eq!(own, Err(Refusal::OwnApplication));
        let next = task.resolve(
            "accounts/m",
            Decision::Accept,
            now(),
            Publication::Immediate,
        );
        assert_eq!(next, Ok(Next::Decided));
        let again = task.resolve(
            "accounts/m",
            Decision::Accept,
            now(),
            Publication::Immediate,
        );
        assert_eq!(
            again,
            Err(Refusal::TaskDecided {
                outcome: "ACCEPTED"
            })
        );
        let early = open().resolve(
            "accounts/m",
            Decision::Accept,
            now(),
            Publication::Immediate,
        );
        assert_eq!(early, Err(Refusal::TaskNotDisputed));
    }

    #[test]
    fn a_decision_changes_until_it_is_published_and_by_its_own_hand_or_a_managers() {
        let mut task = pending();
        let other = task.change(Actor::Expert(SECOND), reject(&["A"]), now());
        assert_eq!(other, Err(NotChanged::Others));
        assert!(!task.publish(), "nobody published it");
        let own = task.change(Actor::Expert(FIRST), reject(&["A"]), now());
        assert_eq!(own, Ok(Next::AwaitsPublication));
        let manager = Actor::CampaignManager("accounts/m");
        assert!(task.change(manager, Decision::Accept, now()).is_ok());
        let State::Pending { publish_time, .. } = &mut task.state else {
            panic!("it waits")
        };
        *publish_time = Some(now());
        let late = task.change(manager, reject(&["A"]), now());
        let decided = Refusal::TaskDecided {
            outcome: "ACCEPTED",
        };
        assert_eq!(late, Err(NotChanged::Refused(decided)));
        assert!(task.publish());
        assert!(!task.publish());
        assert_eq!(task.state.code(), "DECIDED");
    }

    #[test]
    fn what_waits_for_publication_is_not_claimed_and_can_be_withdrawn() {
        let mut task = pending();
        assert_eq!(task.claim(SECOND, now(), LEASE), Err(Refusal::TaskPending));
        task.withdraw(now(), WithdrawCause::Disqualified);
        assert_eq!(task.must_be_undecided(), Err(Refusal::TaskDisqualified));
    }

    #[test]
    fn an_expert_who_has_a_conflict_takes_the_first_opinion_along() {
        let mut task = awaiting();
        task.recuse(FIRST).expect("recused");
        assert_eq!(task.first_opinion, None);
    }
}
