//! A promo code: one free language test per person and campaign, whatever the system.
//!
//! ```text
//! ISSUED ──reserve──▶ RESERVED ──redeem──▶ REDEEMED ──result──▶ RESULT_RECEIVED
//!   ▲ ▲                 │                    │
//!   │ └─cancel, lapse───┘                    ├─roll back, no fault──▶ ISSUED
//!   └────────────────────────────────────────┘ roll back, at fault ─▶ VOID
//! ISSUED ──campaign closes──▶ EXPIRED        ISSUED, RESERVED ──staff──▶ REVOKED
//!   ▲                            │
//!   └──the campaign was longer───┘
//! ```

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::code::Code;
use super::iin_index::IinIndex;
use super::redemption::{Redemption, State as RedemptionState};
use super::refusal::PartnerRefusal;
use super::test_system::TestSystem;
use super::{Change, words};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromoCode {
    pub id: Uuid,
    pub campaign: String,
    pub account: Uuid,
    pub code: Code,
    pub test_system: TestSystem,
    /// Stands for the owner's IIN, which is not kept.
    pub iin: IinIndex,
    pub state: State,
    pub issued: Timestamp,
    /// The first instant at which it can't be used any more: the close of its campaign, and it moves with it.
    pub expires: Timestamp,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Issued,
    Reserved { redemption: Uuid, until: Timestamp },
    Redeemed { redemption: Uuid },
    ResultReceived { redemption: Uuid },
    Expired,
    Revoked,
    Void,
}

/// The state without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Issued,
    Reserved,
    Redeemed,
    ResultReceived,
    Expired,
    Revoked,
    Void,
}

words!(Standing {
    Issued = "ISSUED",
    Reserved = "RESERVED",
    Redeemed = "REDEEMED",
    ResultReceived = "RESULT_RECEIVED",
    Expired = "EXPIRED",
    Revoked = "REVOKED",
    Void = "VOID",
});

impl State {
    pub fn standing(self) -> Standing {
        match self {
            Self::Issued => Standing::Issued,
            Self::Reserved { .. } => Standing::Reserved,
            Self::Redeemed { .. } => Standing::Redeemed,
            Self::ResultReceived { .. } => Standing::ResultReceived,
            Self::Expired => Standing::Expired,
            Self::Revoked => Standing::Revoked,
            Self::Void => Standing::Void,
        }
    }

    pub fn redemption(self) -> Option<Uuid> {
        match self {
            Self::Reserved { redemption, .. }
            | Self::Redeemed { redemption }
            | Self::ResultReceived { redemption } => Some(redemption),
            _ => None,
        }
    }
}

impl PromoCode {
    pub fn name(&self) -> String {
        format!("campaigns/{}/promoCodes/{}", self.campaign, self.id)
    }

    /// The name of the result that a test with this code has, or will have.
    pub fn result_name(&self) -> String {
        format!("{}/languageResult", self.name())
    }

    /// How the code stands now, whether or not a job has written it down yet.
    pub fn standing_at(&self, now: Timestamp) -> Standing {
        match self.state {
            State::Reserved { until, .. } if until <= now => self.free_at(now),
            State::Issued => self.free_at(now),
            other => other.standing(),
        }
    }

    fn free_at(&self, now: Timestamp) -> Standing {
        if self.expires <= now {
            Standing::Expired
        } else {
            Standing::Issued
        }
    }

    /// The partner's question: is this the code of this person for this system?
    ///
    /// # Errors
    /// One and the same refusal, whichever of the two is wrong.
    pub fn is_of(&self, iin: &IinIndex, system: TestSystem) -> Result<(), PartnerRefusal> {
        if self.iin == *iin && self.test_system == system {
            Ok(())
        } else {
            Err(PartnerRefusal::CodeNotAccepted)
        }
    }

    /// Reserves it for a partner. A reservation never outlives the code, as
    /// far as its end is known then: what a partner was promised is kept.
    ///
    /// # Errors
    /// Why the code is not free.
    pub fn reserve(
        &mut self,
        by: Reserve,
        life: SignedDuration,
        now: Timestamp,
    ) -> Result<Reserved, PartnerRefusal> {
        match self.standing_at(now) {
            Standing::Issued => {}
            Standing::Reserved => {
                let until = match self.state {
                    State::Reserved { until, .. } => until,
                    _ => now,
                };
                return Err(PartnerRefusal::CodeAlreadyReserved { until });
            }
            Standing::Redeemed | Standing::ResultReceived => {
                return Err(PartnerRefusal::CodeAlreadyRedeemed);
            }
            Standing::Expired | Standing::Revoked | Standing::Void => {
                return Err(PartnerRefusal::CodeNoLongerValid);
            }
        }
        let lapsed = self.state.redemption();
        let until = now.saturating_add(life).unwrap_or(self.expires);
        let until = until.min(self.expires);
        self.state = State::Reserved {
            redemption: by.id,
            until,
        };
        let redemption = Redemption {
            id: by.id,
            promo_code: self.id,
            partner: by.partner,
            test_system: self.test_system,
            partner_reference: by.partner_reference,
            created: now,
            state: RedemptionState::Reserved { until },
        };
        Ok(Reserved { redemption, lapsed })
    }

