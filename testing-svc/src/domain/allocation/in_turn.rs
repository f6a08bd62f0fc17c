//! Today's way: each specialty ranks by itself and offers its places in rounds. Whoever has offers keeps
//! the best and refuses the others, whose places are offered in the next round, until there are no more
//! rounds. What nobody was asked about by then stays empty.

use serde::{Deserialize, Serialize};

use super::Placed;
use super::choice::choose;
use super::lists::Lists;

/// What an accepted offer means for the lists that one waits on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Acceptance {
    /// Papers are handed in: one leaves all other lists, also those that one would have liked better.
    Final,
    /// One stays on the lists that one would like better, and gives the place back if they come to it.
    UntilBetter,
}

struct Rounds<'a> {
    lists: &'a Lists,
    acceptance: Acceptance,
    placed: Placed,
    /// By specialty and position: whether somebody left the list.
    left: Vec<Vec<bool>>,
    /// Specialties whose lists changed since they last made offers.
    changed: Vec<bool>,
}

pub fn place(lists: &Lists, rounds: u32, acceptance: Acceptance) -> Placed {
    let specialties = 0..lists.specialties();
    let mut turn = Rounds {
        lists,
        acceptance,
        placed: vec![None; lists.applicants()],
        left: specialties
            .map(|it| vec![false; lists.of(it).len()])
            .collect(),
        changed: vec![true; lists.stages.len()],
    };
    for _ in 0..rounds {
        let offers = turn.offers();
        if !turn.answer(offers) {
            break;
        }
    }
    turn.placed
}

impl Rounds<'_> {
    /// The offers of a round, by applicant and choice. Who has one already is offered it again: the rule
    /// takes nobody's place back because others left.
    fn offers(&mut self) -> Vec<(u32, u8)> {
        let mut offers = Vec::new();
        for specialty in 0..self.lists.specialties() {
            let at = specialty as usize;
            if !std::mem::take(&mut self.changed[at]) {
                continue;
            }
            let list = self.lists.of(specialty);
            let there = (0_u32..).zip(&self.left[at]).filter(|(_, left)| !**left);
            let there: Vec<u32> = there.map(|(position, _)| position).collect();
            let (stages, quotas) = (&self.lists.stages[at], &self.lists.quotas[at]);
            let chosen = choose(stages, quotas, list, &there);
            offers.extend(chosen.iter().map(|(position, _)| {
                let entry = list[*position as usize];
                (entry.applicant, entry.choice)
            }));
        }
        // Each applicant's best offer comes first.
        offers.sort_unstable();
        offers
    }

    /// What people do with their offers. Tells whether any place is free to be offered again.
    fn answer(&mut self, offers: Vec<(u32, u8)>) -> bool {
        let mut any = false;
        for of_one in offers.chunk_by(|a, b| a.0 == b.0) {
            let (applicant, best) = of_one[0];
            let before = self.placed[applicant as usize];
            let kept = before.map_or(best, |it| it.min(best));
            let news = before != Some(kept);
            self.placed[applicant as usize] = Some(kept);
            let given_back = before.filter(|it| *it != kept);
            let refused = of_one.iter().map(|(_, choice)| *choice).chain(given_back);
            for choice in refused.filter(|it| *it != kept) {
                any |= self.leave(applicant, choice);
            }
            if news && self.acceptance == Acceptance::Final {
                let others = (0..self.lists.wishes(applicant)).filter(|it| *it != kept);
                for choice in others {
                    any |= self.leave(applicant, choice);
                }
            }
        }
        any
    }

    fn leave(&mut self, applicant: u32, choice: u8) -> bool {
        let Some((specialty, Some(position))) = self.lists.wish(applicant, choice) else {
            return false;
        };
        let left = &mut self.left[specialty as usize][position as usize];
        self.changed[specialty as usize] |= !*left;
        !std::mem::replace(left, true)
    }
}
