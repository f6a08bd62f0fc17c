//! A college as it shows itself: name, place, how its admission board is reached, what it says.

use chassis::violation::Violations;
use serde::{Deserialize, Serialize};

use super::dictionary::Dictionaries;
use super::labels::Labels;
use super::specialty::check_code;
use super::{alphabet, format, news};

const MAX_LINE: usize = 300;
const MAX_WEBSITE: usize = 200;
const MAX_ABOUT: usize = 20_000;
/// How many characters of a name decide its place in a list.
const MAX_PLACE: usize = 100;

/// The profile of a college. This is what its board signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct College {
    pub title: Labels,
    /// A code of `regions`.
    pub region: String,
    pub address: Labels,
    pub board_phone: String,
    pub board_email: String,
    /// May be empty.
    pub website: String,
    pub about: Labels,
}

impl College {
    /// Sorts as the Kazakh alphabet does, character by character.
    pub fn place(&self) -> String {
        let (key, _) = alphabet::sort_key(&self.title.kk);
        let letters = key.into_iter().take(MAX_PLACE).filter_map(char::from_u32);
        letters.collect()
    }

    /// Everything wrong with it, by the paths of this message.
    pub fn violations(&self, path: &str, dictionaries: &Dictionaries) -> Violations {
        let mut wrong = Violations::new();
        let at = |field: &str| format!("{path}.{field}");
        lines(&mut wrong, &at("title"), &self.title);
        let region = self.region.as_str();
        check_code(&mut wrong, at("region"), dictionaries, "regions", region);
        lines(&mut wrong, &at("address"), &self.address);
        for (field, kind, text) in [
            ("board_phone", "kz-phone", &self.board_phone),
            ("board_email", "email", &self.board_email),
        ] {
            if text.is_empty() {
                wrong.add(at(field), "REQUIRED");
            } else if let Err(reason) = format::check(kind, text) {
                wrong.add(at(field), reason);
            }
        }
        let site = wrong.optional_text(&at("website"), &self.website, MAX_WEBSITE);
        let is_link = site.strip_prefix("https://").is_some_and(is_plain);
        if !site.is_empty() && !is_link {
            wrong.add(at("website"), "LINK_NOT_TAKEN");
        }
        for (language, text) in texts(&mut wrong, &at("about"), &self.about, MAX_ABOUT) {
            for reason in news::markup(text) {
                wrong.add(format!("{path}.about.{language}"), reason);
            }
        }
        wrong
    }
}

/// An address that a page can show as it is.
fn is_plain(rest: &str) -> bool {
    !rest.is_empty()
        && rest
            .chars()
            .all(|it| it.is_ascii_graphic() && !matches!(it, '<' | '>' | '"' | '\''))
}

fn lines(wrong: &mut Violations, field: &str, labels: &Labels) {
    for (language, text) in texts(wrong, field, labels, MAX_LINE) {
        if let Err(reason) = format::check("line", text) {
            wrong.add(format!("{field}.{language}"), reason);
        }
    }
}

/// The texts that are there. Kazakh and Russian must be; English may lack.
fn texts<'a>(
    wrong: &mut Violations,
    field: &str,
    labels: &'a Labels,
    max: usize,
) -> Vec<(&'static str, &'a str)> {
    wrong.text(&format!("{field}.kk"), &labels.kk, max);
    wrong.text(&format!("{field}.ru"), &labels.ru, max);
    wrong.optional_text(&format!("{field}.en"), &labels.en, max);
    vec![("kk", &labels.kk), ("ru", &labels.ru), ("en", &labels.en)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        Labels {
            kk: text.into(),
            ru: text.into(),
            en: String::new(),
        }
    }

    fn college() -> College {
        College {
            title: labels("Үлгі колледжі"),
            region: "KZ-71".into(),
            address: labels("Үлгі көшесі, 1"),
            board_phone: "+77010000000".into(),
            board_email: "board@example.kz".into(),
            website: "https://example.kz".into(),
            about: labels("**Қош келдіңіз!**"),
        }
    }

    fn told(college: &College) -> Vec<(String, &'static str)> {
        let found = college.violations("c", Dictionaries::shipped());
        found.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    #[test]
    fn a_profile_needs_no_english_and_no_site() {
        assert_eq!(told(&college()), []);
        let mut without = college();
        without.website = String::new();
        assert_eq!(told(&without), []);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let mut wrong = college();
        wrong.title.ru = " ".into();
        wrong.region = "KZ-00".into();
        wrong.address.kk = "a\u{0}b".into();
        wrong.board_phone = "87010000000".into();
        wrong.board_email = "board".into();
        wrong.website = "javascript:alert(1)".into();
        wrong.about.en = "<script>".into();
        let expected = [
            ("c.title.ru", "REQUIRED"),
            ("c.region", "UNKNOWN_VALUE"),
            ("c.address.kk", "INVALID_FORMAT"),
            ("c.board_phone", "PHONE_INVALID"),
            ("c.board_email", "EMAIL_INVALID"),
            ("c.website", "LINK_NOT_TAKEN"),
            ("c.about.en", "MARKUP_NOT_TAKEN"),
        ];
        assert_eq!(told(&wrong), expected.map(|(a, b)| (a.to_owned(), b)));
    }
}
