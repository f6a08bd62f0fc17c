//! What came of each wish of a run, as it is kept, and the sentence that says why.

use uuid::Uuid;

use crate::domain::allocation::choice::Seat;
use crate::domain::allocation::explain::{Last, Standing, Why};
use crate::domain::allocation::plan::Plan;
use crate::domain::ranking::points::Points;
use crate::domain::score::Score;
use crate::domain::words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Admitted,
    NotNeeded,
    Behind,
    NoPlaces,
    NotRanked,
    PassedOver,
}

words!(Outcome {
    Admitted = "ADMITTED",
    NotNeeded = "NOT_NEEDED",
    Behind = "BEHIND",
    NoPlaces = "NO_PLACES",
    NotRanked = "NOT_RANKED",
    PassedOver = "PASSED_OVER",
});

/// What came of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceOutcome {
    pub choice: Uuid,
    pub application: Uuid,
    /// The number of the application.
    pub number: String,
    pub specialty: Uuid,
    /// From 1.
    pub preference: u32,
    pub outcome: Outcome,
    pub standing: Option<Stood>,
    pub last: Option<LastIn>,
    /// The right by which a place was got.
    pub quota: Option<String>,
}

/// Where somebody stood among those of the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stood {
    pub rank: u32,
    pub score: Score,
    pub ranked: u32,
    pub places: u32,
}

/// The last who got in where this person could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastIn {
    pub rank: u32,
    pub score: Score,
}

/// Where a wish came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    pub choice: Uuid,
    pub application: Uuid,
    pub specialty: Uuid,
    pub preference: u32,
}

impl ChoiceOutcome {
    /// `plan` is that of the specialty.
    pub fn new(wish: Wish, number: &str, why: Why, plan: &Plan) -> Self {
        let code = |at: usize| plan.quotas.get(at).map(|it| it.code.clone());
        let (outcome, standing, last, quota) = match why {
            Why::NotRanked => (Outcome::NotRanked, None, None, None),
            Why::NotNeeded => (Outcome::NotNeeded, None, None, None),
            Why::Admitted { standing, seat } => {
                let quota = match seat {
                    Seat::Reserved(at) => code(at),
                    Seat::Open | Seat::Freed | Seat::Guaranteed => None,
                };
                (Outcome::Admitted, Some(standing), None, quota)
            }
            Why::NoPlaces(standing) => (Outcome::NoPlaces, Some(standing), None, None),
            Why::Behind(standing, last) => (Outcome::Behind, Some(standing), Some(last), None),
            Why::PassedOver(standing, last) => (Outcome::PassedOver, Some(standing), last, None),
        };
        Self {
            choice: wish.choice,
            application: wish.application,
            number: number.to_owned(),
            specialty: wish.specialty,
            preference: wish.preference,
            outcome,
            standing: standing.map(stood),
            last: last.map(last_in),
            quota,
        }
    }

    /// The message that says why, and what it is filled in with.
    pub fn told(&self) -> (&'static str, Vec<(&'static str, String)>) {
        let mut args = Vec::new();
        if let Some(own) = self.standing {
            let score = shown_beside(own.score, self.last.map(|it| it.score));
            args.push(("rank", own.rank.to_string()));
            args.push(("ranked", own.ranked.to_string()));
            args.push(("places", own.places.to_string()));
            args.push(("score", score));
            if let Some(last) = self.last {
                args.push(("last", shown_beside(last.score, Some(own.score))));
            }
        }
        (self.message(), args)
    }

    fn message(&self) -> &'static str {
        match (self.outcome, self.standing, self.last) {
            (Outcome::Admitted, ..) if self.quota.is_some() => "ADMISSION_ADMITTED_BY_RIGHT",
            (Outcome::Admitted, ..) => "ADMISSION_ADMITTED",
            (Outcome::NotNeeded, ..) => "ADMISSION_NOT_NEEDED",
            (Outcome::Behind, Some(own), Some(last)) if own.rank == last.rank => {
                "ADMISSION_BEHIND_BY_LOT"
            }
            (Outcome::Behind, Some(own), Some(last)) if own.score == last.score => {
                "ADMISSION_BEHIND_BY_TIE"
            }
            (Outcome::Behind, ..) => "ADMISSION_BEHIND",
            (Outcome::NoPlaces, ..) => "ADMISSION_NO_PLACES",
            (Outcome::NotRanked, ..) => "ADMISSION_NOT_RANKED",
            (Outcome::PassedOver, ..) => "ADMISSION_PASSED_OVER",
        }
    }
}

fn stood(it: Standing) -> Stood {
    Stood {
        rank: it.claim.rank,
        score: it.claim.score,
        ranked: it.ranked,
        places: it.places,
    }
}

fn last_in(it: Last) -> LastIn {
    LastIn {
        rank: it.claim.rank,
        score: it.claim.score,
    }
}

/// With two digits after the point, as people read results.
pub fn shown(score: Score) -> String {
    Points::new(score.0.into(), 1).shown(2)
}

/// With as many digits as it takes to tell two results that differ apart.
fn shown_beside(score: Score, other: Option<Score>) -> String {
    match other {
        Some(other) if other != score && shown(other) == shown(score) => {
            Points::new(score.0.into(), 1).shown(4)
        }
        _ => shown(score),
    }
}
