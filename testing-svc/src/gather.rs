//! Whoever comes while a round runs is in the next one: no timer, so nobody waits for company, and the
//! more come the fewer rounds there are.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct Gather<T> {
    /// In one round at most.
    round: usize,
    /// Waiting at most.
    most: usize,
    queue: Mutex<Queue<T>>,
}

struct Queue<T> {
    waiting: VecDeque<T>,
    is_led: bool,
}

/// What somebody who came has to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Joined {
    /// Nobody runs rounds: run them until [`Gather::next`] has none.
    Leads,
    /// Somebody does.
    Follows,
    /// Too many wait already.
    Full,
}

impl<T> Gather<T> {
    pub fn new(round: usize, most: usize) -> Self {
        Self {
            round: round.max(1),
            most,
            queue: Mutex::new(Queue {
                waiting: VecDeque::new(),
                is_led: false,
            }),
        }
    }

    pub fn join(&self, one: T) -> Joined {
        let mut queue = self.locked();
        if queue.waiting.len() >= self.most {
            return Joined::Full;
        }
        queue.waiting.push_back(one);
        if std::mem::replace(&mut queue.is_led, true) {
            Joined::Follows
        } else {
            Joined::Leads
        }
    }

    /// Those of the next round, in the order in which they came. `None` where nobody waits: then the
    /// lead has ended, and whoever comes next takes it.
    pub fn next(&self) -> Option<Vec<T>> {
        let mut queue = self.locked();
        let many = queue.waiting.len().min(self.round);
        if many == 0 {
            queue.is_led = false;
            return None;
        }
        Some(queue.waiting.drain(..many).collect())
    }

    pub fn waiting(&self) -> usize {
        self.locked().waiting.len()
    }

    fn locked(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_leads_and_the_others_are_taken_along_in_their_order() {
        let gather = Gather::new(2, 10);
        assert_eq!(gather.join(1), Joined::Leads);
        assert_eq!(gather.next(), Some(vec![1]));
        for one in 2..=4 {
            assert_eq!(gather.join(one), Joined::Follows);
        }
        assert_eq!(gather.waiting(), 3);
        assert_eq!(gather.next(), Some(vec![2, 3]));
        assert_eq!(gather.next(), Some(vec![4]));
        assert_eq!(gather.next(), None);
        assert_eq!(gather.join(5), Joined::Leads);
    }

    #[test]
    fn who_comes_to_a_full_queue_is_told_so_and_does_not_wait() {
        let gather = Gather::new(1, 2);
        assert_eq!(gather.join(1), Joined::Leads);
        assert_eq!(gather.join(2), Joined::Follows);
        assert_eq!(gather.join(3), Joined::Full);
        assert_eq!(gather.next(), Some(vec![1]));
        assert_eq!(gather.join(3), Joined::Follows);
    }
}
