//! The result of a formula: an exact fraction. Nothing is rounded unless the formula says so, so that
//! no two people change places by the way in which a machine divides.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::domain::score::{MOST_DECIMALS, Score};

/// Ten-thousandths, as in a [`Score`], over a whole number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Points {
    numerator: i128,
    denominator: u64,
}

/// How a result is made coarser before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rounding {
    /// Not at all.
    Exact,
    /// To so many digits after the point; what lies in the middle goes up.
    HalfUp { decimals: u32 },
    /// Digits after these are left out.
    Down { decimals: u32 },
}

impl Points {
    /// A denominator of nothing counts as one; a formula that was checked has none.
    pub fn new(numerator: i128, denominator: u64) -> Self {
        Self {
            numerator,
            denominator: denominator.max(1),
        }
    }

    #[must_use]
    pub fn rounded(self, rounding: Rounding) -> Self {
        let (decimals, up) = match rounding {
            Rounding::Exact => return self,
            Rounding::HalfUp { decimals } => (decimals, true),
            Rounding::Down { decimals } => (decimals, false),
        };
        // One of the last digits that stay, in parts of the denominator.
        let step = step(decimals) * i128::from(self.denominator);
        let shifted = if up {
            self.numerator + step / 2
        } else {
            self.numerator
        };
        // An odd step has no middle that a whole numerator could lie on, so half of it may be cut.
        Self {
            numerator: shifted.div_euclid(step) * step,
            ..self
        }
    }

    /// To ten-thousandths: for people to read, not to compare by.
    pub fn score(self) -> Score {
        let decimals = MOST_DECIMALS;
        let whole = self.rounded(Rounding::HalfUp { decimals }).numerator;
        let units = whole.div_euclid(i128::from(self.denominator));
        let edge = if units < 0 { i64::MIN } else { i64::MAX };
        Score(i64::try_from(units).unwrap_or(edge))
    }

    /// With exactly so many digits after the point: `4.62`.
    pub fn shown(self, decimals: u32) -> String {
        let rounded = self.rounded(Rounding::HalfUp { decimals });
        let units = rounded.numerator / i128::from(self.denominator) / step(decimals);
        let digits = decimals.min(MOST_DECIMALS) as usize;
        let one = 10_u128.pow(decimals.min(MOST_DECIMALS));
        let sign = if units < 0 { "-" } else { "" };
        let (whole, part) = (units.unsigned_abs() / one, units.unsigned_abs() % one);
        match digits {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{part:0digits$}"),
        }
    }
}

/// The distance between neighbouring results of so many decimals, in ten-thousandths.
fn step(decimals: u32) -> i128 {
    10_i128.pow(MOST_DECIMALS.saturating_sub(decimals))
}

/// Results of one formula have one denominator and are compared at once; those of two as fractions, by
/// their whole parts and then by what is left.
impl Ord for Points {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        let (a, b) = (i128::from(self.denominator), i128::from(other.denominator));
        let wholes = (self.numerator.div_euclid(a), other.numerator.div_euclid(b));
        let left = (self.numerator.rem_euclid(a), other.numerator.rem_euclid(b));
        // Both are positive and below their denominators of 64 bits: the products fit into 128.
        let cross = |left: i128, by: i128| left.unsigned_abs() * by.unsigned_abs();
        wholes
            .0
            .cmp(&wholes.1)
            .then(cross(left.0, b).cmp(&cross(left.1, a)))
    }
}

impl PartialEq for Points {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Points {}

impl PartialOrd for Points {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
