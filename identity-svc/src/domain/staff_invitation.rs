//! An invitation to the staff: `PENDING → ACCEPTED`, or `REVOKED`, `EXPIRED`.

use chassis::caller::Role;
use chassis::mask::Masked;
use chassis::text::Language;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::refusal::Refusal;

/// The terms of an invitation.
#[derive(Debug, Clone)]
pub struct Rules {
    /// So long the invitation waits, and its code and link are good.
    pub life: SignedDuration,
    /// A code can be guessed this many times; the link of the mail then still works.
    pub code_tries: i32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            life: SignedDuration::from_hours(72),
            code_tries: 10,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Accepted, Self::Revoked, Self::Expired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Accepted => "ACCEPTED",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

#[derive(Debug, Clone)]
pub struct StaffInvitation {
    pub id: Uuid,
    /// As kept; [`StaffInvitation::state`] says what it is now.
    pub kept_state: State,
    pub email: Masked<String>,
    pub email_index: String,
    pub roles: Vec<Role>,
    pub language: Language,
    pub inviter: Uuid,
    /// Who accepted.
    pub account: Option<Uuid>,
    pub code_hash: String,
    pub token_hash: String,
    pub code_tries: i32,
    pub created: Timestamp,
    pub expires: Timestamp,
}

impl StaffInvitation {
    pub fn name(&self) -> String {
        format!("staffInvitations/{}", self.id)
    }

    pub fn state(&self, now: Timestamp) -> State {
        match self.kept_state {
            State::Pending if now >= self.expires => State::Expired,
            state => state,
        }
    }

    /// # Errors
    /// `INVITATION_ENDED` where nothing can become of it any more.
    pub fn is_open(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.state(now) {
            State::Pending => Ok(()),
            over => Err(Refusal::InvitationEnded {
                state: over.as_str(),
            }),
        }
    }

    pub fn wrong(&self, rules: &Rules) -> Refusal {
        let tries_left = (rules.code_tries - self.code_tries).max(0);
        Refusal::InvitationProofWrong { tries_left }
    }

    /// `EXPERT EXAM_DESK`, as kept and as the audit says.
    pub fn roles_in_words(&self) -> String {
        let words: Vec<_> = self.roles.iter().map(|role| role.as_str()).collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_open_until_it_is_answered_or_three_days_old() {
        let created = Timestamp::UNIX_EPOCH;
        let invitation = |kept_state| StaffInvitation {
            id: Uuid::nil(),
            kept_state,
            email: Masked::default(),
            email_index: String::new(),
            roles: vec![Role::Expert, Role::ExamDesk],
            language: Language::Kk,
            inviter: Uuid::nil(),
            account: None,
            code_hash: String::new(),
            token_hash: String::new(),
            code_tries: 4,
            created,
            expires: created + Rules::default().life,
        };
        let pending = invitation(State::Pending);
        let last = pending.expires - SignedDuration::from_micros(1);
        assert_eq!(pending.is_open(last), Ok(()));
        let expired = Refusal::InvitationEnded { state: "EXPIRED" };
        assert_eq!(pending.is_open(pending.expires), Err(expired));
        for state in [State::Accepted, State::Revoked, State::Expired] {
            let ended = Refusal::InvitationEnded {
                state: state.as_str(),
            };
            assert_eq!(invitation(state).is_open(created), Err(ended));
            assert_eq!(State::from_name(state.as_str()), Some(state));
        }
        assert_eq!(pending.roles_in_words(), "EXPERT EXAM_DESK");
        let wrong = Refusal::InvitationProofWrong { tries_left: 6 };
        assert_eq!(pending.wrong(&Rules::default()), wrong);
    }
}
