//! A redemption: a code on its way through a partner. It moves together with its code.

use jiff::Timestamp;
use uuid::Uuid;

use super::promo_code::{PromoCode, State as CodeState};
use super::refusal::PartnerRefusal;
use super::test_system::TestSystem;
use super::{Change, words};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    pub id: Uuid,
    pub promo_code: Uuid,
    pub partner: String,
    pub test_system: TestSystem,
    /// The partner's own number for the registration.
    pub partner_reference: String,
    pub created: Timestamp,
    pub state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Reserved {
        until: Timestamp,
    },
    Cancelled,
    Lapsed,
    Redeemed {
        at: Timestamp,
    },
    RolledBack {
        redeemed: Timestamp,
        at: Timestamp,
        reason: RollbackReason,
    },
    ResultReported {
        redeemed: Timestamp,
        at: Timestamp,
    },
}

/// The state without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Reserved,
    Cancelled,
    Lapsed,
    Redeemed,
    RolledBack,
    ResultReported,
}

words!(Step {
    Reserved = "RESERVED",
    Cancelled = "CANCELLED",
    Lapsed = "LAPSED",
    Redeemed = "REDEEMED",
    RolledBack = "ROLLED_BACK",
    ResultReported = "RESULT_REPORTED",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollbackReason {
    TestCancelled,
    TechnicalFailure,
    Mistake,
    RulesBroken,
    NoShow,
}

words!(RollbackReason {
    TestCancelled = "TEST_CANCELLED",
    TechnicalFailure = "TECHNICAL_FAILURE",
    Mistake = "MISTAKE",
    RulesBroken = "RULES_BROKEN",
    NoShow = "NO_SHOW",
});

impl RollbackReason {
    /// One free test: who breaks its rules or stays away has had it.
    pub fn voids_the_code(self) -> bool {
        matches!(self, Self::RulesBroken | Self::NoShow)
    }
}

impl Redemption {
    pub fn name(&self) -> String {
        format!("redemptions/{}", self.id)
    }

    pub fn step_at(&self, now: Timestamp) -> Step {
        match self.state {
            State::Reserved { until } if until <= now => Step::Lapsed,
            State::Reserved { .. } => Step::Reserved,
            State::Cancelled => Step::Cancelled,
            State::Lapsed => Step::Lapsed,
            State::Redeemed { .. } => Step::Redeemed,
            State::RolledBack { .. } => Step::RolledBack,
            State::ResultReported { .. } => Step::ResultReported,
        }
    }

    /// Gives a reservation back. One that has ended already stays as it is.
    pub fn cancel(
        &mut self,
        code: &mut PromoCode,
        now: Timestamp,
    ) -> Result<Change, PartnerRefusal> {
        match self.step_at(now) {
            Step::Reserved => {
                self.state = State::Cancelled;
                self.release(code, now);
                Ok(Change::Made)
            }
            Step::Cancelled | Step::Lapsed | Step::RolledBack => Ok(Change::Nothing),
            Step::Redeemed => Err(PartnerRefusal::CodeAlreadyRedeemed),
            Step::ResultReported => Err(PartnerRefusal::ResultAlreadyReported),
        }
    }

    /// Writes down that the reservation ran out.
    pub fn lapse(&mut self, code: &mut PromoCode, now: Timestamp) -> Change {
        match self.state {
            State::Reserved { until } if until <= now => {
                self.state = State::Lapsed;
                self.release(code, now);
                Change::Made
            }
            _ => Change::Nothing,
        }
    }

    /// The code is only given back by the redemption that has it.
    fn release(&self, code: &mut PromoCode, now: Timestamp) {
        if code.state.redemption() == Some(self.id) {
            code.release(now);
        }
    }

    /// Takes the reserved code for good.
    pub fn redeem(
        &mut self,
        code: &mut PromoCode,
        now: Timestamp,
    ) -> Result<Change, PartnerRefusal> {
        match self.step_at(now) {
            Step::Redeemed => Ok(Change::Nothing),
            Step::ResultReported => Err(PartnerRefusal::ResultAlreadyReported),
            // A code that is gone for good is told as such: reserving again would not help.
            Step::Reserved | Step::Lapsed if is_closed(code, now) => {
                Err(PartnerRefusal::CodeNoLongerValid)
            }
            Step::Reserved => {
                self.state = State::Redeemed { at: now };
                code.state = CodeState::Redeemed {
                    redemption: self.id,
                };
                Ok(Change::Made)
            }
            step => Err(PartnerRefusal::ReservationEnded { step }),
        }
    }

    /// Takes a redemption back; the reason decides whether the code lives on.
    pub fn roll_back(
        &mut self,
        code: &mut PromoCode,
        reason: RollbackReason,
        now: Timestamp,
    ) -> Result<(), PartnerRefusal> {
        let redeemed = self.redeemed(now)?;
        self.state = State::RolledBack {
            redeemed,
            at: now,
            reason,
        };
        if reason.voids_the_code() {
            code.state = CodeState::Void;
        } else {
            self.release(code, now);
        }
        Ok(())
    }

    /// Notes that the result is here. Whether it is the same result again is for the caller to say.
    pub fn report(&mut self, code: &mut PromoCode, now: Timestamp) -> Result<(), PartnerRefusal> {
        let redeemed = self.redeemed(now)?;
        self.state = State::ResultReported { redeemed, at: now };
        code.state = CodeState::ResultReceived {
            redemption: self.id,
        };
        Ok(())
    }

    /// When it was redeemed, if it still is.
    fn redeemed(&self, now: Timestamp) -> Result<Timestamp, PartnerRefusal> {
        match self.state {
            State::Redeemed { at } => Ok(at),
            State::ResultReported { .. } => Err(PartnerRefusal::ResultAlreadyReported),
            _ => Err(PartnerRefusal::NotRedeemed {
                step: self.step_at(now),
            }),
        }
    }
}

fn is_closed(code: &PromoCode, now: Timestamp) -> bool {
    use super::promo_code::Standing::{Expired, Revoked, Void};
    matches!(code.standing_at(now), Expired | Revoked | Void)
}

#[cfg(test)]
mod tests {
    use super::super::promo_code::tests::{LIFE, at, by, issued};
    use super::*;
    use crate::domain::promo_code::Standing;
    use proptest::prelude::*;

    fn reserved() -> (PromoCode, Redemption) {
        let mut code = issued();
        let redemption = code.reserve(by(7), LIFE, at(0)).expect("free").redemption;
        (code, redemption)
    }

    #[test]
    fn a_reserved_code_is_redeemed_until_the_reservation_ends() {
        let (mut code, mut redemption) = reserved();
        let ended = redemption
            .clone()
            .redeem(&mut code.clone(), at(30))
            .expect_err("lapsed");
        assert_eq!(
            ended,
            PartnerRefusal::ReservationEnded { step: Step::Lapsed }
        );
        assert_eq!(redemption.redeem(&mut code, at(29)), Ok(Change::Made));
        assert_eq!(redemption.redeem(&mut code, at(99)), Ok(Change::Nothing));
        assert_eq!(
            redemption.cancel(&mut code, at(99)),
            Err(PartnerRefusal::CodeAlreadyRedeemed)
        );
    }

    #[test]
    fn a_cancelled_or_lapsed_reservation_frees_the_code_once() {
        let (mut code, mut redemption) = reserved();
        assert_eq!(redemption.cancel(&mut code, at(1)), Ok(Change::Made));
        assert_eq!(code.state, CodeState::Issued);
        let other = code.reserve(by(8), LIFE, at(2)).expect("free").redemption;
        // The first one can't give back what the second one has.
        assert_eq!(redemption.cancel(&mut code, at(3)), Ok(Change::Nothing));
        assert_eq!(redemption.lapse(&mut code, at(99)), Change::Nothing);
        assert_eq!(code.state.redemption(), Some(other.id));
        assert_eq!(
            redemption.redeem(&mut code, at(3)),
            Err(PartnerRefusal::ReservationEnded {
                step: Step::Cancelled
            })
        );
    }

    #[test]
    fn the_reason_of_a_rollback_decides_whether_the_code_lives_on() {
        for reason in RollbackReason::ALL {
            let (mut code, mut redemption) = reserved();
            assert_eq!(
                redemption.roll_back(&mut code, *reason, at(1)),
                Err(PartnerRefusal::NotRedeemed {
                    step: Step::Reserved
                })
            );
            assert_eq!(redemption.redeem(&mut code, at(1)), Ok(Change::Made));
            assert_eq!(redemption.roll_back(&mut code, *reason, at(2)), Ok(()));
            let expected = match reason {
                RollbackReason::RulesBroken | RollbackReason::NoShow => Standing::Void,
                _ => Standing::Issued,
            };
            assert_eq!(code.standing_at(at(2)), expected, "{reason:?}");
            assert_eq!(
                redemption.roll_back(&mut code, *reason, at(3)),
                Err(PartnerRefusal::NotRedeemed {
                    step: Step::RolledBack
                })
            );
        }
    }

    #[test]
    fn a_result_ends_it() {
        let (mut code, mut redemption) = reserved();
        assert_eq!(redemption.redeem(&mut code, at(1)), Ok(Change::Made));
        assert_eq!(redemption.report(&mut code, at(2)), Ok(()));
        let ended = Err(PartnerRefusal::ResultAlreadyReported);
        assert_eq!(redemption.report(&mut code, at(3)), ended);
        assert_eq!(redemption.redeem(&mut code, at(3)).map(drop), ended);
        assert_eq!(redemption.cancel(&mut code, at(3)).map(drop), ended);
        let reason = RollbackReason::Mistake;
        assert_eq!(redemption.roll_back(&mut code, reason, at(3)), ended);
    }

    #[test]
    fn a_code_that_expired_or_was_revoked_is_not_redeemed() {
        let (mut code, mut redemption) = reserved();
        code.expires = at(10);
        assert_eq!(
            redemption.clone().redeem(&mut code, at(30)),
            Err(PartnerRefusal::CodeNoLongerValid)
        );
        code.state = CodeState::Revoked;
        assert_eq!(
            redemption.redeem(&mut code, at(1)),
            Err(PartnerRefusal::CodeNoLongerValid)
        );
    }

    proptest! {
        /// Whatever partners do in whatever order: the code is taken by one redemption at a time,
        /// a void or expired code stays so, and a result is never lost.
        #[test]
        fn no_order_of_calls_spends_a_code_twice(calls in prop::collection::vec((0_u8..6, 0_usize..4, 0_i64..25), 1..60)) {
            let mut code = issued();
            let mut redemptions: Vec<Redemption> = Vec::new();
            let mut minute = 0;
            for (call, which, wait) in calls {
                minute += wait;
                let now = at(minute);
                let before = code.state;
                if call == 0 {
                    let id = u128::try_from(redemptions.len()).expect("few") + 100;
                    if let Ok(reserved) = code.reserve(by(id), LIFE, now) {
                        if let Some(lapsed) = reserved.lapsed {
                            let old = redemptions.iter_mut().find(|r| r.id == lapsed);
                            let change = old.expect("ours").lapse(&mut code, now);
                            prop_assert_eq!(change, Change::Made);
                        }
                        redemptions.push(reserved.redemption);
                    }
                } else if let Some(redemption) = redemptions.get_mut(which) {
                    match call {
                        1 => drop(redemption.cancel(&mut code, now)),
                        2 => drop(redemption.redeem(&mut code, now)),
                        3 => drop(redemption.roll_back(&mut code, RollbackReason::Mistake, now)),
                        4 => drop(redemption.roll_back(&mut code, RollbackReason::NoShow, now)),
                        _ => drop(redemption.report(&mut code, now)),
                    }
                }
                let having = redemptions
                    .iter()
                    .filter(|r| matches!(r.step_at(now), Step::Reserved | Step::Redeemed | Step::ResultReported));
                prop_assert!(having.clone().count() <= 1);
                for redemption in having {
                    prop_assert_eq!(code.state.redemption(), Some(redemption.id));
                }
                if matches!(before, CodeState::Void | CodeState::Expired | CodeState::ResultReceived { .. }) {
                    prop_assert_eq!(code.state, before);
                }
            }
        }
    }
}
