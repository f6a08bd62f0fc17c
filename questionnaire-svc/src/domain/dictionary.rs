//! Dictionaries: the options of choice fields. Their first versions are files in `dictionaries/`;
//! later ones are imported.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::compulsory_subject::CompulsorySubjects;
use super::labels::Labels;
use super::quota_share::QuotaShare;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The code of the entry of another dictionary that it belongs to: a university's region.
    #[serde(default)]
    pub parent: Option<String>,
    /// It can't be chosen any more, and old answers still show it.
    #[serde(default)]
    pub retired: bool,
    /// Of a benefit: the share of the places that an order keeps for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<QuotaShare>,
    /// Of an education that people come with: the subjects whose marks every score formula counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compulsory: Option<CompulsorySubjects>,
}

/// The dictionaries as they hold at one moment.
#[derive(Debug, Clone, Default)]
pub struct Dictionaries(BTreeMap<String, Arc<Dictionary>>);

impl Dictionaries {
    /// Those that came with the service.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// A later version takes the place of an earlier one.
    pub fn put(&mut self, dictionary: Arc<Dictionary>) {
        self.0.insert(dictionary.name.clone(), dictionary);
    }

    pub fn find(&self, name: &str) -> Option<&Dictionary> {
        self.0.get(name).map(|dictionary| &**dictionary)
    }

    /// In the order of their names.
    pub fn all(&self) -> impl Iterator<Item = &Dictionary> {
        self.0.values().map(|dictionary| &**dictionary)
    }

    /// The codes of a dictionary that belong to a group.
    pub fn tagged(&self, name: &str, tag: &str) -> Vec<String> {
        let entries = self.find(name).map(|found| found.entries.as_slice());
        let is_tagged = |entry: &&Entry| entry.tags.iter().any(|has| has == tag);
        entries
            .unwrap_or_default()
            .iter()
            .filter(is_tagged)
            .map(|entry| entry.code.clone())
            .collect()
    }
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

    /// How many entries can be chosen.
    pub fn active_count(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.retired).count()
    }
}

static SHIPPED: LazyLock<Dictionaries> = LazyLock::new(|| {
    let mut all = Dictionaries::default();
    FILES.iter().for_each(|file| all.put(Arc::new(read(file))));
    all
});

/// The files are compiled in, so one that can't be read is a bug that the first test shows.
fn read(file: &str) -> Dictionary {
    serde_json::from_str(file).expect("a dictionary file has the shape of a dictionary")
}

const FILES: [&str; 35] = [
    include_str!("../../dictionaries/activity-kinds.json"),
    include_str!("../../dictionaries/cefr-levels.json"),
    include_str!("../../dictionaries/certificate-subjects.json"),
    include_str!("../../dictionaries/certificate-types.json"),
    include_str!("../../dictionaries/choice-refusal-reasons.json"),
    include_str!("../../dictionaries/citizenships.json"),
    include_str!("../../dictionaries/civil-statuses.json"),
    include_str!("../../dictionaries/colleges.json"),
    include_str!("../../dictionaries/directions.json"),
    include_str!("../../dictionaries/disqualification-reasons.json"),
    include_str!("../../dictionaries/education-bases.json"),
    include_str!("../../dictionaries/education-documents.json"),
    include_str!("../../dictionaries/education-levels.json"),
    include_str!("../../dictionaries/entrance-exams.json"),
    include_str!("../../dictionaries/erroneous-reasons.json"),
    include_str!("../../dictionaries/foreign-languages.json"),
    include_str!("../../dictionaries/institution-kinds.json"),
    include_str!("../../dictionaries/merits.json"),
    include_str!("../../dictionaries/nationalities.json"),
    include_str!("../../dictionaries/payment-kinds.json"),
    include_str!("../../dictionaries/position-kinds.json"),
    include_str!("../../dictionaries/qualification-categories.json"),
    include_str!("../../dictionaries/qualification-levels.json"),
    include_str!("../../dictionaries/quota-categories.json"),
    include_str!("../../dictionaries/regions.json"),
    include_str!("../../dictionaries/service-refusal-reasons.json"),
    include_str!("../../dictionaries/sexes.json"),
    include_str!("../../dictionaries/specialties.json"),
    include_str!("../../dictionaries/study-forms.json"),
    include_str!("../../dictionaries/study-languages.json"),
    include_str!("../../dictionaries/subject-kinds.json"),
    include_str!("../../dictionaries/subjects.json"),
    include_str!("../../dictionaries/test-languages.json"),
    include_str!("../../dictionaries/training-kinds.json"),
    include_str!("../../dictionaries/universities.json"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_entry_has_its_own_code_and_a_text_in_each_language() {
        for dictionary in Dictionaries::shipped().all() {
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
        let types = Dictionaries::shipped()
            .find("certificate-types")
            .expect("the dictionary");
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
        assert_eq!(
            Dictionaries::shipped()
                .find("directions")
                .expect("the dictionary")
                .entries
                .len(),
            6
        );
        let regions = Dictionaries::shipped()
            .find("regions")
            .expect("the dictionary");
        assert_eq!(regions.entries.len(), 20);
        for region in &regions.entries {
            let kato = region.kato.as_deref().expect("a classifier code");
            assert_eq!(format!("KZ-{}", &kato[..2]), region.code);
            assert_eq!(kato.len(), 9);
        }
    }

    #[test]
    fn citizenships_are_the_countries_of_the_standard_and_none_at_all() {
        let all = Dictionaries::shipped().find("citizenships").expect("it");
        let is_code = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        assert!(all.entries.iter().all(|entry| is_code(&entry.code)));
        assert_eq!(all.entries.len(), 249 + 1);
        assert_eq!(all.entries[0].code, "KZ");
    }

    #[test]
    fn a_bachelor_has_higher_education_and_a_college_graduate_has_not() {
        let higher = Dictionaries::shipped().tagged("education-levels", "HIGHER_EDUCATION");
        let is_higher = |code: &str| higher.iter().any(|it| it == code);
        assert!(is_higher("BACHELOR"));
        assert!(!is_higher("TECHNICAL_VOCATIONAL") && !is_higher("UNHEARD_OF"));
    }
}
