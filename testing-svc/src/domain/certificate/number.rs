//! The number and the individual code of a certificate. Both are typed off paper, so both are of the
//! letters that nobody mistakes for one another, and end with one that follows from the rest: a wrong
//! letter, or two that changed places, is told without a look at any table.

use std::fmt;

use chassis::mask::Masked;

use crate::domain::code::{ALPHABET, bare};

/// Letters that are drawn for a number, and for a code.
pub const NUMBER_DRAWN: usize = 9;
pub const CODE_DRAWN: usize = 7;

/// With the check character.
pub const NUMBER_LENGTH: usize = NUMBER_DRAWN + 1;
pub const CODE_LENGTH: usize = CODE_DRAWN + 1;

/// Names a certificate: `XXXXX-XXXXX`. No secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(String);

/// Shows that who asks has the paper in hand: `XXXX-XXXX`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Masked<String>);

impl Number {
    /// Of letters that were drawn; none where they are not so many of the alphabet.
    pub fn of(drawn: &str) -> Option<Self> {
        completed(drawn, NUMBER_DRAWN).map(Self)
    }

    /// As a person types it.
    ///
    /// # Errors
    /// `CERTIFICATE_NUMBER` where no number could be meant.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        typed(text, NUMBER_LENGTH)
            .map(Self)
            .ok_or("CERTIFICATE_NUMBER")
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn grouped(&self) -> String {
        format!("{}-{}", &self.0[..5], &self.0[5..])
    }
}

impl Code {
    /// Of letters that were drawn; none where they are not so many of the alphabet.
    pub fn of(drawn: &str) -> Option<Self> {
        completed(drawn, CODE_DRAWN).map(|it| Self(Masked::new(it)))
    }

    /// As a person types it.
    ///
    /// # Errors
    /// `CERTIFICATE_NUMBER` where no code could be meant.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let code = typed(text, CODE_LENGTH).map(|it| Self(Masked::new(it)));
        code.ok_or("CERTIFICATE_NUMBER")
    }

    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    pub fn grouped(&self) -> String {
        let code = self.reveal();
        format!("{}-{}", &code[..4], &code[4..])
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(****-****)")
    }
}

fn completed(drawn: &str, length: usize) -> Option<String> {
    let whole = format!("{drawn}{}", check(drawn)?);
    (drawn.len() == length).then_some(whole)
}

fn typed(text: &str, length: usize) -> Option<String> {
    let whole = bare(text, length)?;
    let (drawn, last) = whole.split_at(length - 1);
    (check(drawn)?.to_string() == last).then_some(whole)
}

/// The letter for which the weighted sum of all is a multiple of 23, the number of letters. It is a
/// prime and no two neighbours weigh the same, so no change of one letter and no exchange of two
/// neighbours leaves the sum as it was.
fn check(drawn: &str) -> Option<char> {
    let mut sum = 0;
    for (weight, letter) in (2..).zip(drawn.bytes()) {
        sum += weight * ALPHABET.iter().position(|it| *it == letter)?;
    }
    let letters = ALPHABET.len();
    let last = ALPHABET.get((letters - sum % letters) % letters);
    last.map(|it| char::from(*it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> Number {
        Number::of("ABCDEFGHK").expect("a number")
    }

    #[test]
    fn the_check_character_is_what_it_always_was() {
        assert_eq!(number().grouped(), "ABCDE-FGHKA");
        let code = Code::of("2345797").expect("a code");
        assert_eq!(code.grouped(), "2345-797B");
    }

    #[test]
    fn both_are_read_as_people_type_them() {
        for typed in ["abcde-fghka", "АВСDE FGНКА", "ABCDEFGHKA\n"] {
            assert_eq!(Number::parse(typed), Ok(number()), "{typed}");
        }
        for wrong in ["", "ABCDE", "ABCDE-FGHKB", "ABCDE-FGHKAA", "ABCDE-FGH0A"] {
            assert_eq!(Number::parse(wrong), Err("CERTIFICATE_NUMBER"), "{wrong}");
        }
    }

    #[test]
    fn a_code_is_not_printed() {
        let code = Code::of("2345797").expect("a code");
        assert_eq!(format!("{code:?}"), "Code(****-****)");
    }

    #[test]
    fn what_was_not_drawn_from_the_alphabet_is_no_number() {
        for wrong in ["ABCDEFGH", "ABCDEFGHKM", "ABCDEFGH0"] {
            assert_eq!(Number::of(wrong), None, "{wrong}");
        }
    }

    fn letter() -> impl Strategy<Value = char> {
        (0..ALPHABET.len()).prop_map(|at| char::from(ALPHABET[at]))
    }

    proptest! {
        #[test]
        fn a_wrong_letter_is_told(
            drawn in proptest::collection::vec(letter(), NUMBER_DRAWN),
            at in 0..NUMBER_LENGTH,
            other in letter(),
        ) {
            let good = Number::of(&drawn.iter().collect::<String>()).expect("a number");
            prop_assert_eq!(Number::parse(good.as_str()), Ok(good.clone()));
            let mut letters: Vec<char> = good.as_str().chars().collect();
            prop_assume!(letters[at] != other);
            letters[at] = other;
            let wrong: String = letters.into_iter().collect();
            prop_assert_eq!(Number::parse(&wrong), Err("CERTIFICATE_NUMBER"));
        }

        #[test]
        fn two_neighbours_that_changed_places_are_told(
            drawn in proptest::collection::vec(letter(), CODE_DRAWN),
            at in 0..CODE_DRAWN,
        ) {
            let good = Code::of(&drawn.iter().collect::<String>()).expect("a code");
            let mut letters: Vec<char> = good.reveal().chars().collect();
            prop_assume!(letters[at] != letters[at + 1]);
            letters.swap(at, at + 1);
            let wrong: String = letters.into_iter().collect();
            prop_assert!(Code::parse(&wrong).is_err());
        }
    }
}
