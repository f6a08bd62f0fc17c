//! The life of a review task: `OPEN → CLAIMED → DECIDED`, or `WITHDRAWN` with its application.
//! A lease that runs out returns the task to `OPEN`. Overdue is a flag, never a decision. What lies
//! between a claim and a decision is in [`super::opinion`], pauses are in [`super::pause`].

use jiff::{SignedDuration, Timestamp};

use super::calendar::Term;
use super::decision::Decision;
use super::pause::{Pause, Span};
use super::refusal::Refusal;

/// One submission to be reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewTask {
    /// Whose application it is: `accounts/{account}`.
    pub applicant: String,
    /// `None` while the working days of its year are not published: then it is counted later.
    /// While the task is paused: the term as it was when it was paused.
    pub term: Option<Term>,
    pub state: State,
    /// The pause that is under way.
    pub pause: Option<Pause>,
    /// Pauses that are over, in order.
    pub pauses: Vec<Span>,
    /// Kept from the moment that another opinion is asked for.
    pub first_opinion: Option<Decided>,
    pub second_opinion: Option<Decided>,
    /// What the applicant asks the application back for.
    pub wish: Option<Wish>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Waits for an expert. A claim that ran out is kept, so that its holder is told what happened.
    Open {
        lapsed: Option<Claim>,
    },
    Claimed(Claim),
    /// Two experts disagree.
    Disputed,
    /// Decided, and not published yet. With a time of publication it only waits for its turn.
    Pending {
        decided: Decided,
        publish_time: Option<Timestamp>,
    },
    Decided(Decided),
    Withdrawn {
        withdraw_time: Timestamp,
        cause: WithdrawCause,
    },
}

/// How an application left the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawCause {
    Withdrawn,
    Disqualified,
    /// It was opened by mistake.
    Erroneous,
}

/// What an applicant asks an application back for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub sections: Vec<String>,
    pub ask_time: Timestamp,
    pub decline_time: Option<Timestamp>,
}

/// An expert's hold on a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// `accounts/{account}`.
    pub expert: String,
    pub claim_time: Timestamp,
    /// The first instant at which the task is not held any more.
    pub lease_expire_time: Timestamp,
}

/// A decision that was made. It is not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub decision: Decision,
    pub expert: String,
    pub decide_time: Timestamp,
}

/// Whether something was done just now or had been done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Now,
    Before,
}

/// Who does something: `accounts/{account}`, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    Expert(&'a str),
    CampaignManager(&'a str),
}

impl<'a> Actor<'a> {
    pub fn account(self) -> &'a str {
        match self {
            Self::Expert(account) | Self::CampaignManager(account) => account,
        }
    }
}

/// Whether the term has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Punctuality {
    InTerm,
    Overdue,
}

impl State {
    /// As in the contract, without prefix.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "OPEN",
            Self::Claimed(_) => "CLAIMED",
            Self::Disputed => "DISPUTED",
            Self::Pending { .. } => "PENDING",
            Self::Decided(_) => "DECIDED",
            Self::Withdrawn { .. } => "WITHDRAWN",
        }
    }
}

impl Claim {
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.lease_expire_time
    }

    fn is_over(&self) -> Refusal {
        Refusal::LeaseExpired {
            lease_expire_time: self.lease_expire_time,
        }
    }
}

impl ReviewTask {
    pub fn open(applicant: String, term: Option<Term>) -> Self {
        Self {
            applicant,
            term,
            state: State::Open { lapsed: None },
            pause: None,
            pauses: Vec::new(),
            first_opinion: None,
            second_opinion: None,
            wish: None,
        }
    }

    /// The claim that holds now; one that ran out holds nothing.
    pub fn live_claim(&self, now: Timestamp) -> Option<&Claim> {
        match &self.state {
            State::Claimed(claim) if claim.is_live(now) => Some(claim),
            _ => None,
        }
    }

