//! A certificate: what a person reached in a stage, on a paper that anybody can check, with or without
//! us.
//!
//! | file | what |
//! |---|---|
//! | [`number`] | its number and its individual code, each with a check character |
//! | [`terms`] | its subjects and the marks that have to be passed: data of the stage |
//! | [`paper`] | what it says, as the bytes that are signed |
//! | [`seal`] | the signature, and the text of the QR code |
//! | [`basis`] | what it is made of |
//! | [`base45`] | bytes as the characters that a QR code packs best |

pub mod base45;
pub mod basis;
pub mod number;
pub mod paper;
pub mod seal;
pub mod terms;

use jiff::Timestamp;
use uuid::Uuid;

use self::seal::Sealed;
use super::refusal::Refusal;
use super::{Change, words};

/// A certificate that was issued. What it says is inside its seal, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub id: Uuid,
    pub campaign: String,
    pub stage: Uuid,
    pub result: Uuid,
    pub account: Uuid,
    /// From 1: how many the result had with this one.
    pub edition: i32,
    pub sealed: Sealed,
    pub state: State,
    pub issued: Timestamp,
    pub ended: Option<Timestamp>,
    pub revocation: Option<Revocation>,
    /// Since when another is to take its place, after it was revoked.
    pub reissued: Option<Timestamp>,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Valid,
    Revoked,
    /// An appeal changed the total, and another took its place.
    Superseded,
}

words!(State {
    Valid = "VALID",
    Revoked = "REVOKED",
    Superseded = "SUPERSEDED",
});

/// Why it is good no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The result was annulled: somebody else sat the test, or what it was made of was known before.
    ResultAnnulled,
    /// A name, a subject or a score is wrong on it.
    Mistake,
    /// The person asked for it.
    OwnWish,
}

words!(Revocation {
    ResultAnnulled = "RESULT_ANNULLED",
    Mistake = "MISTAKE",
    OwnWish = "OWN_WISH",
});

impl Certificate {
    pub fn name(&self) -> String {
        format!("certificates/{}", self.id)
    }

    /// # Errors
    /// `CERTIFICATE_OVER` where it was revoked or superseded.
    pub fn is_valid(&self) -> Result<(), Refusal> {
        match self.state {
            State::Valid => Ok(()),
            state => Err(Refusal::CertificateOver { state }),
        }
    }

    pub fn revoke(&mut self, reason: Revocation, now: Timestamp) -> Result<(), Refusal> {
        self.is_valid()?;
        self.state = State::Revoked;
        self.revocation = Some(reason);
        self.ended = Some(now);
        Ok(())
    }

    /// Has another take its place, with what is right by then: once, however often it is asked for. Of a
    /// result that was annulled there is nothing to say.
    ///
    /// # Errors
    /// `REISSUE_IMPOSSIBLE` where it was not revoked, or because its result was annulled.
    pub fn reissue(&mut self, now: Timestamp) -> Result<Change, Refusal> {
        match (self.state, self.revocation) {
            (State::Revoked, Some(Revocation::Mistake | Revocation::OwnWish)) => {}
            (state, _) => return Err(Refusal::ReissueImpossible { state }),
        }
        if self.reissued.is_some() {
            return Ok(Change::Nothing);
        }
        self.reissued = Some(now);
        Ok(Change::Made)
    }

    pub fn supersede(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.is_valid()?;
        self.state = State::Superseded;
        self.ended = Some(now);
        Ok(())
    }
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
