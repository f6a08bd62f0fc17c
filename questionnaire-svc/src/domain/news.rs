//! A news item: its time, its texts, and the little markup that they may have.

use chassis::identifier::Bin;
use chassis::violation::Violations;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::labels::Labels;
use super::refusal::Refusal;
use super::specialty::PROGRAMME;

const MAX_TITLE: usize = 200;
const MAX_BODY: usize = 20_000;

/// A news item of a programme, or of a college in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsItem {
    pub programme: String,
    pub college: Option<Bin>,
    pub title: Labels,
    pub body: Labels,
    pub pinned: bool,
    /// From when everybody sees it; `None` for a draft.
    pub publish_time: Option<Timestamp>,
    pub retire_time: Option<Timestamp>,
}

/// What somebody writes of an item, and a college signs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub title: Labels,
    pub body: Labels,
    pub pinned: bool,
    pub publish_time: Option<Timestamp>,
}

impl Written {
    /// As it is read when a college says it.
    pub fn by(&self, college: Bin) -> NewsItem {
        self.of(PROGRAMME, Some(college))
    }

    pub fn of(&self, programme: &str, college: Option<Bin>) -> NewsItem {
        NewsItem {
            programme: programme.into(),
            college,
            title: self.title.clone(),
            body: self.body.clone(),
            pinned: self.pinned,
            publish_time: self.publish_time,
            retire_time: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Draft,
    Scheduled,
    Published,
    Retired,
}

impl NewsItem {
    pub fn state(&self, now: Timestamp) -> State {
        match (self.retire_time, self.publish_time) {
            (Some(_), _) => State::Retired,
            (None, None) => State::Draft,
            (None, Some(time)) if time > now => State::Scheduled,
            (None, Some(_)) => State::Published,
        }
    }

    /// # Errors
    /// `NEWS_RETIRED`.
    pub fn must_not_be_retired(&self) -> Result<(), Refusal> {
        match self.retire_time {
            Some(_) => Err(Refusal::NewsRetired),
            None => Ok(()),
        }
    }

    /// What is wrong with it, by the path of the item in the request.
    pub fn violations(&self, path: &str) -> Violations {
        let mut wrong = Violations::new();
        if !chassis::name::is_slug(&self.programme) || self.programme.len() > 40 {
            let reason = if self.programme.is_empty() {
                "REQUIRED"
            } else {
                "INVALID_FORMAT"
            };
            wrong.add(format!("{path}.programme"), reason);
        }
        for (field, labels, max) in [
            ("title", &self.title, MAX_TITLE),
            ("body", &self.body, MAX_BODY),
        ] {
            for (language, text) in [("kk", &labels.kk), ("ru", &labels.ru), ("en", &labels.en)] {
                let field = format!("{path}.{field}.{language}");
                if wrong.text(&field, text, max).is_empty() {
                    continue;
                }
                for reason in markup(text) {
                    wrong.add(&field, reason);
                }
            }
        }
        wrong
    }
}

/// What a frontend must not be made to render. Markdown without HTML is safe as long as nothing in it
/// begins a tag and no link runs a program.
pub fn markup(text: &str) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    let begins_tag = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    };
    let has_tag = text.split('<').skip(1).any(begins_tag);
    let has_control = text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t');
    if has_tag || has_control || text.contains("![") {
        wrong.push("MARKUP_NOT_TAKEN");
    }
    // `](` is where a link begins, `]:` at the start of a line where one is defined.
    let inline = text.split("](").skip(1);
    let defined = text
        .lines()
        .filter(|line| line.trim_start().starts_with('['))
        .filter_map(|line| line.split_once("]:"))
        .map(|(_, target)| target);
    if inline.chain(defined).any(|target| !is_link(target)) {
        wrong.push("LINK_NOT_TAKEN");
    }
    wrong
}

fn is_link(target: &str) -> bool {
    let target = target.trim_start_matches([' ', '<']);
    let is_path = target.starts_with('/') && !target.starts_with("//");
    is_path
        || ["https://", "mailto:", "tel:"]
            .iter()
            .any(|scheme| target.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str) -> Timestamp {
        instant.parse().expect("an instant")
    }

    fn labels(text: &str) -> Labels {
        Labels {
            kk: text.into(),
            ru: text.into(),
            en: text.into(),
        }
    }

    fn item(body: &str) -> NewsItem {
        NewsItem {
            programme: "reserve".into(),
            college: None,
            title: labels("Іріктеу басталды"),
            body: labels(body),
            pinned: false,
            publish_time: None,
            retire_time: None,
        }
    }

    fn told(item: &NewsItem) -> Vec<(String, &'static str)> {
        item.violations("news_item")
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect()
    }

    #[test]
    fn it_is_seen_from_its_time_on_until_it_is_retired() {
        let mut item = item("x");
        let now = at("2026-06-01T00:00:00Z");
        assert_eq!(item.state(now), State::Draft);
        item.publish_time = Some(at("2026-06-01T00:00:00.000001Z"));
        assert_eq!(item.state(now), State::Scheduled);
        item.publish_time = Some(now);
        assert_eq!(item.state(now), State::Published);
        item.retire_time = Some(now);
        assert_eq!(item.state(now), State::Retired);
        assert_eq!(item.must_not_be_retired(), Err(Refusal::NewsRetired));
    }

    #[test]
    fn the_small_markup_is_taken() {
        for good in [
            "Құрметті кандидаттар!\n\n- **бірінші**\n- *екінші*",
            "[Ереже](https://example.kz/rules) [хат](mailto:info@example.kz) [анкета](/reserve)",
            "3 < 5, 5 > 3 және «үлгі»",
        ] {
            assert_eq!(told(&item(good)), [], "{good}");
        }
    }

    #[test]
    fn what_a_page_could_run_is_not() {
        for (bad, reason) in [
            ("<script>alert(1)</script>", "MARKUP_NOT_TAKEN"),
            ("<b>x</b>", "MARKUP_NOT_TAKEN"),
            ("x <!-- y", "MARKUP_NOT_TAKEN"),
            ("![x](https://example.kz/x.png)", "MARKUP_NOT_TAKEN"),
            ("a\u{0}b", "MARKUP_NOT_TAKEN"),
            ("[x](javascript:alert(1))", "LINK_NOT_TAKEN"),
            ("[x]( data:text/html,1)", "LINK_NOT_TAKEN"),
            ("[x](http://example.kz)", "LINK_NOT_TAKEN"),
            ("[x](//example.kz)", "LINK_NOT_TAKEN"),
            ("[x][1]\n\n[1]: javascript:alert(1)", "LINK_NOT_TAKEN"),
        ] {
            let found = told(&item(bad));
            assert!(
                found.iter().all(|(_, it)| *it == reason) && found.len() == 3,
                "{bad}: {found:?}"
            );
        }
    }

    #[test]
    fn every_language_is_needed_and_everything_wrong_is_told_at_once() {
        let mut wrong = item("x");
        wrong.programme = String::new();
        wrong.title.ru = " ".into();
        wrong.body.en = "ә".repeat(20_001);
        let expected = [
            ("news_item.programme", "REQUIRED"),
            ("news_item.title.ru", "REQUIRED"),
            ("news_item.body.en", "TOO_LONG"),
        ];
        assert_eq!(
            told(&wrong),
            expected.map(|(field, reason)| (field.to_owned(), reason))
        );
    }
}
