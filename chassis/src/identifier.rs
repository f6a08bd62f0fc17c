//! IIN and BIN: twelve digits with a check digit.
//!
//! Only the length and the check digit are hard. Since 2013 an IIN need not match its holder's
//! birth date, so the date in it is a hint and never a reason to refuse.

use std::fmt;

use jiff::civil::Date;

/// An individual's number. `Debug` hides all but the last two digits' place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iin([u8; 12]);

/// An organisation's number. Public, so it may be printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bin([u8; 12]);

impl Iin {
    /// # Errors
    /// `IIN_LENGTH`, `IIN_ALL_ZERO` or `IIN_CHECK_DIGIT`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let digits = digits(text).ok_or("IIN_LENGTH")?;
        if digits == [0; 12] {
            return Err("IIN_ALL_ZERO");
        }
        if check_digit(&digits) != Some(digits[11]) {
            return Err("IIN_CHECK_DIGIT");
        }
        Ok(Self(digits))
    }

    pub fn reveal(&self) -> String {
        written(&self.0)
    }

    /// The birth date the digits spell, where they spell one: a hint, not a fact.
    pub fn birth_date_hint(&self) -> Option<Date> {
        let century = match self.0[6] {
            1 | 2 => 1800,
            3 | 4 => 1900,
            5 | 6 => 2000,
            _ => return None,
        };
        let two = |at: usize| self.0[at] * 10 + self.0[at + 1];
        let number = |at: usize| i8::try_from(two(at)).ok();
        Date::new(century + i16::from(two(0)), number(2)?, number(4)?).ok()
    }
}

impl fmt::Debug for Iin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iin(************)")
    }
}

impl Bin {
    /// # Errors
    /// `BIN_LENGTH`, `BIN_ALL_ZERO` or `BIN_CHECK_DIGIT`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let digits = digits(text).ok_or("BIN_LENGTH")?;
        if digits == [0; 12] {
            return Err("BIN_ALL_ZERO");
        }
        if check_digit(&digits) != Some(digits[11]) {
            return Err("BIN_CHECK_DIGIT");
        }
        Ok(Self(digits))
    }
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(&self.0))
    }
}

impl fmt::Debug for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bin({self})")
    }
}

fn digits(text: &str) -> Option<[u8; 12]> {
    let bytes: [u8; 12] = text.trim().as_bytes().try_into().ok()?;
    bytes
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| bytes.map(|b| b - b'0'))
}

fn written(digits: &[u8; 12]) -> String {
    digits.iter().map(|d| char::from(b'0' + d)).collect()
}

/// The twelfth digit of the first eleven: two weighted passes modulo 11. `None` where neither
/// gives a digit: such a number is never assigned.
fn check_digit(digits: &[u8; 12]) -> Option<u8> {
    const FIRST: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const SECOND: [u32; 11] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
    let pass = |weights: [u32; 11]| {
        let sum: u32 = digits
            .iter()
            .zip(weights)
            .map(|(d, w)| u32::from(*d) * w)
            .sum();
        u8::try_from(sum % 11).ok().filter(|k| *k != 10)
    };
    pass(FIRST).or_else(|| pass(SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn numbers_of_both_passes_are_good() {
        for good in [
            "010101100008",
            "010101200004",
            "010101100903",
            "010101200508",
            "150712100907",
            "150712200501",
            "301231101806",
            "301231200602",
            "991231500006",
            "991231500016",
            "000229500008",
            "000229600004",
            "040229500005",
            "950615000001",
            "950615700006",
            "950615900009",
        ] {
            assert!(Iin::parse(good).is_ok(), "{good}");
        }
        for good in [
            "991240000003",
            "991241000009",
            "991252000009",
            "991263000009",
            "991240000402",
        ] {
            assert!(Bin::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn an_unassignable_base_is_wrong_with_every_check_digit() {
        for base in [
            "01010110099",
            "01010120051",
            "15071210097",
            "30123120064",
            "95061530013",
        ] {
            for last in 0..10 {
                assert_eq!(Iin::parse(&format!("{base}{last}")), Err("IIN_CHECK_DIGIT"));
            }
        }
        for last in 0..10 {
            assert_eq!(
                Bin::parse(&format!("99124000044{last}")),
                Err("BIN_CHECK_DIGIT")
            );
        }
    }

    #[test]
    fn zeros_pass_the_sum_and_are_refused_all_the_same() {
        assert_eq!(Iin::parse("000000000000"), Err("IIN_ALL_ZERO"));
    }

    #[test]
    fn placeholders_and_other_shapes_are_refused() {
        assert_eq!(Iin::parse("123456789012"), Err("IIN_CHECK_DIGIT"));
        assert_eq!(Iin::parse("123456789011"), Err("IIN_CHECK_DIGIT"));
        for bad in [
            "",
            "1",
            "0101011000080",
            "01010110000a",
            "０１０１０１１００００８",
        ] {
            assert_eq!(Iin::parse(bad), Err("IIN_LENGTH"), "{bad}");
        }
    }

    #[test]
    fn the_birth_date_is_a_hint_and_an_impossible_one_is_no_error() {
        let hint = |text: &str| Iin::parse(text).expect("a good number").birth_date_hint();
        assert_eq!(hint("010101100008"), Some(date(1801, 1, 1)));
        assert_eq!(hint("000229500008"), Some(date(2000, 2, 29)));
        for impossible in [
            "991301300003",
            "991232300009",
            "000229300005",
            "950615000001",
        ] {
            assert_eq!(hint(impossible), None, "{impossible}");
        }
    }
}
