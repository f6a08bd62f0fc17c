//! A recovery of an account whose password is forgotten: `PENDING → PROVEN → COMPLETED`, or `EXPIRED`.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::refusal::Refusal;

/// The terms of a recovery.
#[derive(Debug, Clone)]
pub struct Rules {
    /// A recovery left alone for this long is of no use any more.
    pub life: SignedDuration,
    /// So long the code and the link of the mail are good.
    pub proof_life: SignedDuration,
    /// A code can be guessed this many times.
    pub code_tries: i32,
    /// So many mails go to one account within [`Rules::MAIL_WINDOW`], whoever asks for them, and the
    /// first that each address asks for: so many codes there are to be guessed.
    pub most_mails: i64,
}

impl Rules {
    pub const MAIL_WINDOW: SignedDuration = SignedDuration::from_hours(1);
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            life: SignedDuration::from_mins(30),
            proof_life: SignedDuration::from_mins(10),
            code_tries: 5,
            most_mails: 5,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Proven,
    Completed,
    Expired,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Proven, Self::Completed, Self::Expired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Proven => "PROVEN",
            Self::Completed => "COMPLETED",
            Self::Expired => "EXPIRED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A recovery. It knows a login by its keyed hashes alone; no account where nobody has it.
#[derive(Debug, Clone)]
pub struct Recovery {
    pub id: Uuid,
    /// As kept; [`Recovery::state`] says what it is now.
    pub kept_state: State,
    pub iin_index: String,
    pub email_index: String,
    pub account: Option<Uuid>,
    /// Empty until a mail is sent.
    pub code_hash: String,
    pub token_hash: String,
    pub proofs_expire: Timestamp,
    pub code_tries: i32,
    /// Of the token that who proved it got.
    pub completion_hash: String,
    /// The first of this login from this address of the net lately: it is mailed however many were
    /// begun from elsewhere, so that nobody can keep the owner from recovering.
    pub is_first: bool,
    pub created: Timestamp,
    pub expires: Timestamp,
}

impl Recovery {
    pub fn name(&self) -> String {
        format!("recoveries/{}", self.id)
    }

    pub fn state(&self, now: Timestamp) -> State {
        match self.kept_state {
            State::Pending | State::Proven if now >= self.expires => State::Expired,
            state => state,
        }
    }

    /// `matches` tells whether the code or the token is the one of the mail, and is good still.
    ///
    /// # Errors
    /// `RECOVERY_PROOF_WRONG`, or what has become of the recovery.
    pub fn prove(&self, matches: bool, now: Timestamp, rules: &Rules) -> Result<(), Refusal> {
        match self.state(now) {
            State::Expired => Err(Refusal::RecoveryExpired),
            State::Completed => Err(Refusal::RecoveryCompleted),
            // Who came first has the completion token; a second browser gets none.
            State::Proven => Err(Refusal::RecoveryProofUsed),
            State::Pending if matches => Ok(()),
            State::Pending => {
                let tries_left = (rules.code_tries - self.code_tries).max(0);
                Err(Refusal::RecoveryProofWrong { tries_left })
            }
        }
    }

    /// The account that gets the new password, where `completion_hash` is the one of the proof.
    ///
    /// # Errors
    /// Why no password can be set.
    pub fn complete(&self, completion_hash: &str, now: Timestamp) -> Result<Uuid, Refusal> {
        match (self.state(now), self.account) {
            (State::Expired, _) => Err(Refusal::RecoveryExpired),
            (State::Completed, _) => Err(Refusal::RecoveryCompleted),
            (State::Proven, Some(account)) if completion_hash == self.completion_hash => {
                Ok(account)
            }
            (State::Proven | State::Pending, _) => Err(Refusal::RecoveryNotProven),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recovery(state: State) -> Recovery {
        let created = Timestamp::UNIX_EPOCH;
        Recovery {
            id: Uuid::nil(),
            kept_state: state,
            iin_index: String::new(),
            email_index: String::new(),
            account: Some(Uuid::max()),
            code_hash: String::new(),
            token_hash: String::new(),
            proofs_expire: created,
            code_tries: 2,
            completion_hash: "right".into(),
            is_first: false,
            created,
            expires: created + SignedDuration::from_mins(30),
        }
    }

    #[test]
    fn every_state_answers_every_step() {
        let (rules, now) = (Rules::default(), Timestamp::UNIX_EPOCH);
        let wrong = Refusal::RecoveryProofWrong { tries_left: 3 };
        for (state, right, guess, complete) in [
            (
                State::Pending,
                Ok(()),
                wrong,
                Err(Refusal::RecoveryNotProven),
            ),
            (
                State::Proven,
                Err(Refusal::RecoveryProofUsed),
                Refusal::RecoveryProofUsed,
                Ok(Uuid::max()),
            ),
            (
                State::Completed,
                Err(Refusal::RecoveryCompleted),
                Refusal::RecoveryCompleted,
                Err(Refusal::RecoveryCompleted),
            ),
            (
                State::Expired,
                Err(Refusal::RecoveryExpired),
                Refusal::RecoveryExpired,
                Err(Refusal::RecoveryExpired),
            ),
        ] {
            let recovery = recovery(state);
            assert_eq!(recovery.prove(true, now, &rules), right, "{state:?}");
            assert_eq!(recovery.prove(false, now, &rules), Err(guess), "{state:?}");
            assert_eq!(recovery.complete("right", now), complete, "{state:?}");
        }
    }

    #[test]
    fn another_token_or_nobodys_recovery_completes_nothing_and_time_ends_it() {
        let now = Timestamp::UNIX_EPOCH;
        let proven = recovery(State::Proven);
        assert_eq!(proven.complete("", now), Err(Refusal::RecoveryNotProven));
        let nobodys = Recovery {
            account: None,
            ..recovery(State::Proven)
        };
        assert_eq!(
            nobodys.complete("right", now),
            Err(Refusal::RecoveryNotProven)
        );
        assert_eq!(
            proven.complete("right", proven.expires),
            Err(Refusal::RecoveryExpired)
        );
        assert_eq!(
            recovery(State::Completed).state(proven.expires),
            State::Completed
        );
    }
}
