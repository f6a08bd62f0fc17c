//! What must be true of a result, looked at anew: from who was placed where alone, by the rule itself, and
//! not by anything that placed them.

use serde::{Deserialize, Serialize};

use super::Placed;
use super::choice::{Door, Seat, Sets, choose};
use super::lists::{Entry, Lists};
use super::plan::{Stage, Unfilled};

/// What was found. Of a run that is published the first two are nothing; of deferred acceptance all are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// People who have a place that the rule would not give them: one too many, or kept for others.
    pub wrongly_placed: u32,
    /// People placed at what they did not wish for, or have no rank for.
    pub unasked: u32,
    /// People whom a specialty that they would have liked better would take, with those that it has.
    pub passed_over: u32,
    /// Places that stayed empty though somebody who would have liked them better could have had them.
    pub left_empty: u32,
}

impl Findings {
    pub fn is_sound(&self) -> bool {
        self.wrongly_placed == 0 && self.unasked == 0
    }

    pub fn is_stable(&self) -> bool {
        *self == Self::default()
    }
}

/// A specialty with those whom it has: what it would take to get in.
#[derive(Debug)]
pub struct Admission {
    pub members: Vec<(u32, Seat)>,
    doors: Vec<StageDoor>,
}

#[derive(Debug)]
enum StageDoor {
    /// For everybody, or for those with a right.
    Plain {
        right: Option<u32>,
        door: Door,
    },
    Guaranteed(Sets),
}

impl Admission {
    pub fn of(stages: &[Stage], quotas: &[u32], list: &[Entry], members: &[u32]) -> Self {
        let members = choose(stages, quotas, list, members);
        let mut freed = 0;
        let doors = stages.iter().map(|stage| {
            let plain = |seat, places: u32, right| {
                let inside = members.iter().filter(|(_, it)| *it == seat);
                let inside: Vec<u32> = inside.map(|(position, _)| *position).collect();
                let empty = places.saturating_sub(u32::try_from(inside.len()).unwrap_or(u32::MAX));
                let door = match inside.last() {
                    _ if empty > 0 => Door::Vacant,
                    Some(worst) => Door::Behind(*worst),
                    None => Door::Shut,
                };
                (StageDoor::Plain { right, door }, empty)
            };
            match stage {
                Stage::Open(places) => plain(Seat::Open, *places, None).0,
                Stage::Freed => plain(Seat::Freed, freed, None).0,
                Stage::Reserved {
                    quota,
                    places,
                    unfilled,
                } => {
                    let right = Some(quotas[*quota]);
                    let (door, empty) = plain(Seat::Reserved(*quota), *places, right);
                    freed += if *unfilled == Unfilled::FallOpen {
                        empty
                    } else {
                        0
                    };
                    door
                }
                Stage::Guaranteed(parts) => {
                    let mut sets = Sets::new(parts, quotas);
                    let places: u32 = parts.iter().map(|(_, places)| places).sum();
                    let inside = members.iter().filter(|(_, it)| *it == Seat::Guaranteed);
                    let taken = inside.filter(|(it, _)| sets.take(list[*it as usize].rights, *it));
                    freed += places - u32::try_from(taken.count()).unwrap_or(u32::MAX).min(places);
                    StageDoor::Guaranteed(sets)
                }
            }
        });
        let doors = doors.collect();
        Self { members, doors }
    }

    /// By what somebody is there; none who is not.
    pub fn seat(&self, position: u32) -> Option<Seat> {
        let found = self.members.binary_search_by_key(&position, |(it, _)| *it);
        found.ok().map(|at| self.members[at].1)
    }

    /// The easiest way in for somebody with these rights: whoever gets into any stage stays, for the others
    /// are pushed on and never back.
    pub fn door(&self, rights: u32) -> Door {
        let doors = self.doors.iter().map(|stage| match stage {
            StageDoor::Plain {
                right: Some(right), ..
            } if rights & right == 0 => Door::Shut,
            StageDoor::Plain { door, .. } => *door,
            StageDoor::Guaranteed(sets) => sets.door(rights),
        });
        doors.fold(Door::Shut, |easiest, door| match (easiest, door) {
            (Door::Vacant, _) | (_, Door::Vacant) => Door::Vacant,
            (Door::Behind(a), Door::Behind(b)) => Door::Behind(a.max(b)),
            (Door::Shut, other) | (other, Door::Shut) => other,
        })
    }

    /// Whether the specialty would take somebody too who is not there.
    pub fn would_take(&self, position: u32, list: &[Entry]) -> bool {
        match self.door(list[position as usize].rights) {
            Door::Shut => false,
            Door::Behind(worst) => position < worst,
            Door::Vacant => true,
        }
    }
}

pub fn check(lists: &Lists, placed: &Placed) -> Findings {
    let mut findings = Findings::default();
    let mut passed_over = vec![false; lists.applicants()];
    for (applicant, choice) in (0_u32..).zip(placed) {
        let wish = choice.map(|choice| lists.wish(applicant, choice));
        findings.unasked += u32::from(wish.is_some_and(|it| !matches!(it, Some((_, Some(_))))));
    }
    for (specialty, members) in (0_u32..).zip(lists.members(placed)) {
        let at = specialty as usize;
        let (stages, quotas, list) = (&lists.stages[at], &lists.quotas[at], lists.of(specialty));
        let admission = Admission::of(stages, quotas, list, &members);
        findings.wrongly_placed += number(members.len() - admission.members.len());
        let wanting = (0_u32..).zip(list).filter(|(_, it)| prefers(it, placed));
        let wanting: Vec<u32> = wanting.map(|(position, _)| position).collect();
        let mut blocked = false;
        for position in &wanting {
            if admission.would_take(*position, list) {
                passed_over[list[*position as usize].applicant as usize] = true;
                blocked = true;
            }
        }
        if blocked {
            let mut all = [members, wanting].concat();
            all.sort_unstable();
            let most = choose(stages, quotas, list, &all).len();
            findings.left_empty += number(most.saturating_sub(admission.members.len()));
        }
    }
    findings.passed_over = number(passed_over.iter().filter(|it| **it).count());
    findings
}

/// Whether somebody would like this better than what they have.
fn prefers(entry: &Entry, placed: &Placed) -> bool {
    placed[entry.applicant as usize].is_none_or(|choice| entry.choice < choice)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
