//! Dictionaries: the options of choice fields, versioned files in `dictionaries/`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::labels::Labels;

/// A list of options.
#[derive(Debug, Clone, Deserialize)]
pub struct Dictionary {
    #[serde(rename = "dictionary")]
    pub name: String,
    pub version: u32,
    pub title: Labels,
    pub origin: Origin,
    pub note: String,
    pub entries: Vec<Entry>,
}

/// Where the entries come from: a seeded list is ours and may be edited, the others are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Origin {
    UserManual,
    OfficialClassifier,
    Seeded,
}

/// One option. Its code is what answers hold.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    pub code: String,
    #[serde(flatten)]
    pub labels: Labels,
    /// Groups that rules ask for, such as `HIGHER_EDUCATION`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Other spellings of the code that are taken on entry.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The nine digits of the national classifier of regions.
    #[serde(default)]
    pub kato: Option<String>,
}

impl Dictionary {
    pub fn entry(&self, code: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// The code that a spelling stands for: itself, or the one it is an alias of.
    pub fn code_of(&self, spelling: &str) -> Option<&str> {
        let folded = spelling.to_uppercase();
        let is_meant = |entry: &&Entry| {
            entry.code == spelling
                || entry
                    .aliases
                    .iter()
                    .any(|alias| alias.to_uppercase() == folded)
        };
        self.entries
            .iter()
            .find(is_meant)
            .map(|entry| entry.code.as_str())
    }

    pub fn is_tagged(&self, code: &str, tag: &str) -> bool {
        self.entry(code)
            .is_some_and(|entry| entry.tags.iter().any(|has| has == tag))
    }
}

/// Every dictionary, in the order of their names.
pub fn all() -> &'static [Dictionary] {
    &ALL
}

pub fn find(name: &str) -> Option<&'static Dictionary> {
    ALL.iter().find(|dictionary| dictionary.name == name)
}

static ALL: LazyLock<Vec<Dictionary>> =
    LazyLock::new(|| FILES.iter().map(|file| read(file)).collect());

/// The files are compiled in, so one that can't be read is a bug that the first test shows.
fn read(file: &str) -> Dictionary {
    serde_json::from_str(file).expect("a dictionary file has the shape of a dictionary")
}

const FILES: [&str; 10] = [
    include_str!("../../dictionaries/activity-kinds.json"),
    include_str!("../../dictionaries/cefr-levels.json"),
    include_str!("../../dictionaries/certificate-types.json"),
    include_str!("../../dictionaries/directions.json"),
    include_str!("../../dictionaries/education-levels.json"),
    include_str!("../../dictionaries/foreign-languages.json"),
    include_str!("../../dictionaries/nationalities.json"),
    include_str!("../../dictionaries/position-kinds.json"),
    include_str!("../../dictionaries/regions.json"),
    include_str!("../../dictionaries/sexes.json"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_entry_has_its_own_code_and_a_text_in_each_language() {
        for dictionary in all() {
            let codes: HashSet<_> = dictionary.entries.iter().map(|entry| &entry.code).collect();
            assert_eq!(codes.len(), dictionary.entries.len(), "{}", dictionary.name);
            assert!(dictionary.title.is_complete(), "{}", dictionary.name);
            for entry in &dictionary.entries {
                assert!(
                    entry.labels.is_complete(),
                    "{} {}",
                    dictionary.name,
                    entry.code
                );
            }
        }
    }

    #[test]
    fn the_spellings_of_a_test_lead_to_one_code() {
        let types = find("certificate-types").expect("the dictionary");
        for spelling in ["KAZTEST", "QAZTEST", "ҚАЗТЕСТ", "қазтест"] {
            assert_eq!(types.code_of(spelling), Some("KAZTEST"), "{spelling}");
        }
        for spelling in ["QRT", "QAZAQ_RESMI_TEST", "Qazaq Resmi Test"] {
            assert_eq!(types.code_of(spelling), Some("QRT"), "{spelling}");
        }
        assert_eq!(types.code_of("IELTS"), None);
    }

    #[test]
    fn there_are_six_directions_and_twenty_regions_with_their_classifier_codes() {
        assert_eq!(find("directions").expect("the dictionary").entries.len(), 6);
        let regions = find("regions").expect("the dictionary");
        assert_eq!(regions.entries.len(), 20);
        for region in &regions.entries {
            let kato = region.kato.as_deref().expect("a classifier code");
            assert_eq!(format!("KZ-{}", &kato[..2]), region.code);
            assert_eq!(kato.len(), 9);
        }
    }

    #[test]
    fn a_bachelor_has_higher_education_and_a_college_graduate_has_not() {
        let levels = find("education-levels").expect("the dictionary");
        assert!(levels.is_tagged("BACHELOR", "HIGHER_EDUCATION"));
        assert!(!levels.is_tagged("TECHNICAL_VOCATIONAL", "HIGHER_EDUCATION"));
        assert!(!levels.is_tagged("UNHEARD_OF", "HIGHER_EDUCATION"));
    }
}
