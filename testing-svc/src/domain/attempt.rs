//! An attempt: sitting the test of a booking.

use jiff::Timestamp;
use uuid::Uuid;

use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub id: Uuid,
    pub campaign: String,
    pub booking: Uuid,
    pub state: State,
    /// The candidate's number in the campaign: it tells nothing about the person.
    pub candidate_number: String,
    pub started: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Awaiting,
    Authorized,
    Active,
    Paused,
    Finished,
    Terminated,
    NoShow,
}

words!(State {
    Awaiting = "AWAITING",
    Authorized = "AUTHORIZED",
    Active = "ACTIVE",
    Paused = "PAUSED",
    Finished = "FINISHED",
    Terminated = "TERMINATED",
    NoShow = "NO_SHOW",
});

impl Attempt {
    pub fn name(&self) -> String {
        name(&self.campaign, self.booking, self.id)
    }
}

pub fn name(campaign: &str, booking: Uuid, attempt: Uuid) -> String {
    format!("campaigns/{campaign}/bookings/{booking}/attempts/{attempt}")
}
