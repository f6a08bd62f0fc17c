//! A session: a stage at a time and a place, with seats.

use jiff::Timestamp;
use uuid::Uuid;

use super::refusal::Refusal;
use super::words;

/// The most seats one session can have.
pub const MOST_SEATS: i32 = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    pub campaign: String,
    pub stage: Uuid,
    pub center: Uuid,
    pub start: Timestamp,
    pub end: Timestamp,
    pub capacity: i32,
    /// Seats that are held or booked. The table's check keeps it within the capacity.
    pub taken: i32,
    /// The language of the test; none where the person chooses there.
    pub language: Option<Language>,
    pub check_in: CheckIn,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckIn {
    Required,
    NotNeeded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Kk,
    Ru,
    En,
}

words!(Language {
    Kk = "kk",
    Ru = "ru",
    En = "en",
});

impl Session {
    pub fn name(&self) -> String {
        name(&self.campaign, self.stage, self.id)
    }

    /// A session that has begun has no seats to give.
    pub fn is_open(&self, now: Timestamp) -> Result<(), Refusal> {
        if now < self.start {
            Ok(())
        } else {
            Err(Refusal::SessionStarted { start: self.start })
        }
    }
}

pub fn name(campaign: &str, stage: Uuid, session: Uuid) -> String {
    format!("campaigns/{campaign}/stages/{stage}/sessions/{session}")
}

/// What is wrong with the times of a session to be made: the field and the reason.
pub fn wrong_times(
    start: Timestamp,
    end: Timestamp,
    now: Timestamp,
) -> Vec<(&'static str, &'static str)> {
    let mut wrong = Vec::new();
    if start <= now {
        wrong.push(("session.start_time", "TIME_IN_PAST"));
    }
    if end <= start {
        wrong.push(("session.end_time", "TIMES_BACKWARDS"));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_comes_after_the_start_and_the_start_after_now() {
        let at = |s| Timestamp::from_second(s).expect("an instant");
        assert_eq!(wrong_times(at(2), at(3), at(1)), []);
        assert_eq!(
            wrong_times(at(1), at(1), at(1)),
            [
                ("session.start_time", "TIME_IN_PAST"),
                ("session.end_time", "TIMES_BACKWARDS"),
            ]
        );
    }
}
