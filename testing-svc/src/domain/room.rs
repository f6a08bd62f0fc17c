//! A room of a centre, and its timetable in slots of five minutes.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::localized::Localized;
use super::test_center;

/// Marks of one room at most.
pub const MOST_MARKS: usize = 20;

/// The grain of a timetable. Times in a room are whole slots, so that the key of a slot alone decides
/// whether two sessions meet.
const SLOT: SignedDuration = SignedDuration::from_mins(5);

/// The longest that one session can have a room.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    pub id: Uuid,
    pub center: Uuid,
    pub title: Localized,
    pub seats: i32,
    pub accessible_seats: i32,
    /// Codes of what it has, sorted.
    pub equipment: Vec<String>,
    pub version: i32,
}

impl Room {
    pub fn name(&self) -> String {
        name(self.center, self.id)
    }
}

pub fn name(center: Uuid, room: Uuid) -> String {
    format!("{}/rooms/{room}", test_center::name(center))
}

pub fn is_on_grid(time: Timestamp) -> bool {
    time.as_microsecond() % slot_us() == 0
}

/// The slots between two times, the last one whole.
pub fn slots(start: Timestamp, end: Timestamp) -> std::ops::Range<i64> {
    let (start, end) = (start.as_microsecond(), end.as_microsecond());
    let last = end.div_euclid(slot_us()) + i64::from(end.rem_euclid(slot_us()) > 0);
    start.div_euclid(slot_us())..last
}

fn slot_us() -> i64 {
    i64::try_from(SLOT.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn sessions_that_follow_each_other_share_no_slot_and_those_that_meet_share_one() {
        let (ten, half_past, noon) = (
            at("2026-06-10T05:00:00Z"),
            at("2026-06-10T06:30:00Z"),
            at("2026-06-10T07:00:00Z"),
        );
        let first = slots(ten, half_past);
        assert_eq!(first.clone().count(), 18);
        assert_eq!(slots(half_past, noon).start, first.end);
        // Extra time that ends inside a slot takes the whole of it.
        let extra = slots(ten, half_past + SignedDuration::from_secs(1));
        assert_eq!(extra.end, first.end + 1);
    }

    #[test]
    fn whole_five_minutes_are_on_the_grid() {
        assert!(is_on_grid(at("2026-06-10T05:05:00Z")));
        assert!(!is_on_grid(at("2026-06-10T05:02:00Z")));
        assert!(!is_on_grid(at("2026-06-10T05:05:00.000001Z")));
    }
}
