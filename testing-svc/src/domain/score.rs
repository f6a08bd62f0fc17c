//! A score: an exact decimal. Kept as ten-thousandths, so that a scale can get more digits without
//! a score changing, and so that no two scores differ by a rounding.

use serde::{Deserialize, Serialize};

/// Digits after the point that a score can have at most.
pub const MOST_DECIMALS: u32 = 4;
const ONE: i64 = 10_i64.pow(MOST_DECIMALS);

/// Digits before the point: enough for a score, and for the sum of ten thousand of them.
const LONGEST_WHOLE: usize = 7;
const LONGEST_SUM: usize = 12;

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Score(pub i64);

impl Score {
    /// A decimal such as `47`, `47.5` or `-3`.
    ///
    /// # Errors
    /// `REQUIRED`, `INVALID_FORMAT` or `TOO_MANY_DECIMALS`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        parse(text, LONGEST_WHOLE)
    }

    /// The same for a sum of scores.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_sum(text: &str) -> Result<Self, &'static str> {
        parse(text, LONGEST_SUM)
    }

    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub fn sum(scores: impl IntoIterator<Item = Self>) -> Self {
        scores.into_iter().fold(Self(0), Self::plus)
    }

    /// Without digits that say nothing: `47`, `47.5`.
    pub fn written(self) -> String {
        let (whole, part) = (self.0.unsigned_abs(), ONE.unsigned_abs());
        let digits = format!("{:04}", whole % part);
        let digits = digits.trim_end_matches('0');
        let sign = if self.0 < 0 { "-" } else { "" };
        let point = if digits.is_empty() { "" } else { "." };
        format!("{sign}{}{point}{digits}", whole / part)
    }
}

fn parse(text: &str, longest: usize) -> Result<Score, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("REQUIRED");
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, part) = match digits.split_once('.') {
        Some((_, "")) => return Err("INVALID_FORMAT"),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > longest || !all_digits(whole) || !all_digits(part) {
        return Err("INVALID_FORMAT");
    }
    let part = part.trim_end_matches('0');
    if part.len() > MOST_DECIMALS as usize {
        return Err("TOO_MANY_DECIMALS");
    }
    let number = format!("{whole}{part:0<4}");
    let units: i64 = number.parse().map_err(|_| "INVALID_FORMAT")?;
    Ok(Score(sign * units))
}

/// The scores that can be given in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    pub lowest: Score,
    pub highest: Score,
    /// Digits after the point.
    pub decimals: u32,
}

impl Scale {
    /// The distance between neighbouring scores.
    pub fn step(&self) -> i64 {
        10_i64.pow(MOST_DECIMALS.saturating_sub(self.decimals))
    }

    /// # Errors
    /// `TOO_MANY_DECIMALS` or `SCORE_OFF_SCALE`.
    pub fn check(&self, score: Score) -> Result<Score, &'static str> {
        if score.0 % self.step() != 0 {
            Err("TOO_MANY_DECIMALS")
        } else if !(self.lowest..=self.highest).contains(&score) {
            Err("SCORE_OFF_SCALE")
        } else {
            Ok(score)
        }
    }

    /// # Errors
    /// What is wrong with the text as a score of this scale.
    pub fn read(&self, text: &str) -> Result<Score, &'static str> {
        self.check(Score::parse(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, units) in [
            ("47", 470_000),
            (" 47.5 ", 475_000),
            ("0", 0),
            ("-3.25", -32_500),
            ("47.5000000", 475_000),
            ("0.0001", 1),
        ] {
            assert_eq!(Score::parse(text), Ok(Score(units)), "{text}");
        }
        assert_eq!(Score::parse(" "), Err("REQUIRED"));
        assert_eq!(Score::parse("0.00001"), Err("TOO_MANY_DECIMALS"));
        for wrong in [
            "47,5", ".5", "5.", "1e3", "+4", "4 7", "--1", "12345678", "٤",
        ] {
            assert_eq!(Score::parse(wrong), Err("INVALID_FORMAT"), "{wrong}");
        }
    }

    #[test]
    fn a_scale_has_bounds_and_steps() {
        let scale = Scale {
            lowest: Score(0),
            highest: Score(1_000_000),
            decimals: 1,
        };
        assert_eq!(scale.read("100"), Ok(Score(1_000_000)));
        assert_eq!(scale.read("100.1"), Err("SCORE_OFF_SCALE"));
        assert_eq!(scale.read("-0.1"), Err("SCORE_OFF_SCALE"));
        assert_eq!(scale.read("47.55"), Err("TOO_MANY_DECIMALS"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(units in -10_i64.pow(10)..10_i64.pow(10)) {
            prop_assert_eq!(Score::parse(&Score(units).written()), Ok(Score(units)));
        }
    }
}
