//! A change of an account's e-mail address: `PENDING → COMPLETED`, or `REPLACED` by a newer one,
//! `CANCELLED`, `EXPIRED`.

use chassis::mask::Masked;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::refusal::Refusal;

/// The terms of a change.
#[derive(Debug, Clone)]
pub struct Rules {
    /// So long the change waits, and its code and link are good.
    pub life: SignedDuration,
    /// A code can be guessed this many times.
    pub code_tries: i32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            life: SignedDuration::from_mins(10),
            code_tries: 5,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Completed,
    Replaced,
    Cancelled,
    Expired,
}

impl State {
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Completed,
        Self::Replaced,
        Self::Cancelled,
        Self::Expired,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Replaced => "REPLACED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

#[derive(Debug, Clone)]
pub struct EmailChange {
    pub id: Uuid,
    pub account: Uuid,
    /// In which it was begun, and alone can be proven.
    pub session: Uuid,
    /// As kept; [`EmailChange::state`] says what it is now.
    pub kept_state: State,
    /// The new address; empty once the change is over.
    pub email: Masked<String>,
    pub email_index: String,
    /// Empty until a mail is sent, and for good where somebody has the address.
    pub code_hash: String,
    pub token_hash: String,
    pub code_tries: i32,
    pub created: Timestamp,
    pub expires: Timestamp,
}

impl EmailChange {
    pub fn name(&self) -> String {
        format!("accounts/{}/emailChanges/{}", self.account, self.id)
    }

    pub fn state(&self, now: Timestamp) -> State {
        match self.kept_state {
            State::Pending if now >= self.expires => State::Expired,
            state => state,
        }
    }

    /// Whether a proof from this session is looked at.
    ///
    /// # Errors
    /// What has become of the change, or that it was begun in another session.
    pub fn may_prove(&self, session: Uuid, now: Timestamp) -> Result<(), Refusal> {
        match self.state(now) {
            State::Pending if session == self.session => Ok(()),
            State::Pending => Err(Refusal::EmailChangeOfOtherSession),
            over => Err(Refusal::EmailChangeEnded {
                state: over.as_str(),
            }),
        }
    }

    pub fn wrong(&self, rules: &Rules) -> Refusal {
        let tries_left = (rules.code_tries - self.code_tries).max(0);
        Refusal::EmailChangeProofWrong { tries_left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pending_change_is_proven_and_only_in_its_session() {
        let created = Timestamp::UNIX_EPOCH;
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for kept_state in State::ALL {
            let change = EmailChange {
                id: Uuid::nil(),
                account: Uuid::nil(),
                session: mine,
                kept_state,
                email: Masked::default(),
                email_index: String::new(),
                code_hash: String::new(),
                token_hash: String::new(),
                code_tries: 2,
                created,
                expires: created + Rules::default().life,
            };
            let ended = |state: State| {
                Err(Refusal::EmailChangeEnded {
                    state: state.as_str(),
                })
            };
            let expected = match kept_state {
                State::Pending => [
                    Ok(()),
                    Err(Refusal::EmailChangeOfOtherSession),
                    ended(State::Expired),
                ],
                over => [ended(over), ended(over), ended(over)],
            };
            let found = [
                change.may_prove(mine, created),
                change.may_prove(other, created),
                change.may_prove(mine, change.expires),
            ];
            assert_eq!(found, expected, "{kept_state:?}");
            let wrong = Refusal::EmailChangeProofWrong { tries_left: 3 };
            assert_eq!(change.wrong(&Rules::default()), wrong);
            assert_eq!(State::from_name(kept_state.as_str()), Some(kept_state));
        }
    }
}
