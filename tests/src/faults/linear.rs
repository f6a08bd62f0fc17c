//! Whether what people were told of one session's seats could have happened one after another.
//!
//! The algorithm is the one of Wing and Gong as Lowe made it quick ("just in time"): the calls are
//! gone through in the order of their beginnings and ends, and all states are kept that the answers so
//! far allow, each with the open calls that have taken effect in it. A call must have taken effect by
//! its end. Unlike a search that goes back, it takes long histories in its stride.

use std::collections::HashSet;

/// What somebody did with a session's seats, and was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Took a seat.
    Takes,
    /// Was told that none is left.
    FindsNone,
    /// Gave a seat back.
    GivesBack,
}

/// One call: from the first try to the answer.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub act: Act,
    pub began_us: u64,
    /// `None`: nobody ever said what came of it, so it may have happened at any time, or never.
    pub ended_us: Option<u64>,
}

/// Seats taken, and which of the open calls had their effect.
type State = (usize, u64);

/// # Errors
/// The number of the call whose answer fits no order.
pub fn check(capacity: usize, spans: &[Span]) -> Result<(), usize> {
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (number, span) in spans.iter().enumerate() {
        moments.push((span.began_us, false, number));
        if let Some(ended) = span.ended_us {
            moments.push((ended, true, number));
        }
    }
    // At the same moment beginnings come first: those calls may overlap.
    moments.sort_unstable();
    let mut open = Open::default();
    let mut states: HashSet<State> = HashSet::from([(0, 0)]);
    for (_, is_end, number) in moments {
        if !is_end {
            open.begin(number, spans[number].act).ok_or(number)?;
            continue;
        }
        let place = open.place_of(number).ok_or(number)?;
        states = open.by_the_end_of(place, capacity, &states);
        if states.is_empty() {
            return Err(number);
        }
        open.end(place);
    }
    Ok(())
}

/// The calls under way, each in a place of its own.
#[derive(Default)]
struct Open {
    places: Vec<Option<(usize, Act)>>,
}

impl Open {
    /// `None` where more than 64 are under way: nobody can say then.
    fn begin(&mut self, number: usize, act: Act) -> Option<()> {
        let free = self.places.iter().position(Option::is_none);
        let place = free.unwrap_or(self.places.len());
        if place >= 64 {
            return None;
        }
        if place == self.places.len() {
            self.places.push(None);
        }
        self.places[place] = Some((number, act));
        Some(())
    }

    fn place_of(&self, number: usize) -> Option<usize> {
        let of_number = |it: &Option<(usize, Act)>| it.is_some_and(|(known, _)| known == number);
        self.places.iter().position(of_number)
    }

    fn end(&mut self, place: usize) {
        self.places[place] = None;
    }

    /// All states in which the call at this place had its effect, without its mark.
    fn by_the_end_of(
        &self,
        place: usize,
        capacity: usize,
        states: &HashSet<State>,
    ) -> HashSet<State> {
        let mark = 1_u64 << place;
        let mut reached = states.clone();
        let mut waiting: Vec<State> = states.iter().copied().collect();
        let mut after = HashSet::new();
        while let Some((taken, done)) = waiting.pop() {
            if done & mark != 0 {
                after.insert((taken, done & !mark));
                continue;
            }
            for (at, call) in self.places.iter().enumerate() {
                let Some((_, act)) = call.filter(|_| done & (1 << at) == 0) else {
                    continue;
                };
                if let Some(taken) = happens(act, taken, capacity)
                    && reached.insert((taken, done | 1 << at))
                {
                    waiting.push((taken, done | 1 << at));
                }
            }
        }
        after
    }
}

/// The seats taken after it; `None` where it can't happen.
fn happens(act: Act, taken: usize, capacity: usize) -> Option<usize> {
    match act {
        Act::Takes => (taken < capacity).then_some(taken + 1),
        Act::FindsNone => (taken == capacity).then_some(taken),
        Act::GivesBack => taken.checked_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::Act::{FindsNone, GivesBack, Takes};
    use super::*;

    fn span(act: Act, began_us: u64, ended_us: u64) -> Span {
        Span {
            act,
            began_us,
            ended_us: Some(ended_us),
        }
    }

    fn lost(act: Act, began_us: u64) -> Span {
        Span {
            act,
            began_us,
            ended_us: None,
        }
    }

    #[test]
    fn one_after_another_is_fine() {
        let spans = [
            span(Takes, 0, 1),
            span(FindsNone, 2, 3),
            span(GivesBack, 4, 5),
            span(Takes, 6, 7),
        ];
        assert_eq!(check(1, &spans), Ok(()));
    }

    #[test]
    fn two_people_on_the_last_seat_are_seen() {
        assert_eq!(check(1, &[span(Takes, 0, 3), span(Takes, 1, 4)]), Err(1));
        assert_eq!(check(2, &[span(Takes, 0, 3), span(Takes, 1, 4)]), Ok(()));
    }

    #[test]
    fn nobody_finds_none_while_a_seat_is_free() {
        let early = [
            span(Takes, 0, 1),
            span(GivesBack, 2, 3),
            span(FindsNone, 4, 5),
        ];
        assert_eq!(check(1, &early), Err(2));
        // Overlapping the return it may have come first.
        let during = [
            span(Takes, 0, 1),
            span(GivesBack, 2, 5),
            span(FindsNone, 3, 6),
        ];
        assert_eq!(check(1, &during), Ok(()));
    }

    #[test]
    fn a_seat_is_not_taken_before_it_is_given_back() {
        let spans = [span(Takes, 0, 1), span(Takes, 2, 3), span(GivesBack, 4, 5)];
        assert_eq!(check(1, &spans), Err(1));
    }

    #[test]
    fn a_call_without_an_answer_may_have_happened_or_not() {
        assert_eq!(check(1, &[lost(Takes, 0), span(FindsNone, 5, 6)]), Ok(()));
        assert_eq!(check(1, &[lost(Takes, 0), span(Takes, 5, 6)]), Ok(()));
        let too_late = [span(FindsNone, 0, 1), lost(Takes, 2)];
        assert_eq!(check(1, &too_late), Err(0));
    }

    #[test]
    fn thousands_of_calls_of_many_people_take_no_time() {
        // Eight at a time; each takes and gives back, three seats, so somebody always waits outside.
        let mut spans = Vec::new();
        for round in 0..2000_u64 {
            let at = round * 100;
            for person in 0..8 {
                let act = if person < 3 { Takes } else { FindsNone };
                spans.push(span(act, at + person, at + 40 + person));
            }
            for person in 0..3 {
                spans.push(span(GivesBack, at + 60 + person, at + 80 + person));
            }
        }
        assert_eq!(check(3, &spans), Ok(()));
    }
}
