//! Pauses: a term stands still, nobody holds the task, and the working days that were left go on
//! when it is resumed.

use jiff::Timestamp;

use super::calendar::Term;
use super::refusal::Refusal;
use super::task::{Actor, ReviewTask, State};

/// The most characters of a reason.
pub const MAX_REASON: usize = 500;

/// A pause that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    pub pause_time: Timestamp,
    /// `accounts/{account}`.
    pub person: String,
    pub reason: String,
}

/// A pause that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Why a task is not resumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotResumed {
    Refused(Refusal),
    /// The pause is another expert's.
    Others,
}

impl ReviewTask {
    /// # Errors
    /// `TASK_PAUSED`.
    pub fn must_run(&self) -> Result<(), Refusal> {
        match &self.pause {
            Some(pause) => Err(Refusal::TaskPaused {
                pause_time: pause.pause_time,
            }),
            None => Ok(()),
        }
    }

    /// The term that runs: none while it stands still. One that had passed before does not stand still.
    pub fn running_term(&self) -> Option<Term> {
        let term = self.term?;
        match &self.pause {
            Some(pause) if !term.is_over(pause.pause_time) => None,
            _ => Some(term),
        }
    }

    /// Lets the term stand still and gives the claim back.
    ///
    /// # Errors
    /// `TASK_PAUSED`, `OWN_APPLICATION`, those of [`Self::must_be_undecided`]; for experts as
    /// [`Self::must_hold`].
    pub fn pause(
        &mut self,
        actor: Actor<'_>,
        reason: String,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.must_be_undecided()?;
        self.must_not_be_own(actor.account())?;
        self.must_run()?;
        if let Actor::Expert(expert) = actor {
            self.must_hold(expert, now)?;
        }
        self.state = State::Open { lapsed: None };
        self.pause = Some(Pause {
            pause_time: now,
            person: actor.account().to_owned(),
            reason,
        });
        Ok(())
    }

    /// Ends the pause; the term is to be counted anew then.
    ///
    /// # Errors
    /// `TASK_NOT_PAUSED`, `OWN_APPLICATION`, those of [`Self::must_be_undecided`]; an expert ends
    /// their own pauses only.
    pub fn resume(&mut self, actor: Actor<'_>, now: Timestamp) -> Result<(), NotResumed> {
        self.must_be_undecided().map_err(NotResumed::Refused)?;
        self.must_not_be_own(actor.account())
            .map_err(NotResumed::Refused)?;
        let Some(pause) = &self.pause else {
            return Err(NotResumed::Refused(Refusal::TaskNotPaused));
        };
        if matches!(actor, Actor::Expert(expert) if expert != pause.person) {
            return Err(NotResumed::Others);
        }
        self.pauses.push(Span {
            from: pause.pause_time,
            until: now,
        });
        self.pause = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    const EXPERT: Actor<'_> = Actor::Expert("accounts/expert");
    const MANAGER: Actor<'_> = Actor::CampaignManager("accounts/manager");

    fn now() -> Timestamp {
        "2025-06-05T06:00:00Z".parse().expect("an instant")
    }

    fn claimed() -> ReviewTask {
        let mut task = ReviewTask::open("accounts/applicant".into(), None);
        task.claim("accounts/expert", now(), SignedDuration::from_mins(30))
            .expect("claimed");
        task
    }

    #[test]
    fn a_paused_task_is_nobodys_and_can_only_be_resumed() {
        let mut task = claimed();
        task.pause(EXPERT, "a register is down".into(), now())
            .expect("paused");
        let paused = Refusal::TaskPaused { pause_time: now() };
        let lease = SignedDuration::from_mins(30);
        assert_eq!(task.claim("accounts/b", now(), lease), Err(paused.clone()));
        assert_eq!(
            task.must_hold("accounts/expert", now()),
            Err(paused.clone())
        );
        assert_eq!(task.pause(MANAGER, "again".into(), now()), Err(paused));
        task.resume(EXPERT, now()).expect("resumed");
        assert_eq!(
            task.resume(EXPERT, now()),
            Err(NotResumed::Refused(Refusal::TaskNotPaused))
        );
        assert!(task.claim("accounts/b", now(), lease).is_ok());
    }

    #[test]
    fn an_expert_pauses_what_they_hold_and_ends_their_own_pauses() {
        let other = Actor::Expert("accounts/other");
        assert_eq!(
            claimed().pause(other, "x".into(), now()),
            Err(Refusal::ClaimNeeded)
        );
        let mut task = claimed();
        task.pause(MANAGER, "x".into(), now()).expect("paused");
        assert_eq!(task.resume(EXPERT, now()), Err(NotResumed::Others));
        task.resume(MANAGER, now()).expect("resumed");
        assert_eq!(task.pauses.len(), 1);
    }
}
