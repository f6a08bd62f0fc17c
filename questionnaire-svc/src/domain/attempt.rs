//! Attempts: how often somebody may sit the test of a programme in a year, and what is free of it.
//!
//! An application takes the first attempt of the year that is not taken, when it is submitted first; one
//! that ends without a test gives it back. What a paid one costs, and how it is paid, is not known here.

use chassis::violation::Violations;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// More than this a year is a mistake in the campaign.
const MOST: i32 = 10;

/// How many applications of a person count in a calendar year, over the campaigns of the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    pub free: i32,
    pub paid: i32,
}

/// Which sort of attempt an application takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Free,
    Paid,
}

impl Kind {
    /// As in the contract, without prefix.
    pub fn code(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Paid => "PAID",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Free, Self::Paid]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

impl Allowance {
    /// The numbers of the attempts of a year, free ones first.
    pub fn numbers(self) -> impl Iterator<Item = i32> {
        1..=self.free + self.paid
    }

    /// What the attempt with this number is.
    pub fn kind(self, number: i32) -> Kind {
        if number <= self.free {
            Kind::Free
        } else {
            Kind::Paid
        }
    }

    /// Every attempt of the year is taken.
    pub fn used_up(self, year: i16) -> Refusal {
        Refusal::AttemptsUsedUp {
            free: self.free,
            paid: self.paid,
            year,
        }
    }

    /// What is wrong with it, by the paths of CreateCampaign.
    pub(super) fn violations(self, wrong: &mut Violations) {
        for (field, number) in [
            ("campaign.rules.free_attempts_per_year", self.free),
            ("campaign.rules.paid_attempts_per_year", self.paid),
        ] {
            if !(0..=MOST).contains(&number) {
                let limits = [("min", "0".to_owned()), ("max", MOST.to_string())];
                wrong.add_with(field, "OUT_OF_RANGE", limits);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_attempts_of_a_year_are_free_and_the_others_are_paid() {
        let kinds = |free, paid| {
            let allowance = Allowance { free, paid };
            let kinds = allowance.numbers().map(|it| allowance.kind(it).code());
            kinds.collect::<Vec<_>>()
        };
        assert_eq!(kinds(1, 1), ["FREE", "PAID"]);
        assert_eq!(kinds(2, 0), ["FREE", "FREE"]);
        assert_eq!(kinds(0, 1), ["PAID"]);
    }

    #[test]
    fn a_number_that_nobody_means_is_told() {
        let mut wrong = Violations::new();
        let allowance = Allowance { free: -1, paid: 11 };
        allowance.violations(&mut wrong);
        let told: Vec<_> = wrong
            .iter()
            .map(|it| (it.field.as_str(), it.reason))
            .collect();
        let expected = [
            ("campaign.rules.free_attempts_per_year", "OUT_OF_RANGE"),
            ("campaign.rules.paid_attempts_per_year", "OUT_OF_RANGE"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in [Kind::Free, Kind::Paid] {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(Kind::from_code("GIVEN"), None);
    }
}
