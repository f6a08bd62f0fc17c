//! A place that is offered. An application has one that is open or accepted at most: the database sees
//! to it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::refusal::Refusal;
use crate::domain::{Change, words};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: Uuid,
    pub campaign: String,
    pub round: i32,
    pub application: Uuid,
    pub choice: Uuid,
    pub specialty: Uuid,
    /// None where the person has no account: the college tells them.
    pub account: Option<Uuid>,
    pub state: State,
    pub until: Timestamp,
    pub made: Timestamp,
    pub ended: Option<Timestamp>,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Offered,
    Accepted,
    Declined,
    Lapsed,
    /// The application left the competition.
    Withdrawn,
}

words!(State {
    Offered = "OFFERED",
    Accepted = "ACCEPTED",
    Declined = "DECLINED",
    Lapsed = "LAPSED",
    Withdrawn = "WITHDRAWN",
});

impl Offer {
    pub fn name(&self) -> String {
        format!("campaigns/{}/admissionOffers/{}", self.campaign, self.id)
    }

    /// # Errors
    /// `PLACE_OFFER_LAPSED` from the end of its term on, `PLACE_OFFER_OVER` where it ended before.
    pub fn accept(&mut self, now: Timestamp) -> Result<Change, Refusal> {
        self.answer(State::Accepted, now)
    }

    /// # Errors
    /// As [`Self::accept`].
    pub fn decline(&mut self, now: Timestamp) -> Result<Change, Refusal> {
        self.answer(State::Declined, now)
    }

    /// Ends it, where its term is over and nobody answered.
    pub fn lapse(&mut self, now: Timestamp) -> Change {
        if self.state == State::Offered && now >= self.until {
            self.end(State::Lapsed, now)
        } else {
            Change::Nothing
        }
    }

    /// The application left: the place is free again, accepted or not.
    pub fn withdraw(&mut self, now: Timestamp) -> Change {
        match self.state {
            State::Offered | State::Accepted => self.end(State::Withdrawn, now),
            _ => Change::Nothing,
        }
    }

    fn answer(&mut self, answer: State, now: Timestamp) -> Result<Change, Refusal> {
        match self.state {
            state if state == answer => Ok(Change::Nothing),
            State::Offered if now < self.until => Ok(self.end(answer, now)),
            State::Offered | State::Lapsed => {
                let until = self.until;
                Err(Refusal::PlaceOfferLapsed { until })
            }
            state => Err(Refusal::PlaceOfferOver { state }),
        }
    }

    fn end(&mut self, state: State, now: Timestamp) -> Change {
        self.state = state;
        self.ended = Some(now);
        Change::Made
    }
}
