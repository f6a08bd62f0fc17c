//! Where a mail is on its way, and when it is tried again.

use jiff::SignedDuration;

/// `QUEUED → SENDING → KEPT | SENT`, by `RETRYING` where an attempt came to nothing, and `FAILED`
/// where there is no use in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Sending,
    Retrying,
    Kept,
    Sent,
    Failed,
}

impl State {
    pub const ALL: [State; 6] = [
        State::Queued,
        State::Sending,
        State::Retrying,
        State::Kept,
        State::Sent,
        State::Failed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Queued => "QUEUED",
            State::Sending => "SENDING",
            State::Retrying => "RETRYING",
            State::Kept => "KEPT",
            State::Sent => "SENT",
            State::Failed => "FAILED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether it is tried again without anybody's doing.
    pub fn is_waiting(self) -> bool {
        matches!(self, State::Queued | State::Sending | State::Retrying)
    }
}

/// Why a mail was not taken: a code of the mail server's or a word of ours, never its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The server is out of reach or not ready: any mail would fare the same.
    Server(String),
    /// This mail was not taken now.
    ForNow(String),
    /// This mail will never be taken.
    ForGood(String),
}

impl Trouble {
    pub fn code(&self) -> &str {
        match self {
            Trouble::Server(code) | Trouble::ForNow(code) | Trouble::ForGood(code) => code,
        }
    }
}

/// Before a try that takes longer is thought dead and the mail is anybody's again. Longer than the
/// longest wait for a mail server.
pub const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// The pauses after the first, second, … attempt: a day in all. The first are short, because a mail
/// may hold a code that is good for ten minutes.
pub const PAUSES: [SignedDuration; 8] = [
    SignedDuration::from_secs(15),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(4),
    SignedDuration::from_mins(15),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(4),
    SignedDuration::from_hours(8),
    SignedDuration::from_hours(10),
];

/// How long to wait after this many attempts; `None` where there is no use in another.
///
/// `dice` makes a pause longer by up to a quarter, so that a server that comes back is not met by
/// everything at once.
pub fn pause(attempts: i32, trouble: &Trouble, dice: u8) -> Option<SignedDuration> {
    if matches!(trouble, Trouble::ForGood(_)) {
        return None;
    }
    let done = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let pause = PAUSES.get(done)?;
    Some(*pause + *pause * i32::from(dice) / (4 * 255))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_by_the_table_and_by_chance_and_end() {
        let trouble = Trouble::ForNow("451".into());
        let waits = |dice| (1..=9).map(move |n| pause(n, &Trouble::ForNow("451".into()), dice));
        let shortest: Vec<_> = waits(0).flatten().map(|it| it.as_secs()).collect();
        assert_eq!(shortest, [15, 60, 240, 900, 3600, 14_400, 28_800, 36_000]);
        let longest: Vec<_> = waits(255).flatten().map(|it| it.as_millis()).collect();
        let quarter_more = shortest.iter().map(|it| i128::from(*it) * 1250);
        assert_eq!(longest, quarter_more.collect::<Vec<_>>());
        assert_eq!(
            pause(9, &trouble, 0),
            None,
            "after nine attempts it is over"
        );
        assert_eq!(pause(0, &trouble, 0), None, "nothing was tried");
    }

    #[test]
    fn what_the_server_will_never_take_is_not_tried_again() {
        assert_eq!(pause(1, &Trouble::ForGood("550".into()), 0), None);
        assert!(pause(1, &Trouble::Server("UNREACHABLE".into()), 0).is_some());
    }

    #[test]
    fn states_are_kept_by_their_names() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.as_str()), Some(state));
        }
        assert_eq!(State::from_name("LOST"), None);
    }
}
