//! Levels of a language, in their order.

use std::fmt;

/// A level of the CEFR scale; a greater one is a higher level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LanguageLevel {
    A1,
    A2,
    B1,
    B2,
    C1,
    C2,
}

impl LanguageLevel {
    pub const ALL: [LanguageLevel; 6] =
        [Self::A1, Self::A2, Self::B1, Self::B2, Self::C1, Self::C2];

    pub fn code(self) -> &'static str {
        match self {
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::B1 => "B1",
            Self::B2 => "B2",
            Self::C1 => "C1",
            Self::C2 => "C2",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

impl fmt::Display for LanguageLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_from_a1_to_c2_and_are_those_of_the_dictionary() {
        assert!(LanguageLevel::ALL.is_sorted());
        let entries = &super::super::dictionary::Dictionaries::shipped()
            .find("cefr-levels")
            .expect("the dictionary")
            .entries;
        let codes: Vec<_> = entries
            .iter()
            .map(|entry| LanguageLevel::from_code(&entry.code))
            .collect();
        assert_eq!(codes, LanguageLevel::ALL.map(Some));
    }
}