    /// Writes down that its time has come.
    pub fn expire(&mut self, now: Timestamp) -> Change {
        if self.state == State::Issued && self.free_at(now) == Standing::Expired {
            self.state = State::Expired;
            Change::Made
        } else {
            Change::Nothing
        }
    }

    /// The code is free again after a reservation ended; or expired, if its time has come.
    pub(super) fn release(&mut self, now: Timestamp) {
        self.state = match self.free_at(now) {
            Standing::Expired => State::Expired,
            _ => State::Issued,
        };
    }
}

/// Who reserves.
#[derive(Debug, Clone)]
pub struct Reserve {
    pub id: Uuid,
    pub partner: String,
    pub partner_reference: String,
}

/// A new reservation, and the one before it that had lapsed without anybody writing it down.
#[derive(Debug)]
pub struct Reserved {
    pub redemption: Redemption,
    pub lapsed: Option<Uuid>,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::iin_index::IinKey;

    pub fn at(minute: i64) -> Timestamp {
        "2026-06-01T05:00:00Z"
            .parse::<Timestamp>()
            .expect("an instant")
            + SignedDuration::from_mins(minute)
    }

    pub fn issued() -> PromoCode {
        PromoCode {
            id: Uuid::from_u128(1),
            campaign: "reserve-2026".into(),
            account: Uuid::from_u128(2),
            code: Code::parse("ABCE-HKMP-TXY2").expect("a code"),
            test_system: TestSystem::Kaztest,
            iin: IinKey::new(&[1; 32]).tag("t", "one"),
            state: State::Issued,
            issued: at(0),
            expires: at(1000),
            version: 1,
        }
    }

    pub fn by(number: u128) -> Reserve {
        Reserve {
            id: Uuid::from_u128(number),
            partner: "kaztest".into(),
            partner_reference: String::new(),
        }
    }

    pub const LIFE: SignedDuration = SignedDuration::from_mins(30);

    #[test]
    fn a_code_is_reserved_once_and_again_after_the_reservation_lapsed() {
        let mut code = issued();
        let first = code.reserve(by(1), LIFE, at(0)).expect("free");
        assert_eq!(first.lapsed, None);
        let taken = code.reserve(by(2), LIFE, at(29)).expect_err("reserved");
        assert_eq!(taken, PartnerRefusal::CodeAlreadyReserved { until: at(30) });
        let second = code.reserve(by(2), LIFE, at(30)).expect("lapsed");
        assert_eq!(second.lapsed, Some(first.redemption.id));
    }

    #[test]
    fn an_expired_code_is_of_no_use_and_a_reservation_ends_with_it() {
        let mut code = issued();
        assert_eq!(code.standing_at(at(999)), Standing::Issued);
        assert_eq!(code.standing_at(at(1000)), Standing::Expired);
        let late = code.clone().reserve(by(1), LIFE, at(1000));
        assert_eq!(
            late.expect_err("expired"),
            PartnerRefusal::CodeNoLongerValid
        );
        let last = code.reserve(by(1), LIFE, at(990)).expect("still good");
        assert_eq!(
            last.redemption.state,
            RedemptionState::Reserved { until: at(1000) }
        );
        assert_eq!(code.standing_at(at(1000)), Standing::Expired);
    }

    #[test]
    fn taken_revoked_and_void_codes_say_so() {
        let redemption = Uuid::from_u128(9);
        for (state, refusal) in [
            (
                State::Redeemed { redemption },
                PartnerRefusal::CodeAlreadyRedeemed,
            ),
            (
                State::ResultReceived { redemption },
                PartnerRefusal::CodeAlreadyRedeemed,
            ),
            (State::Revoked, PartnerRefusal::CodeNoLongerValid),
            (State::Void, PartnerRefusal::CodeNoLongerValid),
            (State::Expired, PartnerRefusal::CodeNoLongerValid),
        ] {
            let mut code = PromoCode { state, ..issued() };
            assert_eq!(code.reserve(by(1), LIFE, at(1)).expect_err("no"), refusal);
            assert_eq!(code.state, state);
        }
    }

    #[test]
    fn another_person_and_another_system_hear_the_same() {
        let code = issued();
        let stranger = IinKey::new(&[1; 32]).tag("t", "other");
        assert_eq!(code.is_of(&code.iin, TestSystem::Kaztest), Ok(()));
        assert_eq!(
            code.is_of(&stranger, TestSystem::Kaztest),
            code.is_of(&code.iin, TestSystem::Qrt)
        );
    }
}
