//! A session: a stage at a time and a place, with seats.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::quota::Needs;
use super::refusal::Refusal;
use super::{room, words};

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
    pub room: Option<Uuid>,
    /// How much longer those at accessible workstations may sit.
    pub extra_time_percent: i32,
    /// Whether a closure fell on it.
    pub closed: bool,
    /// Counts the changes of the plan, not the seats.
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckIn {
    Required,
    NotNeeded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

    /// A session that has begun or was closed has no seats to give.
    pub fn is_open(&self, now: Timestamp) -> Result<(), Refusal> {
        if now >= self.start {
            Err(Refusal::SessionStarted { start: self.start })
        } else if self.closed {
            Err(Refusal::SessionClosed { start: self.start })
        } else {
            Ok(())
        }
    }

    /// When the sitting of a person ends who has so much extra time.
    pub fn end_with(&self, extra_time_percent: i32) -> Timestamp {
        let extra = self.end.duration_since(self.start) * extra_time_percent / 100;
        self.end.saturating_add(extra).unwrap_or(self.end)
    }

    /// The extra time of a person who sits there.
    pub fn extra_time_of(&self, needs: &Needs) -> i32 {
        if needs.accessible {
            self.extra_time_percent
        } else {
            0
        }
    }

    /// The slots for which the room is taken: as long as the last person may sit.
    pub fn slots(&self) -> std::ops::Range<i64> {
        room::slots(self.start, self.end_with(self.extra_time_percent))
    }

    /// Whether people who are booked would notice that the plan changed.
    pub fn is_elsewhere_than(&self, before: &Session) -> bool {
        let plan = |it: &Session| (it.start, it.end, it.center, it.room, it.language);
        plan(self) != plan(before)
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
