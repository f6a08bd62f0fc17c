//! A registration attempt: `PENDING → EMAIL_PROVEN → COMPLETED`, or `EXPIRED`.

use chassis::mask::Masked;
use chassis::text::Language;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::refusal::Refusal;

/// The terms of a registration.
#[derive(Debug, Clone)]
pub struct Rules {
    /// An attempt left alone for this long is of no use any more.
    pub life: SignedDuration,
    /// A code is short, so it does not live long.
    pub code_life: SignedDuration,
    /// A code can be guessed this many times.
    pub code_tries: i32,
    /// Between two mails of an attempt.
    pub resend_pause: SignedDuration,
    /// So many mails go to one address within [`Rules::MAIL_WINDOW`], whoever asks for them.
    pub most_mails: i64,
}

impl Rules {
    pub const MAIL_WINDOW: SignedDuration = SignedDuration::from_hours(1);
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            life: SignedDuration::from_hours(1),
            code_life: SignedDuration::from_mins(10),
            code_tries: 10,
            resend_pause: SignedDuration::from_secs(60),
            most_mails: 10,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    EmailProven,
    Completed,
    Expired,
}

impl State {
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::EmailProven,
        Self::Completed,
        Self::Expired,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::EmailProven => "EMAIL_PROVEN",
            Self::Completed => "COMPLETED",
            Self::Expired => "EXPIRED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// An unfinished sign-up. What it knows of the person is empty once it has ended.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: Uuid,
    /// As kept; [`Attempt::state`] says what it is now.
    pub kept_state: State,
    pub iin: Masked<String>,
    pub email: Masked<String>,
    pub password_hash: Masked<String>,
    pub language: Language,
    /// `campaigns/{campaign}`.
    pub campaign: Option<String>,
    pub code_hash: String,
    pub code_expires: Timestamp,
    pub code_tries: i32,
    pub token_hash: String,
    pub mailed: Timestamp,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub account: Option<Uuid>,
}

/// What a proof did.
#[derive(Debug, PartialEq, Eq)]
pub enum Proof {
    Proven,
    /// It was proven before.
    Unchanged,
}

impl Attempt {
    pub fn name(&self) -> String {
        format!("registrationAttempts/{}", self.id)
    }

    pub fn state(&self, now: Timestamp) -> State {
        match self.kept_state {
            State::Pending | State::EmailProven if now >= self.expires => State::Expired,
            state => state,
        }
    }

    pub fn resend_time(&self, rules: &Rules) -> Timestamp {
        self.mailed + rules.resend_pause
    }

    /// `matches` tells whether the code or the token is the one sent last.
    ///
    /// # Errors
    /// `EMAIL_PROOF_WRONG`, or what has become of the attempt.
    pub fn prove(&self, matches: bool, now: Timestamp, rules: &Rules) -> Result<Proof, Refusal> {
        match self.state(now) {
            State::Expired => Err(Refusal::RegistrationExpired),
            State::Completed => Err(Refusal::RegistrationCompleted),
            State::EmailProven => Ok(Proof::Unchanged),
            State::Pending if matches => Ok(Proof::Proven),
            State::Pending => {
                let tries_left = (rules.code_tries - self.code_tries).max(0);
                Err(Refusal::EmailProofWrong { tries_left })
            }
        }
    }

    /// # Errors
    /// Why there is nothing to send, or not yet.
    pub fn may_resend(&self, now: Timestamp, rules: &Rules) -> Result<(), Refusal> {
        match self.state(now) {
            State::Expired => Err(Refusal::RegistrationExpired),
            State::Completed => Err(Refusal::RegistrationCompleted),
            State::EmailProven => Err(Refusal::EmailAlreadyProven),
            State::Pending if now < self.resend_time(rules) => Err(Refusal::ResendTooSoon {
                resend_time: self.resend_time(rules),
            }),
            State::Pending => Ok(()),
        }
    }

    /// # Errors
    /// Why no account can be made of it now.
    pub fn may_complete(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.state(now) {
            State::Expired => Err(Refusal::RegistrationExpired),
            State::Completed => Err(Refusal::RegistrationCompleted),
            State::Pending => Err(Refusal::EmailNotProven),
            State::EmailProven => Ok(()),
        }
    }
}

/// What is to be signed to prove the IIN: it names the suite, the purpose and the attempt, so that it is of use
/// nowhere else; the IIN is in the certificate. The parts stand in the order of the alphabet, without spaces.
pub fn proof_content(suite: &str, attempt: &str) -> Vec<u8> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        r#"{{"purpose":"prove-iin","registration_attempt":{},"suite":{}}}"#,
        quoted(attempt),
        quoted(suite)
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(state: State) -> Attempt {
        let created = Timestamp::UNIX_EPOCH;
        Attempt {
            id: Uuid::nil(),
            kept_state: state,
            iin: Masked::default(),
            email: Masked::default(),
            password_hash: Masked::default(),
            language: Language::Kk,
            campaign: None,
            code_hash: String::new(),
            code_expires: created + SignedDuration::from_mins(10),
            code_tries: 3,
            token_hash: String::new(),
            mailed: created,
            created,
            expires: created + SignedDuration::from_hours(1),
            account: None,
        }
    }

    #[test]
    fn every_state_answers_every_step() {
        let rules = Rules::default();
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(5);
        let wrong = Refusal::EmailProofWrong { tries_left: 7 };
        for (state, right, guess, resend, complete) in [
            (
                State::Pending,
                Ok(Proof::Proven),
                Err(wrong),
                Ok(()),
                Err(Refusal::EmailNotProven),
            ),
            (
                State::EmailProven,
                Ok(Proof::Unchanged),
                Ok(Proof::Unchanged),
                Err(Refusal::EmailAlreadyProven),
                Ok(()),
            ),
            (
                State::Completed,
                Err(Refusal::RegistrationCompleted),
                Err(Refusal::RegistrationCompleted),
                Err(Refusal::RegistrationCompleted),
                Err(Refusal::RegistrationCompleted),
            ),
            (
                State::Expired,
                Err(Refusal::RegistrationExpired),
                Err(Refusal::RegistrationExpired),
                Err(Refusal::RegistrationExpired),
                Err(Refusal::RegistrationExpired),
            ),
        ] {
            let attempt = attempt(state);
            assert_eq!(attempt.prove(true, later, &rules), right, "{state:?}");
            assert_eq!(attempt.prove(false, later, &rules), guess, "{state:?}");
            assert_eq!(attempt.may_resend(later, &rules), resend, "{state:?}");
            assert_eq!(attempt.may_complete(later), complete, "{state:?}");
        }
    }

    #[test]
    fn an_attempt_expires_at_its_instant_unless_it_made_an_account() {
        let end = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        let before = end - SignedDuration::from_micros(1);
        assert_eq!(
            attempt(State::EmailProven).state(before),
            State::EmailProven
        );
        assert_eq!(attempt(State::EmailProven).state(end), State::Expired);
        assert_eq!(attempt(State::Completed).state(end), State::Completed);
    }

    #[test]
    fn a_mail_is_not_sent_twice_in_a_minute() {
        let rules = Rules::default();
        let resend_time = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(60);
        let attempt = attempt(State::Pending);
        let early = resend_time - SignedDuration::from_micros(1);
        assert_eq!(
            attempt.may_resend(early, &rules),
            Err(Refusal::ResendTooSoon { resend_time })
        );
        assert_eq!(attempt.may_resend(resend_time, &rules), Ok(()));
    }
}
