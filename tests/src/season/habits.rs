//! What happens to people on the way, dealt by the seed.

use super::dice::Dice;
use super::plan::{Fate, share};

/// What happens to a person on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Habits {
    /// Types the IIN wrong at first.
    pub mistypes_iin: bool,
    /// Types the code of the mail wrong at first.
    pub mistypes_code: bool,
    /// Types fields of the questionnaire wrong at first.
    pub mistypes_fields: bool,
    /// Forgets the password and gets another.
    pub forgets_password: bool,
    /// Saves a section in two windows at once.
    pub has_two_windows: bool,
    /// Loses answers and sends the same again.
    pub loses_answers: bool,
    /// Registers a second time.
    pub registers_twice: bool,
    /// Has the refresh token stolen and used.
    pub is_robbed: bool,
    /// Wants the session that everybody wants.
    pub wants_the_popular_session: bool,
    /// Moves the booking to another session.
    pub moves: bool,
    /// Cancels the booking and takes another.
    pub cancels: bool,
    /// Books and does not come.
    pub stays_away: bool,
    /// Is not content with a result.
    pub appeals: bool,
    /// Is sent out of the first test.
    pub breaks_rules: bool,
    /// Has the power fail in the middle of a test.
    pub is_interrupted: bool,
    /// Would rather wait for the popular session than take another.
    pub waits: bool,
    /// Needs an accessible workstation.
    pub needs_access: bool,
    /// Asks for the application back after submitting, to add something.
    pub asks_back: bool,
}

/// A habit: the name of its own dice, how many in a hundred have it, of whom, and its mark.
type Habit = (&'static str, usize, fn(Fate) -> bool, fn(&mut Habits));

const DEALT: [Habit; 18] = [
    ("iin", 6, |_| true, |it| it.mistypes_iin = true),
    ("code", 6, |_| true, |it| it.mistypes_code = true),
    ("fields", 12, Fate::submits, |it| it.mistypes_fields = true),
    ("password", 5, Fate::submits, |it| {
        it.forgets_password = true
    }),
    ("windows", 6, Fate::submits, |it| it.has_two_windows = true),
    ("answers", 15, Fate::submits, |it| it.loses_answers = true),
    ("twice", 3, Fate::submits, |it| it.registers_twice = true),
    ("robbed", 3, Fate::submits, |it| it.is_robbed = true),
    ("popular", 70, Fate::is_accepted, |it| {
        it.wants_the_popular_session = true
    }),
    ("moves", 8, Fate::is_accepted, |it| it.moves = true),
    ("cancels", 6, Fate::is_accepted, |it| it.cancels = true),
    ("away", 4, Fate::is_accepted, |it| it.stays_away = true),
    ("waits", 10, Fate::is_accepted, |it| it.waits = true),
    ("appeals", 4, Fate::is_accepted, |it| it.appeals = true),
    (
        "rules",
        2,
        |it| it == Fate::Accepted,
        |it| it.breaks_rules = true,
    ),
    ("access", 2, Fate::is_accepted, |it| it.needs_access = true),
    ("power", 3, Fate::is_accepted, |it| it.is_interrupted = true),
    (
        "back",
        5,
        |it| it == Fate::Accepted,
        |it| it.asks_back = true,
    ),
];

/// Each habit is dealt on its own, so that a person may have several; one at least has each.
pub fn deal(seed: u64, fates: &[Fate]) -> Vec<Habits> {
    let mut all = vec![Habits::default(); fates.len()];
    for (name, percent, who, set) in DEALT {
        let mut at: Vec<usize> = (0..fates.len()).filter(|at| who(fates[*at])).collect();
        Dice::about(seed, name).shuffle(&mut at);
        at.truncate(share(at.len(), percent));
        at.into_iter().for_each(|at| set(&mut all[at]));
    }
    // The session with accessible workstations is theirs from the first to the last.
    for it in all.iter_mut().filter(|it| it.needs_access) {
        (it.moves, it.cancels, it.waits, it.stays_away) = (false, false, false, false);
        (it.wants_the_popular_session, it.loses_answers) = (false, false);
    }
    all
}