    /// Takes the task for as long as the lease runs. One's own running claim stays as it is.
    ///
    /// # Errors
    /// As [`Self::may_be_given_to`], and `TASK_ALREADY_CLAIMED`.
    pub fn claim(
        &mut self,
        expert: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Done, Refusal> {
        self.may_be_given_to(expert)?;
        match self.live_claim(now) {
            Some(claim) if claim.expert == expert => Ok(Done::Before),
            Some(claim) => Err(Refusal::TaskAlreadyClaimed {
                lease_expire_time: claim.lease_expire_time,
            }),
            None => {
                self.hand_over(expert, now, lease);
                Ok(Done::Now)
            }
        }
    }

    /// Gives the task to an expert, whoever holds it.
    ///
    /// # Errors
    /// As [`Self::may_be_given_to`].
    pub fn assign(
        &mut self,
        expert: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<(), Refusal> {
        self.may_be_given_to(expert)?;
        self.hand_over(expert, now, lease);
        Ok(())
    }

    fn hand_over(&mut self, expert: &str, now: Timestamp, lease: SignedDuration) {
        self.state = State::Claimed(Claim {
            expert: expert.to_owned(),
            claim_time: now,
            lease_expire_time: end_of(lease, now),
        });
    }

    /// Whether this expert may work on the task at all; a declared conflict of interest is asked for
    /// elsewhere.
    ///
    /// # Errors
    /// As [`Self::must_be_undecided`], and `OWN_APPLICATION`, `TASK_PAUSED`, `FIRST_OPINION_GIVEN`.
    pub fn may_be_given_to(&self, expert: &str) -> Result<(), Refusal> {
        self.must_be_undecided()?;
        if expert == self.applicant {
            return Err(Refusal::OwnApplication);
        }
        self.must_run()?;
        match &self.first_opinion {
            Some(first) if first.expert == expert => Err(Refusal::FirstOpinionGiven),
            _ => Ok(()),
        }
    }

    /// Starts the lease of one's own claim again.
    ///
    /// # Errors
    /// As [`Self::must_hold`].
    pub fn renew(
        &mut self,
        expert: &str,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<(), Refusal> {
        let mut claim = self.must_hold(expert, now)?.clone();
        claim.lease_expire_time = end_of(lease, now).max(claim.lease_expire_time);
        self.state = State::Claimed(claim);
        Ok(())
    }

    /// Gives one's own claim back.
    ///
    /// # Errors
    /// As [`Self::must_hold`].
    pub fn release(&mut self, expert: &str, now: Timestamp) -> Result<(), Refusal> {
        self.must_hold(expert, now)?;
        self.state = State::Open { lapsed: None };
        Ok(())
    }

    /// Takes the claim away, whoever has it; `Before` where nobody does.
    ///
    /// # Errors
    /// As [`Self::must_be_undecided`].
    pub fn take_back(&mut self, now: Timestamp) -> Result<Done, Refusal> {
        self.must_be_undecided()?;
        if self.live_claim(now).is_none() {
            return Ok(Done::Before);
        }
        self.state = State::Open { lapsed: None };
        Ok(Done::Now)
    }

    /// The expert has a conflict of interest: neither a claim nor a first opinion of theirs counts.
    ///
    /// # Errors
    /// As [`Self::must_be_undecided`].
    pub fn recuse(&mut self, expert: &str) -> Result<(), Refusal> {
        self.must_be_undecided()?;
        let holds = match &self.state {
            State::Claimed(claim) => claim.expert == expert,
            State::Open { lapsed } => lapsed.as_ref().is_some_and(|it| it.expert == expert),
            _ => false,
        };
        if holds {
            self.state = State::Open { lapsed: None };
        }
        self.first_opinion
            .take_if(|opinion| opinion.expert == expert);
        Ok(())
    }

    /// The caller's own live claim.
    ///
    /// # Errors
    /// As [`Self::must_be_undecided`], and `OWN_APPLICATION`, `TASK_PAUSED`, `CLAIM_NEEDED`,
    /// `LEASE_EXPIRED`.
    pub fn must_hold(&self, expert: &str, now: Timestamp) -> Result<&Claim, Refusal> {
        self.must_be_undecided()?;
        if expert == self.applicant {
            return Err(Refusal::OwnApplication);
        }
        self.must_run()?;
        match &self.state {
            State::Claimed(claim) if claim.expert != expert => Err(Refusal::ClaimNeeded),
            State::Claimed(claim) if claim.is_live(now) => Ok(claim),
            State::Claimed(claim) => Err(claim.is_over()),
            State::Open {
                lapsed: Some(claim),
            } if claim.expert == expert => Err(claim.is_over()),
            _ => Err(Refusal::ClaimNeeded),
        }
    }

    /// Whether somebody may read what was submitted: the holder of a live claim, whoever may still
    /// change the decision, and campaign managers. Who decided on one's own application is not read
    /// here, and what was withdrawn is nobody's to read any more.
    ///
    /// # Errors
    /// `TASK_WITHDRAWN`, `TASK_DISQUALIFIED`, `TASK_ERRONEOUS`, `OWN_APPLICATION`; for experts as
    /// [`Self::must_hold`].
    pub fn may_read_dossier(&self, reader: Actor<'_>, now: Timestamp) -> Result<(), Refusal> {
        match (reader, &self.state) {
            (Actor::Expert(expert), State::Pending { decided, .. }) if decided.expert == expert => {
                Ok(())
            }
            (Actor::Expert(expert), _) => self.must_hold(expert, now).map(drop),
            (Actor::CampaignManager(_), State::Withdrawn { cause, .. }) => Err(cause.refusal()),
            (Actor::CampaignManager(person), _) => self.must_not_be_own(person),
        }
    }

    /// # Errors
    /// `OWN_APPLICATION`.
    pub fn must_not_be_own(&self, person: &str) -> Result<(), Refusal> {
        if person == self.applicant {
            return Err(Refusal::OwnApplication);
        }
        Ok(())
    }

    /// Returns a task whose lease ran out to the others. `Before` where there is nothing to return.
    pub fn expire_lease(&mut self, now: Timestamp) -> Done {
        match &self.state {
            State::Claimed(claim) if !claim.is_live(now) => {
                self.state = State::Open {
                    lapsed: Some(claim.clone()),
                };
                Done::Now
            }
            _ => Done::Before,
        }
    }

    /// The application left the selection. A decision that was faster stays, one that only waits for
    /// its turn to be told of too.
    pub fn withdraw(&mut self, now: Timestamp, cause: WithdrawCause) -> Done {
        match self.state {
            State::Decided(_)
            | State::Withdrawn { .. }
            | State::Pending {
                publish_time: Some(_),
                ..
            } => Done::Before,
            _ => {
                self.pause = None;
                self.state = State::Withdrawn {
                    withdraw_time: now,
                    cause,
                };
                Done::Now
            }
        }
    }

    /// The applicant asks for the application back. Heard while somebody can still answer.
    pub fn wish(&mut self, sections: Vec<String>, ask_time: Timestamp) -> Done {
        if matches!(self.state, State::Decided(_) | State::Withdrawn { .. }) {
            return Done::Before;
        }
        self.wish = Some(Wish {
            sections,
            ask_time,
            decline_time: None,
        });
        Done::Now
    }

    /// Does not give the application back.
    ///
    /// # Errors
    /// `NO_CORRECTION_WANTED`; for experts as [`Self::must_hold`], for campaign managers
    /// `TASK_DECIDED`, `TASK_WITHDRAWN`, `TASK_DISQUALIFIED`, `TASK_ERRONEOUS`, `OWN_APPLICATION`.
    pub fn decline(&mut self, actor: Actor<'_>, now: Timestamp) -> Result<(), Refusal> {
        match actor {
            Actor::Expert(expert) => self.must_hold(expert, now).map(drop)?,
            Actor::CampaignManager(person) => {
                match self.must_be_undecided() {
                    // While a decision waits, its applicant can still be answered.
                    Ok(()) | Err(Refusal::TaskPending | Refusal::TaskDisputed) => {}
                    Err(refusal) => return Err(refusal),
                }
                self.must_not_be_own(person)?;
            }
        }
        match &mut self.wish {
            Some(wish) if wish.decline_time.is_none() => {
                wish.decline_time = Some(now);
                Ok(())
            }
            _ => Err(Refusal::NoCorrectionWanted),
        }
    }

    /// Gives the term to a task that was opened before the calendar of its year was published. A term
    /// that was told is not moved by it.
    pub fn count_term(&mut self, term: Term) -> Done {
        if self.term.is_some() {
            return Done::Before;
        }
        self.term = Some(term);
        Done::Now
    }

    /// Whether the term has passed, or had passed when the task ended.
    pub fn punctuality(&self, now: Timestamp) -> Punctuality {
        let until = match &self.state {
            State::Open { .. } | State::Claimed(_) | State::Disputed => {
                self.pause.as_ref().map_or(now, |pause| pause.pause_time)
            }
            State::Pending { decided, .. } | State::Decided(decided) => decided.decide_time,
            State::Withdrawn { withdraw_time, .. } => *withdraw_time,
        };
        match self.term {
            Some(term) if term.is_over(until) => Punctuality::Overdue,
            _ => Punctuality::InTerm,
        }
    }

    /// Whether its term still matters: nobody has settled it.
    pub fn is_under_way(&self) -> bool {
        matches!(
            self.state,
            State::Open { .. } | State::Claimed(_) | State::Disputed
        )
    }

    /// # Errors
    /// `TASK_DECIDED`, `TASK_WITHDRAWN`, `TASK_DISQUALIFIED`, `TASK_ERRONEOUS`, `TASK_PENDING`,
    /// `TASK_DISPUTED`.
    pub fn must_be_undecided(&self) -> Result<(), Refusal> {
        match &self.state {
            State::Open { .. } | State::Claimed(_) => Ok(()),
            State::Disputed => Err(Refusal::TaskDisputed),
            State::Pending { .. } => Err(Refusal::TaskPending),
            State::Decided(decided) => Err(Refusal::TaskDecided {
                outcome: decided.decision.outcome(),
            }),
            State::Withdrawn { cause, .. } => Err(cause.refusal()),
        }
    }
}

impl WithdrawCause {
    pub fn code(self) -> &'static str {
        match self {
            Self::Withdrawn => "WITHDRAWN",
            Self::Disqualified => "DISQUALIFIED",
            Self::Erroneous => "ERRONEOUS",
        }
    }

    pub fn refusal(self) -> Refusal {
        match self {
            Self::Withdrawn => Refusal::TaskWithdrawn,
            Self::Disqualified => Refusal::TaskDisqualified,
            Self::Erroneous => Refusal::TaskErroneous,
        }
    }
}

fn end_of(lease: SignedDuration, now: Timestamp) -> Timestamp {
    now.saturating_add(lease).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::calendar::WorkCalendar;
    use super::super::calendar::tests::almaty;
    use super::super::opinion::Course;
    use super::*;
    use proptest::prelude::*;

    impl ReviewTask {
        /// Decides where nothing stands between the expert and the applicant.
        fn decide(&mut self, expert: &str, with: Decision, now: Timestamp) -> Result<(), Refusal> {
            self.settle(expert, with, now, Course::default()).map(drop)
        }
    }

    const EXPERT: &str = "accounts/expert";
    const OTHER: &str = "accounts/other";
    const APPLICANT: &str = "accounts/applicant";
    const LEASE: SignedDuration = SignedDuration::from_mins(30);

    fn now() -> Timestamp {
        "2025-06-05T06:00:00Z".parse().expect("an instant")
    }

    fn later(minutes: i64) -> Timestamp {
        now()
            .saturating_add(SignedDuration::from_mins(minutes))
            .expect("an instant")
    }

    fn open() -> ReviewTask {
        let term = WorkCalendar::published()
            .term(now(), 3, &almaty())
            .expect("a term");
        ReviewTask::open(APPLICANT.into(), Some(term))
    }

    fn claimed() -> ReviewTask {
        let mut task = open();
        task.claim(EXPERT, now(), LEASE).expect("claimed");
        task
    }

    fn decided() -> ReviewTask {
        let mut task = claimed();
        task.decide(EXPERT, Decision::Accept, later(1))
            .expect("decided");
        task
    }

    fn withdrawn() -> ReviewTask {
        let mut task = open();
        task.withdraw(now(), WithdrawCause::Withdrawn);
        task
    }

    fn expired() -> Refusal {
        Refusal::LeaseExpired {
            lease_expire_time: later(30),
        }
    }

    #[test]
    fn an_open_task_is_claimed_for_as_long_as_the_lease_runs() {
        let task = claimed();
        assert_eq!(
            task.live_claim(later(29))
                .map(|claim| claim.expert.as_str()),
            Some(EXPERT)
        );
        assert_eq!(task.live_claim(later(30)), None);
    }

    #[test]
    fn of_two_experts_one_gets_the_task() {
        let refused = claimed().claim(OTHER, later(1), LEASE);
        assert_eq!(
            refused,
            Err(Refusal::TaskAlreadyClaimed {
                lease_expire_time: later(30)
            })
        );
    }

    #[test]
    fn ones_own_running_claim_stays_as_it_is() {
        let mut task = claimed();
        assert_eq!(task.claim(EXPERT, later(10), LEASE), Ok(Done::Before));
        assert_eq!(task, claimed());
    }

    #[test]
    fn a_task_whose_lease_ran_out_can_be_claimed_by_anybody() {
        for expert in [EXPERT, OTHER] {
            let mut task = claimed();
            assert_eq!(task.claim(expert, later(30), LEASE), Ok(Done::Now));
            assert_eq!(
                task.live_claim(later(59))
                    .map(|claim| claim.expert.as_str()),
                Some(expert)
            );
        }
    }

    #[test]
    fn nobody_reviews_their_own_application() {
        assert_eq!(
            open().claim(APPLICANT, now(), LEASE),
            Err(Refusal::OwnApplication)
        );
        assert_eq!(
            open().decide(APPLICANT, Decision::Accept, now()),
            Err(Refusal::OwnApplication)
        );
    }

    #[test]
    fn a_claim_is_renewed_while_it_runs_and_never_shortened() {
        let mut task = claimed();
        assert_eq!(task.renew(EXPERT, later(29), LEASE), Ok(()));
        assert!(task.live_claim(later(58)).is_some());
        assert_eq!(
            task.renew(EXPERT, later(30), SignedDuration::from_mins(1)),
            Ok(())
        );
        assert!(task.live_claim(later(58)).is_some());
        assert_eq!(claimed().renew(EXPERT, later(30), LEASE), Err(expired()));
    }

    #[test]
    fn a_released_task_is_open_again() {
        let mut task = claimed();
        assert_eq!(task.release(EXPERT, later(1)), Ok(()));
        assert_eq!(task.state, State::Open { lapsed: None });
        assert_eq!(task.claim(OTHER, later(1), LEASE), Ok(Done::Now));
    }

    #[test]
    fn only_the_holder_of_a_live_claim_decides() {
        let decide =
            |mut task: ReviewTask, expert: &str, at| task.decide(expert, Decision::Accept, at);
        assert_eq!(decide(claimed(), EXPERT, later(29)), Ok(()));
        assert_eq!(decide(claimed(), EXPERT, later(30)), Err(expired()));
        assert_eq!(
            decide(claimed(), OTHER, later(1)),
            Err(Refusal::ClaimNeeded)
        );
        assert_eq!(decide(open(), EXPERT, later(1)), Err(Refusal::ClaimNeeded));
    }

    #[test]
    fn what_needs_a_claim_is_refused_without_one() {
        for (task, refusal) in [
            (open(), Refusal::ClaimNeeded),
            (
                decided(),
                Refusal::TaskDecided {
                    outcome: "ACCEPTED",
                },
            ),
            (withdrawn(), Refusal::TaskWithdrawn),
        ] {
            assert_eq!(
                task.clone().renew(EXPERT, later(2), LEASE),
                Err(refusal.clone())
            );
            assert_eq!(task.clone().release(EXPERT, later(2)), Err(refusal.clone()));
            assert_eq!(
                task.clone().decide(EXPERT, Decision::Accept, later(2)),
                Err(refusal)
            );
        }
    }

    #[test]
    fn a_decided_or_withdrawn_task_is_not_claimed_and_a_decision_stays() {
        let mut task = decided();
        assert_eq!(
            task.claim(OTHER, later(2), LEASE),
            Err(Refusal::TaskDecided {
                outcome: "ACCEPTED"
            })
        );
        assert_eq!(
            task.withdraw(later(3), WithdrawCause::Withdrawn),
            Done::Before
        );
        assert_eq!(task.expire_lease(later(60)), Done::Before);
        assert_eq!(task, decided());
        assert_eq!(
            withdrawn().claim(EXPERT, later(2), LEASE),
            Err(Refusal::TaskWithdrawn)
        );
    }

    #[test]
    fn a_withdrawal_takes_an_open_or_claimed_task_away() {
        for mut task in [open(), claimed()] {
            assert_eq!(task.withdraw(later(1), WithdrawCause::Withdrawn), Done::Now);
            assert_eq!(task.state.code(), "WITHDRAWN");
            assert_eq!(
                task.withdraw(later(2), WithdrawCause::Withdrawn),
                Done::Before
            );
        }
    }

    #[test]
    fn a_lease_that_ran_out_returns_the_task() {
        let mut task = claimed();
        assert_eq!(task.expire_lease(later(29)), Done::Before);
        assert_eq!(task.expire_lease(later(30)), Done::Now);
        assert_eq!(task.state.code(), "OPEN");
        assert_eq!(task.expire_lease(later(31)), Done::Before);
        assert_eq!(task.claim(OTHER, later(31), LEASE), Ok(Done::Now));
    }

    #[test]
    fn whoever_let_a_lease_run_out_is_told_so_after_the_return_too() {
        let mut task = claimed();
        task.expire_lease(later(30));
        assert_eq!(task.must_hold(EXPERT, later(60)), Err(expired()));
        assert_eq!(task.must_hold(OTHER, later(60)), Err(Refusal::ClaimNeeded));
    }

    #[test]
    fn a_dossier_is_read_by_the_holder_and_by_campaign_managers_until_it_is_withdrawn() {
        let read = |task: ReviewTask, reader| task.may_read_dossier(reader, later(2));
        assert_eq!(read(claimed(), Actor::Expert(EXPERT)), Ok(()));
        assert_eq!(
            read(claimed(), Actor::Expert(OTHER)),
            Err(Refusal::ClaimNeeded)
        );
        assert_eq!(
            read(open(), Actor::Expert(EXPERT)),
            Err(Refusal::ClaimNeeded)
        );
        assert_eq!(read(decided(), Actor::CampaignManager(OTHER)), Ok(()));
        assert_eq!(
            read(withdrawn(), Actor::CampaignManager(OTHER)),
            Err(Refusal::TaskWithdrawn)
        );
        assert_eq!(
            read(open(), Actor::CampaignManager(APPLICANT)),
            Err(Refusal::OwnApplication)
        );
    }

    #[test]
    fn overdue_is_a_flag_and_decides_nothing() {
        let after_term: Timestamp = "2025-06-11T19:00:00Z".parse().expect("an instant");
        let mut task = open();
        assert_eq!(task.punctuality(now()), Punctuality::InTerm);
        assert_eq!(task.punctuality(after_term), Punctuality::Overdue);
        assert_eq!(task.claim(EXPERT, after_term, LEASE), Ok(Done::Now));
        assert_eq!(decided().punctuality(after_term), Punctuality::InTerm);
    }

    #[test]
    fn a_task_without_a_calendar_is_never_overdue_until_its_term_is_counted_once() {
        let (term, far) = (open().term.expect("a term"), later(60 * 24 * 365));
        let mut task = ReviewTask::open(APPLICANT.into(), None);
        assert_eq!(task.punctuality(far), Punctuality::InTerm);
        assert_eq!(task.count_term(term), Done::Now);
        assert_eq!(task.punctuality(far), Punctuality::Overdue);
        let other = Term {
            working_days: 9,
            ..term
        };
        assert_eq!(task.count_term(other), Done::Before);
        assert_eq!(task.term, Some(term));
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Claim(&'static str),
        Renew(&'static str),
        Release(&'static str),
        Decide(&'static str),
        ExpireLease,
        Withdraw,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let expert = || prop_oneof![Just(EXPERT), Just(OTHER), Just(APPLICANT)];
        prop_oneof![
            4 => expert().prop_map(Step::Claim),
            2 => expert().prop_map(Step::Renew),
            2 => expert().prop_map(Step::Release),
            1 => expert().prop_map(Step::Decide),
            2 => Just(Step::ExpireLease),
            1 => Just(Step::Withdraw),
        ]
    }

    fn take(task: &mut ReviewTask, step: Step, at: Timestamp) {
        // Refusals are part of the story; what counts is the state they leave.
        match step {
            Step::Claim(expert) => drop(task.claim(expert, at, LEASE)),
            Step::Renew(expert) => drop(task.renew(expert, at, LEASE)),
            Step::Release(expert) => drop(task.release(expert, at)),
            Step::Decide(expert) => drop(task.decide(expert, Decision::Accept, at)),
            Step::ExpireLease => _ = task.expire_lease(at),
            Step::Withdraw => _ = task.withdraw(at, WithdrawCause::Withdrawn),
        }
    }

    proptest! {
        #[test]
        fn a_live_claim_changes_hands_only_through_its_holder_and_a_decision_is_final(
            steps in prop::collection::vec((any_step(), 0..20i64), 0..40)
        ) {
            let (mut task, mut minutes) = (open(), 0);
            for (step, wait) in steps {
                minutes += wait;
                let before = task.clone();
                take(&mut task, step, later(minutes));
                let holder = before.live_claim(later(minutes)).map(|claim| claim.expert.clone());
                if let (Some(holder), Some(claim)) = (holder, task.live_claim(later(minutes))) {
                    prop_assert_eq!(holder, claim.expert.clone());
                }
                if matches!(before.state, State::Decided(_) | State::Withdrawn { .. }) {
                    prop_assert_eq!(&task, &before);
                }
                if let (State::Decided(decided), State::Claimed(claim)) = (&task.state, &before.state) {
                    prop_assert_eq!(&decided.expert, &claim.expert);
                }
                let is_own = matches!(&task.state, State::Claimed(claim) if claim.expert == APPLICANT);
                prop_assert!(!is_own);
            }
        }
    }
}
