//! The places of one specialty while people come one by one: the [choice rule](super::choice) without
//! looking at everybody again. Each stage keeps the best so far with the worst of them on top, so a
//! newcomer costs a look at the top, and a swap where it pays.

use std::collections::BinaryHeap;

use super::guarantee::Guarantee;
use super::lists::Entry;
use super::plan::{Stage, Unfilled};

#[derive(Debug)]
pub struct Seats {
    stages: Vec<Held>,
    /// Places that fell open, and who has them. There are fewer with everybody who comes for the places
    /// that they were.
    freed: Kept,
}

#[derive(Debug)]
enum Held {
    Open(Kept),
    Reserved {
        right: u32,
        kept: Kept,
        unfilled: Unfilled,
    },
    Guaranteed(Guarantee),
}

/// What came of a newcomer in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Has a place that was empty.
    Filled,
    /// Has somebody's place, who goes on to the next stage.
    Instead(u32),
    No,
}

/// The best so far, so many at most.
#[derive(Debug)]
struct Kept {
    places: usize,
    worst_first: BinaryHeap<u32>,
}

impl Kept {
    fn new(places: u32) -> Self {
        Self {
            places: places as usize,
            worst_first: BinaryHeap::new(),
        }
    }

    fn take(&mut self, position: u32) -> Taken {
        if self.worst_first.len() < self.places {
            self.worst_first.push(position);
            return Taken::Filled;
        }
        match self.worst_first.peek_mut() {
            Some(mut worst) if position < *worst => {
                Taken::Instead(std::mem::replace(&mut *worst, position))
            }
            _ => Taken::No,
        }
    }

    /// One place fewer; whoever had it has none.
    fn shrink(&mut self) -> Option<u32> {
        self.places = self.places.saturating_sub(1);
        let too_many = self.worst_first.len() > self.places;
        too_many.then(|| self.worst_first.pop()).flatten()
    }
}

impl Seats {
    /// All of them empty. `quotas` are the rights of the plan's quotas.
    pub fn new(stages: &[Stage], quotas: &[u32]) -> Self {
        let (mut held, mut freed) = (Vec::with_capacity(stages.len()), 0);
        for stage in stages {
            held.push(match stage {
                Stage::Open(places) => Held::Open(Kept::new(*places)),
                Stage::Freed => continue,
                Stage::Guaranteed(parts) => {
                    freed += parts.iter().map(|(_, places)| places).sum::<u32>();
                    Held::Guaranteed(Guarantee::new(parts, quotas))
                }
                Stage::Reserved {
                    quota,
                    places,
                    unfilled,
                } => {
                    freed += if *unfilled == Unfilled::FallOpen {
                        *places
                    } else {
                        0
                    };
                    Held::Reserved {
                        right: quotas[*quota],
                        kept: Kept::new(*places),
                        unfilled: *unfilled,
                    }
                }
            });
        }
        Self {
            stages: held,
            freed: Kept::new(freed),
        }
    }

    /// Somebody comes. Tells who is without a place now: nobody, the newcomer, or one who had one.
    pub fn offer(&mut self, newcomer: u32, list: &[Entry]) -> Option<u32> {
        let mut moving = newcomer;
        for stage in &mut self.stages {
            let rights = list[moving as usize].rights;
            let (taken, falls_open) = match stage {
                Held::Open(kept) => (kept.take(moving), false),
                Held::Reserved { right, .. } if rights & *right == 0 => (Taken::No, false),
                Held::Reserved { kept, unfilled, .. } => {
                    (kept.take(moving), *unfilled == Unfilled::FallOpen)
                }
                Held::Guaranteed(guarantee) => (guarantee.take(moving, list), true),
            };
            match taken {
                // The place may have been lent to somebody as one that fell open.
                Taken::Filled if falls_open => return self.freed.shrink(),
                Taken::Filled => return None,
                Taken::Instead(other) => moving = other,
                Taken::No => {}
            }
        }
        match self.freed.take(moving) {
            Taken::Filled => None,
            Taken::Instead(other) => Some(other),
            Taken::No => Some(moving),
        }
    }

    /// Everybody who has a place, the best first.
    pub fn held(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.freed.worst_first.iter().copied().collect();
        for stage in &self.stages {
            match stage {
                Held::Open(kept) | Held::Reserved { kept, .. } => all.extend(&kept.worst_first),
                Held::Guaranteed(guarantee) => all.extend(guarantee.held()),
            }
        }
        all.sort_unstable();
        all
    }
}
