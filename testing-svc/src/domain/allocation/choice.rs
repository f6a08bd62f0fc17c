//! The choice rule: whom a specialty takes out of those who want to come. Written as it is meant, with all
//! candidates in view; [`seats`](super::seats) does the same one newcomer at a time, and tests hold the two
//! together.
//!
//! Stages are filled one after the other, each with the best of those who are left and may take part in it.
//! One newcomer can push at most one person out of a stage, and that one can only do the same in later
//! ones. So whoever was not taken before is not taken now, which is all that deferred acceptance needs.

use super::lists::Entry;
use super::plan::{Stage, Unfilled};

/// By what somebody got a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    Open,
    /// A place that nobody with a right to it wanted.
    Freed,
    /// A reserved place, by the quota's number in the plan.
    Reserved(usize),
    /// One of those that some right is guaranteed. Which one is not always one: people with several
    /// rights are counted so that the most are fulfilled.
    Guaranteed,
}

/// Those who are taken, by position, the best first. `list` is the specialty's, `quotas` the right of each
/// quota of its plan, `candidates` positions in order.
pub fn choose(
    stages: &[Stage],
    quotas: &[u32],
    list: &[Entry],
    candidates: &[u32],
) -> Vec<(u32, Seat)> {
    let mut left: Vec<u32> = candidates.to_vec();
    let (mut taken, mut freed) = (Vec::new(), 0);
    for stage in stages {
        let rights = |position: &u32| list[*position as usize].rights;
        let (found, seat, falls_open) = match stage {
            Stage::Open(places) => (first(&left, *places, |_| true), Seat::Open, 0),
            Stage::Freed => (first(&left, freed, |_| true), Seat::Freed, 0),
            Stage::Reserved {
                quota,
                places,
                unfilled,
            } => {
                let found = first(&left, *places, |it| rights(it) & quotas[*quota] != 0);
                let empty = places - len(&found);
                let falls_open = if *unfilled == Unfilled::FallOpen {
                    empty
                } else {
                    0
                };
                (found, Seat::Reserved(*quota), falls_open)
            }
            Stage::Guaranteed(parts) => {
                let mut sets = Sets::new(parts, quotas);
                let found = left.iter().filter(|it| sets.take(rights(it), **it));
                let found: Vec<u32> = found.copied().collect();
                let places: u32 = parts.iter().map(|(_, places)| places).sum();
                let empty = places - len(&found);
                (found, Seat::Guaranteed, empty)
            }
        };
        freed += falls_open;
        left.retain(|it| found.binary_search(it).is_err());
        taken.extend(found.into_iter().map(|it| (it, seat)));
    }
    taken.sort_unstable_by_key(|(position, _)| *position);
    taken
}

fn first(left: &[u32], places: u32, may: impl Fn(&u32) -> bool) -> Vec<u32> {
    let found = left.iter().filter(|it| may(it));
    found.take(places as usize).copied().collect()
}

fn len(found: &[u32]) -> u32 {
    u32::try_from(found.len()).unwrap_or(u32::MAX)
}

/// How full every set of guaranteed quotas is. People fit if, for every set of quotas, no more of them
/// have rights to nothing but these than these have places (Hall's condition).
#[derive(Debug)]
pub struct Sets {
    /// The right of each quota.
    rights: Vec<u32>,
    /// By set: places, people with rights to nothing else, the position of the worst of them.
    places: Vec<u32>,
    people: Vec<u32>,
    worst: Vec<u32>,
}

impl Sets {
    pub fn new(parts: &[(usize, u32)], quotas: &[u32]) -> Self {
        let sets = 1 << parts.len();
        let mut places = vec![0; sets];
        for (set, all) in places.iter_mut().enumerate() {
            let inside = parts
                .iter()
                .enumerate()
                .filter(|(at, _)| set >> at & 1 == 1);
            *all = inside.map(|(_, (_, places))| places).sum();
        }
        Self {
            rights: parts.iter().map(|(quota, _)| quotas[*quota]).collect(),
            places,
            people: vec![0; sets],
            worst: vec![0; sets],
        }
    }

    /// The quotas here that somebody with these rights counts for, as a set.
    fn own(&self, rights: u32) -> usize {
        let own = self
            .rights
            .iter()
            .enumerate()
            .filter(|(_, right)| rights & **right != 0);
        own.fold(0, |set, (at, _)| set | 1 << at)
    }

    fn around(&self, own: usize) -> impl Iterator<Item = usize> + use<> {
        (0..self.places.len()).filter(move |set| set & own == own)
    }

    /// Takes somebody in, if they fit.
    pub fn take(&mut self, rights: u32, position: u32) -> bool {
        let own = self.own(rights);
        let fits = own != 0
            && self
                .around(own)
                .all(|set| self.people[set] < self.places[set]);
        if fits {
            for set in self.around(own) {
                self.people[set] += 1;
                self.worst[set] = self.worst[set].max(position);
            }
        }
        fits
    }

    /// Behind whom somebody with these rights would have to be: the worst of those who keep them out. None:
    /// there is a place; or no right at all.
    pub fn door(&self, rights: u32) -> Door {
        let own = self.own(rights);
        if own == 0 {
            return Door::Shut;
        }
        // Full sets that overlap are full together and where they meet: the smallest keeps out.
        let full = self
            .around(own)
            .filter(|set| self.people[*set] == self.places[*set]);
        match full.reduce(|all, set| all & set) {
            None => Door::Vacant,
            Some(set) if self.people[set] == 0 => Door::Shut,
            Some(set) => Door::Behind(self.worst[set]),
        }
    }
}

/// What it takes to get into a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// No place of it is for this person.
    Shut,
    /// A better claim than this position.
    Behind(u32),
    Vacant,
}
