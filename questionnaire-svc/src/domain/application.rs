//! The life of an application, and its right to a promo code.
//!
//! `DRAFT → SUBMITTED → IN_REVIEW → ACCEPTED | REJECTED`; from `IN_REVIEW` an expert may ask for a
//! correction, and the resubmission is `SUBMITTED` again. What people do is refused with a
//! [`Refusal`]; what an event brings too late or twice is [`OutOfTurn`].

use chassis::violation::Violations;
use jiff::Timestamp;

use super::campaign::{Acceptance, AfterRejection, Campaign};
use super::refusal::Refusal;

/// A person's application in one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub state: State,
    /// How often it was submitted.
    pub submission_count: u32,
    /// When certificate data were saved first. It stays, even if they were cleared again.
    pub certificate_declared: Option<Timestamp>,
    pub promo_claimed: Option<Timestamp>,
    /// When the person sat the test first.
    pub test_started: Option<Timestamp>,
    /// The correction that the applicant asked for last.
    pub wish: Option<Wish>,
    pub term: ReviewTerm,
}

/// Where an application is, with what belongs to being there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Draft,
    Submitted {
        submit_time: Timestamp,
    },
    InReview {
        submit_time: Timestamp,
    },
    CorrectionRequested {
        submit_time: Timestamp,
        correction: Correction,
    },
    Accepted {
        submit_time: Timestamp,
        decide_time: Timestamp,
    },
    Rejected {
        submit_time: Timestamp,
        decide_time: Timestamp,
        reasons: Vec<DecisionReason>,
    },
    Withdrawn {
        withdraw_time: Timestamp,
    },
    Expired {
        expire_time: Timestamp,
    },
    Disqualified {
        disqualify_time: Timestamp,
        /// A code of `disqualification-reasons`.
        reason: String,
    },
    Erroneous {
        set_aside_time: Timestamp,
        /// A code of `erroneous-reasons`.
        reason: String,
    },
}

/// A correction that the applicant asked for after submitting.
#[derive(Clone, PartialEq, Eq)]
pub struct Wish {
    pub sections: Vec<String>,
    /// What the applicant wrote to the expert.
    pub note: String,
    pub ask_time: Timestamp,
    pub answer: Option<Answer>,
}

impl std::fmt::Debug for Wish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            sections,
            ask_time,
            answer,
            ..
        } = self;
        write!(f, "Wish({sections:?}, ***, {ask_time}, {answer:?})")
    }
}

/// How the expert answered a wish, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub kind: AnswerKind,
    pub time: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    Granted,
    Declined,
}

/// The clock of the review, as the expert sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReviewTerm {
    /// `None` before the review and while it stands still.
    pub due_time: Option<Timestamp>,
    pub is_paused: bool,
}

/// What an expert asked to be corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub items: Vec<CorrectionItem>,
    pub ask_time: Timestamp,
    /// The last millisecond in which the corrected application is taken.
    pub due_time: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionItem {
    pub section: String,
    pub kind: CorrectionKind,
    pub note: String,
}

/// What is wrong with a section, in the expert's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionKind {
    Incorrect,
    Incomplete,
    Outdated,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionReason {
    pub code: String,
    pub note: String,
}

/// Whether the person can still get a promo code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromoRight {
    Open,
    Claimed { claim_time: Timestamp },
    Closed { declare_time: Timestamp },
}

/// Whether a certificate was declared just now or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    Now,
    Before,
}

/// An event came that this state has no place for: late, twice, or overtaken by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfTurn {
    pub state: &'static str,
}

