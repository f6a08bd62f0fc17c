//! Sessions and their families of refresh tokens.
//!
//! Each trade of a refresh token begins a new generation. A token of an older generation that
//! comes back was copied, so the session ends; unless its answer was lost: then nothing of the
//! newest generation was ever used, and another pair of that generation is given.

use chassis::caller::Caller;
use chassis::identifier::Bin;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// How long things last.
#[derive(Debug, Clone)]
pub struct Lifetimes {
    pub access: SignedDuration,
    /// A session that is not refreshed for this long has run out.
    pub idle: SignedDuration,
    /// However busy it is, a session ends after this long.
    pub absolute: SignedDuration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access: SignedDuration::from_mins(15),
            idle: SignedDuration::from_mins(30),
            absolute: SignedDuration::from_hours(12),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    Ended,
    Expired,
}

/// Whose a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    Account(Uuid),
    /// Somebody who signed in for an organisation.
    Signatory {
        id: Uuid,
        organisation: Bin,
    },
}

impl Holder {
    pub fn is(self, caller: &Caller) -> bool {
        match (self, caller) {
            (Self::Account(account), caller) => caller.is(account),
            (Self::Signatory { id, .. }, Caller::Signatory(signatory)) => signatory.id == id,
            (Self::Signatory { .. }, _) => false,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Session {
    pub id: Uuid,
    pub holder: Holder,
    pub created: Timestamp,
    /// Its absolute end.
    pub ends: Timestamp,
    /// Signed out, or ended because a used refresh token came back.
    pub ended: Option<Timestamp>,
    pub generation: i64,
    pub access_expires: Timestamp,
    /// Of the newest generation.
    pub refresh_expires: Timestamp,
}

/// A refresh token as kept.
#[derive(Debug, Clone)]
pub struct KeptToken {
    pub generation: i64,
    pub refresh_expires: Timestamp,
}

/// What a refresh token is traded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trade {
    /// The first pair of this generation.
    Next(i64),
    /// Another pair of the newest generation: the first never arrived.
    Again(i64),
    /// The session is over.
    Over,
    /// The token was copied: the session must end.
    Stolen,
}

impl Session {
    pub fn name(&self) -> String {
        format!("sessions/{}", self.id)
    }

    pub fn state(&self, now: Timestamp) -> State {
        if self.ended.is_some() {
            State::Ended
        } else if now >= self.ends || now >= self.refresh_expires {
            State::Expired
        } else {
            State::Active
        }
    }

    /// `newest_was_used` tells whether any token of the newest generation was ever shown to us.
    pub fn trade(&self, token: &KeptToken, newest_was_used: bool, now: Timestamp) -> Trade {
        if self.state(now) != State::Active {
            return Trade::Over;
        }
        let age = self.generation - token.generation;
        let lost_answer = age == 1 && !newest_was_used;
        if age > 0 && !lost_answer {
            Trade::Stolen
        } else if now >= token.refresh_expires {
            Trade::Over
        } else if lost_answer {
            Trade::Again(self.generation)
        } else {
            Trade::Next(self.generation + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        let created = Timestamp::UNIX_EPOCH;
        Session {
            id: Uuid::nil(),
            holder: Holder::Account(Uuid::nil()),
            created,
            ends: created + SignedDuration::from_hours(12),
            ended: None,
            generation: 3,
            access_expires: created + SignedDuration::from_mins(15),
            refresh_expires: created + SignedDuration::from_mins(30),
        }
    }

    fn token(generation: i64) -> KeptToken {
        let refresh_expires = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(30);
        KeptToken {
            generation,
            refresh_expires,
        }
    }

    #[test]
    fn only_the_newest_token_and_a_lost_answer_are_traded() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(1);
        for (generation, used, trade) in [
            (3, false, Trade::Next(4)),
            (3, true, Trade::Next(4)),
            (2, false, Trade::Again(3)),
            (2, true, Trade::Stolen),
            (1, false, Trade::Stolen),
            (1, true, Trade::Stolen),
        ] {
            assert_eq!(
                session().trade(&token(generation), used, now),
                trade,
                "{generation} {used}"
            );
        }
    }

    #[test]
    fn nothing_is_traded_in_a_session_that_is_over() {
        let idle = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(30);
        assert_eq!(session().trade(&token(3), false, idle), Trade::Over);
        let mut ended = session();
        ended.ended = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(
            ended.trade(&token(1), true, Timestamp::UNIX_EPOCH),
            Trade::Over
        );
        let mut long = session();
        long.refresh_expires = long.ends + SignedDuration::from_hours(1);
        assert_eq!(long.state(long.ends), State::Expired);
        assert_eq!(
            long.state(long.ends - SignedDuration::from_micros(1)),
            State::Active
        );
    }
}
