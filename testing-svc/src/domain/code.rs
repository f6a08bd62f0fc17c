//! The spelling of a promo code: `XXXX-XXXX-XXXX`, typed by hand into another site.

use std::fmt;

use chassis::mask::Masked;

/// Letters and digits that nobody mistakes for one another. Of each pair of look-alikes one is
/// missing, and is read as the other where both are plain: Z as 2, S as 5, 8 as B, 6 as G.
pub const ALPHABET: &[u8] = b"ABCDEFGHKMNPRTWXY234579";

/// Characters of a code without its hyphens.
pub const LENGTH: usize = 12;

/// Nobody types more than this by accident; the rest is not even looked at.
const LONGEST: usize = 64;

/// A promo code. It stands for money, so it is not printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Code(Masked<String>);

impl Code {
    /// Reads a code as a person types it: case, separators and Cyrillic look-alikes don't matter.
    ///
    /// # Errors
    /// `CODE_FORMAT` where no code could be meant.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let bare = bare(text, LENGTH).ok_or("CODE_FORMAT")?;
        Ok(Self(Masked::new(bare)))
    }

    /// The twelve characters, for the database.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// As its owner reads it: in groups of four.
    pub fn grouped(&self) -> String {
        let code = self.reveal();
        format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..])
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(****-****-****)")
    }
}

/// The letters that were meant, where there are so many of the alphabet and nothing else.
pub fn bare(text: &str, length: usize) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let letters = text.chars().filter(|letter| !is_separator(*letter));
    let bare = letters.map(folded).collect::<Option<String>>()?;
    (bare.len() == length).then_some(bare)
}

fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
}

/// The character of the alphabet that was meant.
fn folded(letter: char) -> Option<char> {
    let upper = letter.to_uppercase().next()?;
    let latin = match upper {
        'А' => 'A',
        'В' | '8' => 'B',
        'С' => 'C',
        'Е' | 'Ё' => 'E',
        '6' => 'G',
        'Н' | 'Һ' => 'H',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Т' => 'T',
        'Х' => 'X',
        'У' | 'Ү' => 'Y',
        'Z' => '2',
        'З' => '3',
        'S' | 'Ѕ' => '5',
        other => other,
    };
    u8::try_from(latin)
        .is_ok_and(|byte| ALPHABET.contains(&byte))
        .then_some(latin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Code::parse("ABCE-HKMP-TXY2").expect("a code");
        for typed in [
            "abce hkmp txy2",
            "ABCEHKMPTXY2",
            "АВСЕ–НКМР–ТХУ2",
            "авсе_нкмр.тхуz",
            "\u{a0}ABCE - HKMP - TXY2\n",
        ] {
            assert_eq!(Code::parse(typed), Ok(code.clone()), "{typed}");
        }
        assert_eq!(code.grouped(), "ABCE-HKMP-TXY2");
        assert_eq!(Code::parse("8888-6666-SSSS"), Code::parse("BBBB-GGGG-5555"));
    }

    #[test]
    fn what_cannot_be_a_code_is_refused() {
        for typed in [
            "",
            "ABCD-EFGH",
            "ABCE-HKMP-TXY22",
            "ABCE-HKMP-TXY0",
            "ABCE-HKMP-TXYI",
            "ABCE-HKMP-TXYЖ",
            "ABCE-HKMP-TX\u{301}Y2",
        ] {
            assert_eq!(Code::parse(typed), Err("CODE_FORMAT"), "{typed}");
        }
        assert_eq!(Code::parse(&"-".repeat(65)), Err("CODE_FORMAT"));
    }

    #[test]
    fn a_code_is_not_printed() {
        let code = Code::parse("ABCE-HKMP-TXY2").expect("a code");
        assert_eq!(format!("{code:?}"), "Code(****-****-****)");
    }

    #[test]
    fn no_two_characters_of_the_alphabet_are_read_alike() {
        for letter in ALPHABET {
            let letter = char::from(*letter);
            assert_eq!(folded(letter), Some(letter));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_stays(text in ".{0,80}") {
            if let Ok(code) = Code::parse(&text) {
                prop_assert_eq!(Code::parse(&code.grouped()), Ok(code.clone()));
                prop_assert!(code.reveal().bytes().all(|b| ALPHABET.contains(&b)));
            }
        }
    }
}