impl State {
    /// As in the contract, without prefix.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted { .. } => "SUBMITTED",
            Self::InReview { .. } => "IN_REVIEW",
            Self::CorrectionRequested { .. } => "CORRECTION_REQUESTED",
            Self::Accepted { .. } => "ACCEPTED",
            Self::Rejected { .. } => "REJECTED",
            Self::Withdrawn { .. } => "WITHDRAWN",
            Self::Expired { .. } => "EXPIRED",
            Self::Disqualified { .. } => "DISQUALIFIED",
            Self::Erroneous { .. } => "ERRONEOUS",
        }
    }

    /// When it was submitted last, where it still matters.
    pub fn submit_time(&self) -> Option<Timestamp> {
        match self {
            Self::Submitted { submit_time }
            | Self::InReview { submit_time }
            | Self::CorrectionRequested { submit_time, .. }
            | Self::Accepted { submit_time, .. }
            | Self::Rejected { submit_time, .. } => Some(*submit_time),
            _ => None,
        }
    }

    /// Why staff ended it.
    pub fn end_reason(&self) -> Option<&str> {
        match self {
            Self::Disqualified { reason, .. } | Self::Erroneous { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// Whether it counts among those of the year: whoever ends without having been let to a test gives
    /// the attempt back. Who is excluded does not.
    pub fn takes_an_attempt(&self) -> bool {
        !matches!(
            self,
            Self::Draft
                | Self::Rejected { .. }
                | Self::Withdrawn { .. }
                | Self::Expired { .. }
                | Self::Erroneous { .. }
        )
    }

    fn is_over(&self) -> bool {
        !matches!(
            self,
            Self::Draft
                | Self::Submitted { .. }
                | Self::InReview { .. }
                | Self::CorrectionRequested { .. }
        )
    }
}

impl Correction {
    /// The last millisecond is inside.
    fn is_over(&self, now: Timestamp) -> bool {
        now.as_millisecond() > self.due_time.as_millisecond()
    }

    fn asks_for(&self, section: &str) -> bool {
        self.items.iter().any(|item| item.section == section)
    }
}

/// What people do.
impl Application {
    pub fn draft() -> Self {
        Self {
            state: State::Draft,
            submission_count: 0,
            certificate_declared: None,
            promo_claimed: None,
            test_started: None,
            wish: None,
            term: ReviewTerm::default(),
        }
    }

    /// Whether a section and its documents may be changed now.
    ///
    /// # Errors
    /// `APPLICATION_FROZEN`, `CAMPAIGN_NOT_OPEN_YET`, `CAMPAIGN_CLOSED`, `CORRECTION_TERM_OVER`,
    /// `EDIT_TERM_OVER`, `TEST_STARTED`, `SECTION_NOT_UNDER_CORRECTION`.
    pub fn may_edit(
        &self,
        section: &str,
        campaign: &Campaign,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.must_be_in_term(campaign, now)?;
        match &self.state {
            State::CorrectionRequested { correction, .. } if !correction.asks_for(section) => {
                Err(Refusal::SectionNotUnderCorrection {
                    section: section.to_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Sends it for review, or the correction back to it; where nobody reviews, it is accepted, and
    /// what was accepted is replaced. `problems` is all that is missing or wrong.
    ///
    /// # Errors
    /// As [`Self::may_edit`] but for the section, and `APPLICATION_INCOMPLETE`.
    pub fn submit(
        &mut self,
        problems: Violations,
        campaign: &Campaign,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.must_be_in_term(campaign, now)?;
        if !problems.is_empty() {
            return Err(Refusal::ApplicationIncomplete { problems });
        }
        self.state = match (campaign.rules.acceptance, &self.state) {
            (Acceptance::ByExpert | Acceptance::ByBoards { .. }, _) => {
                State::Submitted { submit_time: now }
            }
            // It stays accepted since it was first.
            (Acceptance::OnSubmission { .. }, State::Accepted { decide_time, .. }) => {
                State::Accepted {
                    submit_time: now,
                    decide_time: *decide_time,
                }
            }
            (Acceptance::OnSubmission { .. }, _) => State::Accepted {
                submit_time: now,
                decide_time: now,
            },
        };
        self.submission_count += 1;
        self.term = ReviewTerm::default();
        Ok(())
    }

    /// Whether its owner can open another in its place: where the campaign lets who was rejected try again.
    pub fn gives_way(&self, campaign: &Campaign) -> bool {
        matches!(self.state, State::Rejected { .. })
            && campaign.rules.after_rejection == AfterRejection::Another
    }

    /// Asks for the application back, to correct these sections. Where no expert is asked nobody could
    /// give it back.
    ///
    /// # Errors
    /// `APPLICATION_NOT_SUBMITTED`, `CORRECTION_OPEN`, `CORRECTION_ASKED_ALREADY`, `APPLICATION_ENDED`,
    /// `APPLICATION_FROZEN`.
    pub fn ask_for_correction(
        &mut self,
        sections: Vec<String>,
        note: String,
        campaign: &Campaign,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        match (&self.state, &self.wish) {
            (State::Submitted { .. }, _) if !campaign.is_reviewed() => {
                Err(Refusal::ApplicationFrozen {
                    state: self.state.code(),
                })
            }
            (State::Draft, _) => Err(Refusal::ApplicationNotSubmitted {
                state: self.state.code(),
            }),
            (State::CorrectionRequested { correction, .. }, _) => Err(Refusal::CorrectionOpen {
                correction_due_time: correction.due_time,
            }),
            (State::Submitted { .. } | State::InReview { .. }, Some(wish))
                if wish.answer.is_none() =>
            {
                Err(Refusal::CorrectionAskedAlready {
                    ask_time: wish.ask_time,
                })
            }
            (State::Submitted { .. } | State::InReview { .. }, _) => {
                self.wish = Some(Wish {
                    sections,
                    note,
                    ask_time: now,
                    answer: None,
                });
                Ok(())
            }
            _ => Err(self.ended()),
        }
    }

    /// The person sits the test. Only the first time counts; whether this is it.
    pub fn start_test(&mut self, now: Timestamp) -> bool {
        let is_first = self.test_started.is_none();
        self.test_started.get_or_insert(now);
        is_first
    }

    /// # Errors
    /// `APPLICATION_FROZEN`.
    pub fn must_be_a_draft(&self) -> Result<(), Refusal> {
        match self.state {
            State::Draft => Ok(()),
            _ => Err(Refusal::ApplicationFrozen {
                state: self.state.code(),
            }),
        }
    }

    /// Excludes the person for false data or by law; an accepted application too.
    ///
    /// # Errors
    /// `APPLICATION_ENDED`.
    pub fn disqualify(&mut self, reason: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.state.is_over() && !matches!(self.state, State::Accepted { .. }) {
            return Err(self.ended());
        }
        self.state = State::Disqualified {
            disqualify_time: now,
            reason: reason.to_owned(),
        };
        self.term = ReviewTerm::default();
        Ok(())
    }

    /// Sets aside what was opened by mistake.
    ///
    /// # Errors
    /// `APPLICATION_ENDED`.
    pub fn mark_erroneous(&mut self, reason: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.state.is_over() {
            return Err(self.ended());
        }
        self.state = State::Erroneous {
            set_aside_time: now,
            reason: reason.to_owned(),
        };
        self.term = ReviewTerm::default();
        Ok(())
    }

    fn ended(&self) -> Refusal {
        Refusal::ApplicationEnded {
            state: self.state.code(),
        }
    }

    /// # Errors
    /// `APPLICATION_DECIDED`, `EDIT_TERM_OVER`, `TEST_STARTED`.
    pub fn withdraw(&mut self, campaign: &Campaign, now: Timestamp) -> Result<(), Refusal> {
        if matches!(self.state, State::Accepted { .. }) && campaign.edit_until().is_some() {
            self.must_be_in_term(campaign, now)?;
        } else if self.state.is_over() {
            return Err(Refusal::ApplicationDecided {
                state: self.state.code(),
            });
        }
        self.state = State::Withdrawn { withdraw_time: now };
        self.term = ReviewTerm::default();
        Ok(())
    }

    /// A draft inside the window, or a correction inside its term, which may end after the window.
    fn must_be_in_term(&self, campaign: &Campaign, now: Timestamp) -> Result<(), Refusal> {
        match (&self.state, campaign.edit_until()) {
            (State::Draft, _) => campaign.must_be_open(now),
            (State::Accepted { .. }, Some(edit_until_time)) => match self.test_started {
                Some(start_time) => Err(Refusal::TestStarted { start_time }),
                None if now < edit_until_time => Ok(()),
                None => Err(Refusal::EditTermOver { edit_until_time }),
            },
            (State::CorrectionRequested { correction, .. }, _) if correction.is_over(now) => {
                Err(Refusal::CorrectionTermOver {
                    correction_due_time: correction.due_time,
                })
            }
            (State::CorrectionRequested { .. }, _) => Ok(()),
            (other, _) => Err(Refusal::ApplicationFrozen {
                state: other.code(),
            }),
        }
    }
}

/// The right to a promo code. It lives beside the declaration, so that of saving a certificate and
/// claiming a code only one wins.
impl Application {
    pub fn promo_right(&self) -> PromoRight {
        match (self.promo_claimed, self.certificate_declared) {
            (Some(claim_time), _) => PromoRight::Claimed { claim_time },
            (None, Some(declare_time)) => PromoRight::Closed { declare_time },
            (None, None) => PromoRight::Open,
        }
    }

    /// Claims the right for good. What is claimed stays claimed: a repeat gets the first answer.
    ///
    /// # Errors
    /// `CERTIFICATE_ALREADY_DECLARED`, `APPLICATION_FROZEN`, `CAMPAIGN_NOT_OPEN_YET`, `CAMPAIGN_CLOSED`.
    pub fn claim_promo_right(
        &mut self,
        campaign: &Campaign,
        now: Timestamp,
    ) -> Result<Timestamp, Refusal> {
        match self.promo_right() {
            PromoRight::Claimed { claim_time } => Ok(claim_time),
            PromoRight::Closed { .. } => Err(Refusal::CertificateAlreadyDeclared),
            PromoRight::Open if self.state != State::Draft => Err(Refusal::ApplicationFrozen {
                state: self.state.code(),
            }),
            PromoRight::Open => {
                campaign.must_be_open(now)?;
                self.promo_claimed = Some(now);
                Ok(now)
            }
        }
    }

    /// Certificate data were saved. Clearing them later opens nothing again.
    pub fn declare_certificate(&mut self, now: Timestamp) -> Declared {
        if self.certificate_declared.is_some() {
            return Declared::Before;
        }
        self.certificate_declared = Some(now);
        Declared::Now
    }
}

/// What events and the clock bring.
impl Application {
    /// # Errors
    /// [`OutOfTurn`] unless submitted.
    pub fn start_review(&mut self) -> Result<(), OutOfTurn> {
        let State::Submitted { submit_time } = self.state else {
            return Err(self.out_of_turn());
        };
        self.state = State::InReview { submit_time };
        Ok(())
    }

    /// The end of the review term moved, or the term stands still, or runs again.
    ///
    /// # Errors
    /// [`OutOfTurn`] unless submitted or in review.
    pub fn change_term(&mut self, term: ReviewTerm) -> Result<(), OutOfTurn> {
        match self.state {
            State::Submitted { .. } | State::InReview { .. } => {
                self.term = term;
                Ok(())
            }
            _ => Err(self.out_of_turn()),
        }
    }

    /// The expert does not give the application back.
    ///
    /// # Errors
    /// [`OutOfTurn`] where nobody asked, or it was answered.
    pub fn decline_correction(&mut self, time: Timestamp) -> Result<(), OutOfTurn> {
        self.answer(AnswerKind::Declined, time)
    }

    fn answer(&mut self, kind: AnswerKind, time: Timestamp) -> Result<(), OutOfTurn> {
        let state = self.state.code();
        match &mut self.wish {
            Some(wish) if wish.answer.is_none() => {
                wish.answer = Some(Answer { kind, time });
                Ok(())
            }
            _ => Err(OutOfTurn { state }),
        }
    }

    /// # Errors
    /// [`OutOfTurn`] unless in review.
    pub fn request_correction(&mut self, correction: Correction) -> Result<(), OutOfTurn> {
        let submit_time = self.submit_time_in_review()?;
        // Whether the applicant had asked or not: now they may.
        let _ = self.answer(AnswerKind::Granted, correction.ask_time);
        self.state = State::CorrectionRequested {
            submit_time,
            correction,
        };
        self.term = ReviewTerm::default();
        Ok(())
    }

    /// # Errors
    /// [`OutOfTurn`] unless in review.
    pub fn accept(&mut self, decide_time: Timestamp) -> Result<(), OutOfTurn> {
        let submit_time = self.submit_time_in_review()?;
        self.state = State::Accepted {
            submit_time,
            decide_time,
        };
        self.term = ReviewTerm::default();
        Ok(())
    }

    /// # Errors
    /// [`OutOfTurn`] unless in review.
    pub fn reject(
        &mut self,
        reasons: Vec<DecisionReason>,
        decide_time: Timestamp,
    ) -> Result<(), OutOfTurn> {
        let submit_time = self.submit_time_in_review()?;
        self.state = State::Rejected {
            submit_time,
            decide_time,
            reasons,
        };
        self.term = ReviewTerm::default();
        Ok(())
    }

    /// Ends a draft that the window has left behind.
    ///
    /// # Errors
    /// [`OutOfTurn`] unless a draft, and the window is over.
    pub fn expire(&mut self, campaign: &Campaign, now: Timestamp) -> Result<(), OutOfTurn> {
        if self.state != State::Draft || now < campaign.window.close {
            return Err(self.out_of_turn());
        }
        self.state = State::Expired { expire_time: now };
        Ok(())
    }

    fn submit_time_in_review(&self) -> Result<Timestamp, OutOfTurn> {
        match self.state {
            State::InReview { submit_time } => Ok(submit_time),
            _ => Err(self.out_of_turn()),
        }
    }

    fn out_of_turn(&self) -> OutOfTurn {
        OutOfTurn {
            state: self.state.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::campaign::tests::reserve_2025;
    use super::*;

    const IN_WINDOW: &str = "2025-06-10T06:00:00Z";
    const AFTER_WINDOW: &str = "2025-06-30T19:00:00Z";
    const DUE: &str = "2025-07-03T18:59:59.999Z";

    fn at(instant: &str) -> Timestamp {
        instant.parse().expect("an instant")
    }

    fn correction() -> Correction {
        let item = CorrectionItem {
            section: "employment".into(),
            kind: CorrectionKind::Incorrect,
            note: "x".into(),
        };
        Correction {
            items: vec![item],
            ask_time: at(IN_WINDOW),
            due_time: at(DUE),
        }
    }

    fn in_state(state: State) -> Application {
        Application {
            state,
            ..Application::draft()
        }
    }

    fn every_state() -> Vec<Application> {
        let time = at(IN_WINDOW);
        let states = [
            State::Draft,
            State::Submitted { submit_time: time },
            State::InReview { submit_time: time },
            State::CorrectionRequested {
                submit_time: time,
                correction: correction(),
            },
            State::Accepted {
                submit_time: time,
                decide_time: time,
            },
            State::Rejected {
                submit_time: time,
                decide_time: time,
                reasons: Vec::new(),
            },
            State::Withdrawn {
                withdraw_time: time,
            },
            State::Expired { expire_time: time },
            State::Disqualified {
                disqualify_time: time,
                reason: "FALSE_DATA".into(),
            },
            State::Erroneous {
                set_aside_time: time,
                reason: "TEST_ENTRY".into(),
            },
        ];
        states.into_iter().map(in_state).collect()
    }

    /// Holds that `step` leads from each state listed to `to`, and changes nothing in any other.
    fn leads<E: std::fmt::Debug>(
        from: &[&str],
        to: &str,
        step: impl Fn(&mut Application) -> Result<(), E>,
    ) {
        for before in every_state() {
            let mut after = before.clone();
            let done = step(&mut after);
            if from.contains(&before.state.code()) {
                assert!(done.is_ok(), "{}: {done:?}", before.state.code());
                assert_eq!(after.state.code(), to);
            } else {
                assert!(
                    done.is_err(),
                    "{} → {}",
                    before.state.code(),
                    after.state.code()
                );
                assert_eq!(after, before);
            }
        }
    }

    #[test]
    fn a_draft_and_a_correction_can_be_submitted_and_nothing_else() {
        let submit =
            |a: &mut Application| a.submit(Violations::new(), &reserve_2025(), at(IN_WINDOW));
        leads(&["DRAFT", "CORRECTION_REQUESTED"], "SUBMITTED", submit);
    }

    #[test]
    fn what_is_not_decided_can_be_withdrawn() {
        leads(
            &["DRAFT", "SUBMITTED", "IN_REVIEW", "CORRECTION_REQUESTED"],
            "WITHDRAWN",
            |a| a.withdraw(&reserve_2025(), at(IN_WINDOW)),
        );
    }

    /// The Reserve of 2025 as if nobody reviewed; changes end a day before the close.
    fn unreviewed() -> Campaign {
        let mut campaign = reserve_2025();
        campaign.rules.acceptance = Acceptance::OnSubmission {
            edit_until_hours: 24,
        };
        campaign
    }

    #[test]
    fn without_review_what_is_submitted_is_accepted_and_stays_so() {
        let submit =
            |a: &mut Application| a.submit(Violations::new(), &unreviewed(), at(IN_WINDOW));
        leads(
            &["DRAFT", "CORRECTION_REQUESTED", "ACCEPTED"],
            "ACCEPTED",
            submit,
        );
        leads(
            &[
                "DRAFT",
                "SUBMITTED",
                "IN_REVIEW",
                "CORRECTION_REQUESTED",
                "ACCEPTED",
            ],
            "WITHDRAWN",
            |a| a.withdraw(&unreviewed(), at(IN_WINDOW)),
        );
    }

    #[test]
    fn what_was_accepted_on_submission_changes_until_the_last_millisecond_of_its_term() {
        let (last, over) = ("2025-06-29T18:59:59.999Z", "2025-06-29T19:00:00Z");
        let submitted = || {
            let mut application = Application::draft();
            let done = application.submit(Violations::new(), &unreviewed(), at(IN_WINDOW));
            done.expect("submitted");
            application
        };
        let told = Refusal::EditTermOver {
            edit_until_time: at(over),
        };
        assert_eq!(
            submitted().may_edit("personal", &unreviewed(), at(last)),
            Ok(())
        );
        assert_eq!(submitted().withdraw(&unreviewed(), at(last)), Ok(()));
        let late = submitted().may_edit("personal", &unreviewed(), at(over));
        assert_eq!(late, Err(told.clone()));
        assert_eq!(submitted().withdraw(&unreviewed(), at(over)), Err(told));
        // Whoever has sat the test changes nothing any more, in the term or after it.
        let mut sat = submitted();
        assert!(sat.start_test(at(IN_WINDOW)));
        assert!(!sat.start_test(at(last)));
        let told = Refusal::TestStarted {
            start_time: at(IN_WINDOW),
        };
        for now in [last, over] {
            let changed = sat.may_edit("personal", &unreviewed(), at(now));
            assert_eq!(changed, Err(told.clone()));
            let withdrawn = sat.clone().withdraw(&unreviewed(), at(now));
            assert_eq!(withdrawn, Err(told.clone()));
        }
        // The first submission is taken as long as the window is open.
        let mut draft = Application::draft();
        let done = draft.submit(Violations::new(), &unreviewed(), at(over));
        assert!(done.is_ok());
    }

    #[test]
    fn a_review_starts_with_what_was_submitted() {
        leads(&["SUBMITTED"], "IN_REVIEW", Application::start_review);
    }

    #[test]
    fn only_what_is_in_review_is_decided_or_sent_back() {
        leads(&["IN_REVIEW"], "ACCEPTED", |a| a.accept(at(IN_WINDOW)));
        leads(&["IN_REVIEW"], "REJECTED", |a| {
            a.reject(Vec::new(), at(IN_WINDOW))
        });
        leads(&["IN_REVIEW"], "CORRECTION_REQUESTED", |a| {
            a.request_correction(correction())
        });
    }

    #[test]
    fn a_draft_expires_when_the_window_is_over() {
        leads(&["DRAFT"], "EXPIRED", |a| {
            a.expire(&reserve_2025(), at(AFTER_WINDOW))
        });
        leads(&[], "", |a| a.expire(&reserve_2025(), at(IN_WINDOW)));
    }

    #[test]
    fn the_active_and_the_accepted_can_be_disqualified() {
        let active = [
            "DRAFT",
            "SUBMITTED",
            "IN_REVIEW",
            "CORRECTION_REQUESTED",
            "ACCEPTED",
        ];
        leads(&active, "DISQUALIFIED", |a| {
            a.disqualify("FALSE_DATA", at(IN_WINDOW))
        });
        leads(&active[..4], "ERRONEOUS", |a| {
            a.mark_erroneous("TEST_ENTRY", at(IN_WINDOW))
        });
    }

    fn asks(application: &mut Application) -> Result<(), Refusal> {
        application.ask_for_correction(
            vec!["education".into()],
            "x".into(),
            &reserve_2025(),
            at(IN_WINDOW),
        )
    }

    #[test]
    fn a_correction_is_asked_for_while_it_is_submitted_or_in_review() {
        for mut application in every_state() {
            let state = application.state.code();
            let refused = asks(&mut application).err().map(|refusal| {
                use chassis::error::Refusal as _;
                refusal.reason()
            });
            let expected = match state {
                "SUBMITTED" | "IN_REVIEW" => None,
                "DRAFT" => Some("APPLICATION_NOT_SUBMITTED"),
                "CORRECTION_REQUESTED" => Some("CORRECTION_OPEN"),
                _ => Some("APPLICATION_ENDED"),
            };
            assert_eq!(refused, expected, "{state}");
        }
    }

    #[test]
    fn a_wish_is_answered_once_and_may_then_be_told_again() {
        let mut application = in_state(State::InReview {
            submit_time: at(IN_WINDOW),
        });
        assert!(application.decline_correction(at(IN_WINDOW)).is_err());
        asks(&mut application).expect("asked");
        assert!(matches!(
            asks(&mut application),
            Err(Refusal::CorrectionAskedAlready { .. })
        ));
        application
            .decline_correction(at(AFTER_WINDOW))
            .expect("declined");
        assert!(application.decline_correction(at(AFTER_WINDOW)).is_err());
        asks(&mut application).expect("asked again");
        application.request_correction(correction()).expect("given");
        let answer = application.wish.and_then(|wish| wish.answer);
        assert_eq!(answer.map(|it| it.kind), Some(AnswerKind::Granted));
    }

    #[test]
    fn the_clock_of_the_review_stops_with_the_review() {
        let term = ReviewTerm {
            due_time: Some(at(AFTER_WINDOW)),
            is_paused: false,
        };
        let mut application = in_state(State::Submitted {
            submit_time: at(IN_WINDOW),
        });
        application.change_term(term).expect("changed");
        application.start_review().expect("started");
        assert_eq!(application.term, term);
        application.accept(at(IN_WINDOW)).expect("accepted");
        assert_eq!(application.term, ReviewTerm::default());
        assert!(application.change_term(term).is_err());
    }

    #[test]
    fn an_incomplete_application_is_not_submitted_and_every_problem_is_told() {
        let mut draft = Application::draft();
        let problems = Violations::one("education.rows", "REQUIRED");
        let refused = draft.submit(problems.clone(), &reserve_2025(), at(IN_WINDOW));
        assert_eq!(refused, Err(Refusal::ApplicationIncomplete { problems }));
        assert_eq!(draft, Application::draft());
    }

    #[test]
    fn the_last_millisecond_of_the_window_is_taken_and_the_next_is_not() {
        let campaign = reserve_2025();
        let submit =
            |time: &str| Application::draft().submit(Violations::new(), &campaign, at(time));
        assert_eq!(submit("2025-06-30T18:59:59.999Z"), Ok(()));
        assert!(matches!(
            submit(AFTER_WINDOW),
            Err(Refusal::CampaignClosed { .. })
        ));
        assert!(matches!(
            submit("2025-05-31T18:59:59.999Z"),
            Err(Refusal::CampaignNotOpenYet { .. })
        ));
    }

    #[test]
    fn a_correction_is_taken_until_its_own_term_ends_even_after_the_window() {
        let corrected = in_state(State::CorrectionRequested {
            submit_time: at(IN_WINDOW),
            correction: correction(),
        });
        let submit = |time: &str| {
            corrected
                .clone()
                .submit(Violations::new(), &reserve_2025(), at(time))
        };
        assert_eq!(submit(DUE), Ok(()));
        assert_eq!(submit("2025-07-03T18:59:59.999999Z"), Ok(()));
        assert_eq!(
            submit("2025-07-03T19:00:00Z"),
            Err(Refusal::CorrectionTermOver {
                correction_due_time: at(DUE)
            })
        );
    }

    #[test]
    fn in_a_correction_only_the_sections_asked_for_are_edited() {
        let campaign = reserve_2025();
        let corrected = in_state(State::CorrectionRequested {
            submit_time: at(IN_WINDOW),
            correction: correction(),
        });
        assert_eq!(
            corrected.may_edit("employment", &campaign, at(AFTER_WINDOW)),
            Ok(())
        );
        let other = corrected.may_edit("additional", &campaign, at(AFTER_WINDOW));
        assert_eq!(
            other,
            Err(Refusal::SectionNotUnderCorrection {
                section: "additional".into()
            })
        );
    }

    #[test]
    fn after_submission_everything_is_frozen() {
        let campaign = reserve_2025();
        for application in every_state()
            .into_iter()
            .filter(|a| !matches!(a.state.code(), "DRAFT" | "CORRECTION_REQUESTED"))
        {
            let refused = application.may_edit("personal", &campaign, at(IN_WINDOW));
            assert_eq!(
                refused,
                Err(Refusal::ApplicationFrozen {
                    state: application.state.code()
                })
            );
        }
    }

    #[test]
    fn submissions_are_counted() {
        let (campaign, mut application) = (reserve_2025(), Application::draft());
        application
            .submit(Violations::new(), &campaign, at(IN_WINDOW))
            .expect("submitted");
        application.start_review().expect("started");
        application.request_correction(correction()).expect("asked");
        application
            .submit(Violations::new(), &campaign, at(AFTER_WINDOW))
            .expect("resubmitted");
        assert_eq!(application.submission_count, 2);
        assert_eq!(application.state.submit_time(), Some(at(AFTER_WINDOW)));
    }

    #[test]
    fn a_promo_right_is_claimed_once_and_a_repeat_gets_the_first_answer() {
        let (campaign, mut application) = (reserve_2025(), Application::draft());
        let first = application.claim_promo_right(&campaign, at(IN_WINDOW));
        assert_eq!(first, Ok(at(IN_WINDOW)));
        application.declare_certificate(at("2025-06-11T00:00:00Z"));
        assert_eq!(
            application.claim_promo_right(&campaign, at(AFTER_WINDOW)),
            first
        );
        assert_eq!(
            application.promo_right(),
            PromoRight::Claimed {
                claim_time: at(IN_WINDOW)
            }
        );
    }

    #[test]
    fn a_declared_certificate_closes_the_promo_right_for_good() {
        let mut application = Application::draft();
        assert_eq!(application.promo_right(), PromoRight::Open);
        assert_eq!(
            application.declare_certificate(at(IN_WINDOW)),
            Declared::Now
        );
        assert_eq!(
            application.declare_certificate(at(AFTER_WINDOW)),
            Declared::Before
        );
        assert_eq!(
            application.promo_right(),
            PromoRight::Closed {
                declare_time: at(IN_WINDOW)
            }
        );
        let claimed = application.claim_promo_right(&reserve_2025(), at(IN_WINDOW));
        assert_eq!(claimed, Err(Refusal::CertificateAlreadyDeclared));
    }

    #[test]
    fn a_promo_right_is_claimed_by_a_draft_inside_the_window() {
        for mut application in every_state() {
            let is_draft = application.state == State::Draft;
            assert_eq!(
                application
                    .claim_promo_right(&reserve_2025(), at(IN_WINDOW))
                    .is_ok(),
                is_draft
            );
        }
        let late = Application::draft().claim_promo_right(&reserve_2025(), at(AFTER_WINDOW));
        assert!(matches!(late, Err(Refusal::CampaignClosed { .. })));
    }
}
