//! Why, for each choice of one applicant: "31st for 28 places; the last admitted had 4.62". Values only;
//! the sentences, in three languages, are made where people read them.

use super::check::Admission;
use super::choice::{Door, Seat};
use super::market::Claim;
use super::run::Run;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Something is missing for a rank there; the rating says what.
    NotRanked,
    Admitted {
        standing: Standing,
        seat: Seat,
    },
    /// A choice that was liked better was got.
    NotNeeded,
    /// There is no place that this person could have: none at all, or all kept for others.
    NoPlaces(Standing),
    /// Others had better claims; the last of them.
    Behind(Standing, Last),
    /// Claims alone would have been enough. Only offers in turn do this: the rounds ended, or the person
    /// had left the list for something else.
    PassedOver(Standing, Option<Last>),
}

/// Where somebody stands at a specialty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Rank and score there.
    pub claim: Claim,
    /// How many were ranked.
    pub ranked: u32,
    pub places: u32,
}

/// The last who got in where this person could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    pub claim: Claim,
    /// Where the claims are equal: the number that the person drew, and the last one's. Lower is better.
    pub draws: Option<(u64, u64)>,
}

/// The reasons of a run.
#[derive(Debug)]
pub struct Reasons<'a> {
    run: &'a Run<'a>,
    admissions: Vec<Admission>,
}

impl<'a> Reasons<'a> {
    pub fn of(run: &'a Run<'a>) -> Self {
        let lists = &run.lists;
        let members = (0_u32..).zip(lists.members(&run.placed));
        let admissions = members.map(|(specialty, members)| {
            let at = specialty as usize;
            let list = lists.of(specialty);
            Admission::of(&lists.stages[at], &lists.quotas[at], list, &members)
        });
        Self {
            run,
            admissions: admissions.collect(),
        }
    }

    /// For each choice of an applicant, in their order; none where there is no such applicant.
    pub fn explain(&self, number: &str) -> Option<Vec<Why>> {
        let at = self.run.market.find(number)?;
        let applicant = u32::try_from(at).ok()?;
        let got = self.run.placed[at];
        let choices = 0..self.run.lists.wishes(applicant);
        Some(
            choices
                .map(|choice| self.why(applicant, choice, got))
                .collect(),
        )
    }

    fn why(&self, applicant: u32, choice: u8, got: Option<u8>) -> Why {
        let wish = self.run.lists.wish(applicant, choice);
        let Some((specialty, Some(position))) = wish else {
            return Why::NotRanked;
        };
        let Some(claim) = self.run.claim(specialty, position) else {
            return Why::NotRanked;
        };
        let list = self.run.lists.of(specialty);
        let standing = Standing {
            claim,
            ranked: u32::try_from(list.len()).unwrap_or(u32::MAX),
            places: self.run.market.specialties[specialty as usize].plan.places,
        };
        let admission = &self.admissions[specialty as usize];
        match got {
            Some(got) if got == choice => Why::Admitted {
                standing,
                seat: admission.seat(position).unwrap_or(Seat::Open),
            },
            Some(got) if got < choice => Why::NotNeeded,
            _ => match admission.door(list[position as usize].rights) {
                Door::Shut => Why::NoPlaces(standing),
                Door::Vacant => Why::PassedOver(standing, None),
                Door::Behind(last) => match self.last(specialty, position, last) {
                    None => Why::NoPlaces(standing),
                    Some(it) if position < last => Why::PassedOver(standing, Some(it)),
                    Some(it) => Why::Behind(standing, it),
                },
            },
        }
    }

    fn last(&self, specialty: u32, position: u32, last: u32) -> Option<Last> {
        let list = self.run.lists.of(specialty);
        let (own, other) = (list[position as usize], list[last as usize]);
        Some(Last {
            claim: self.run.claim(specialty, last)?,
            draws: (own.rank == other.rank).then_some((own.draw, other.draw)),
        })
    }
}
