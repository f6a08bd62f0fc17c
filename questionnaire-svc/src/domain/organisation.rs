//! Organisations that people work in: found by BIN, or by region and words of their names.

use std::collections::{BTreeMap, BTreeSet};

use chassis::identifier::Bin;
use chassis::violation::Violations;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::alphabet::{folded, sort_key};
use super::annotation;
use super::labels::Labels;

/// How many words of one search are looked for.
pub const MAX_SOUGHT: usize = 6;
/// Longer words are found by their beginning.
const MAX_WORD: usize = 40;
/// How many characters of a name decide its place in a list.
const MAX_PLACE: usize = 100;

/// One organisation. What it is and where it is stands in dictionaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub bin: Bin,
    /// English may be empty.
    pub names: Labels,
    /// The nine digits of the national classifier of places.
    pub kato: String,
    /// A code of `regions`, by the first two digits.
    pub region: String,
    /// A code of `institution-kinds`.
    pub kind: String,
    /// Nobody can choose it any more, and old answers still show it.
    pub retired: bool,
}

impl Organisation {
    /// `organisations/{bin}`.
    pub fn name(&self) -> String {
        format!("organisations/{}", self.bin)
    }

    /// The words that it is found by, in all languages.
    pub fn words(&self) -> BTreeSet<String> {
        let Labels { kk, ru, en } = &self.names;
        [kk, ru, en]
            .into_iter()
            .flat_map(|name| words(name))
            .collect()
    }

    /// Sorts as the Kazakh alphabet does, character by character.
    pub fn place(&self) -> String {
        let (key, _) = sort_key(&self.names.kk);
        key.into_iter()
            .take(MAX_PLACE)
            .filter_map(char::from_u32)
            .collect()
    }
}

/// The words of a text, with Kazakh letters folded into those of a Russian keyboard, in lower case.
pub fn words(text: &str) -> Vec<String> {
    let text: String = text.nfc().collect();
    let folded = folded(&text);
    let parts = folded.split(|letter: char| !letter.is_alphanumeric());
    let shortened = |word: &str| word.chars().take(MAX_WORD).collect();
    parts
        .filter(|word| !word.is_empty())
        .map(shortened)
        .collect()
}

/// Organisations that answers name, by their names, and whether they are retired.
pub type Known = BTreeMap<String, bool>;

/// The organisations that answers name: field and name.
pub fn named(schema: &Value, answers: &Value) -> Vec<(String, String)> {
    let reference = |place: annotation::Place<'_>| {
        let is_one = place.schema.get("x-organisation")? == true;
        let name = place.value.as_str()?.trim().to_owned();
        is_one.then_some((place.field, name))
    };
    let places = annotation::places(schema, answers).into_iter();
    places.filter_map(reference).collect()
}

/// Organisations that nobody knows, and retired ones. What is no name at all is told by its format.
pub fn judge(schema: &Value, answers: &Value, known: &Known) -> Violations {
    let mut wrong = Violations::new();
    for (field, name) in named(schema, answers) {
        match known.get(&name) {
            _ if super::format::check("organisation-name", &name).is_err() => {}
            None => drop(wrong.add(field, "ORGANISATION_UNKNOWN")),
            Some(true) => drop(wrong.add(field, "OPTION_RETIRED")),
            Some(false) => {}
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn school(kk: &str) -> Organisation {
        Organisation {
            bin: Bin::parse("010140000014").expect("a BIN"),
            names: Labels {
                kk: kk.into(),
                ru: "КГУ «Школа-гимназия № 12»".into(),
                en: String::new(),
            },
            kato: "750000000".into(),
            region: "KZ-75".into(),
            kind: "SCHOOL".into(),
            retired: false,
        }
    }

    #[test]
    fn words_are_found_by_the_letters_of_a_russian_keyboard_in_any_case() {
        let found = school("«Өңір» ЖШС Ғылым-Һинд ІӘҚҰҮ").words();
        for word in [
            "онир",
            "жшс",
            "гылым",
            "хинд",
            "иакуу",
            "кгу",
            "школа",
            "гимназия",
            "12",
        ] {
            assert!(found.contains(word), "{word}: {found:?}");
        }
        assert_eq!(words("  «ӨҢІР»  ғЫЛЫМ"), ["онир", "гылым"]);
        // In two pieces, as some systems write it.
        assert_eq!(words("и\u{306}од"), ["йод"]);
        assert_eq!(words(&"ә".repeat(99)), ["а".repeat(40)]);
    }

    #[test]
    fn places_sort_by_the_kazakh_alphabet() {
        let names = [
            "Абай",
            "Әуезов",
            "Байзақ",
            "Қаныш",
            "Лаңа",
            "Өскемен",
            "Ясауи",
        ];
        let places: Vec<_> = names.iter().map(|name| school(name).place()).collect();
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn an_organisation_is_known_and_not_retired() {
        let schema = json!({"properties": {"organisation": {"x-organisation": true}}});
        let known = Known::from([
            ("organisations/010140000014".to_owned(), false),
            ("organisations/020240000028".to_owned(), true),
        ]);
        let told = |name: &str| {
            let wrong = judge(&schema, &json!({"organisation": name}), &known);
            wrong.into_iter().next().map(|it| it.reason)
        };
        assert_eq!(told("organisations/010140000014"), None);
        assert_eq!(told("organisations/020240000028"), Some("OPTION_RETIRED"));
        assert_eq!(
            told("organisations/030340000035"),
            Some("ORGANISATION_UNKNOWN")
        );
        assert_eq!(told("010140000014"), None);
    }
}
