//! The test systems. Their names drift in manuals and on sites; the codes do not.

use super::words;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TestSystem {
    /// ҚАЗТЕСТ of the National Testing Centre.
    Kaztest,
    /// QAZAQ RESMI TEST of the Academy of Public Administration.
    Qrt,
}

words!(TestSystem {
    Kaztest = "KAZTEST",
    Qrt = "QRT",
});

impl TestSystem {
    /// Reads any of the names people write, whatever the case and the blanks.
    pub fn from_name(name: &str) -> Option<Self> {
        let bare: String = name
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect();
        match bare.as_str() {
            "KAZTEST" | "QAZTEST" | "ҚАЗТЕСТ" | "КАЗТЕСТ" => Some(Self::Kaztest),
            "QRT" | "QAZAQRESMITEST" | "QAZRESMITEST" => Some(Self::Qrt),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_manuals_leads_to_its_code() {
        for name in ["ҚАЗТЕСТ", "KAZTEST", "Qaztest", "қазтест", " КАЗТЕСТ "] {
            assert_eq!(
                TestSystem::from_name(name),
                Some(TestSystem::Kaztest),
                "{name}"
            );
        }
        for name in [
            "QRT",
            "QAZAQ RESMI TEST",
            "Qazaq Resmi Test",
            "QazResmiTest",
        ] {
            assert_eq!(TestSystem::from_name(name), Some(TestSystem::Qrt), "{name}");
        }
        assert_eq!(TestSystem::from_name("IELTS"), None);
        assert_eq!(TestSystem::from_name(""), None);
    }
}
