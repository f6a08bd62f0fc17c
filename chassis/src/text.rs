//! Sentences for people in Kazakh, Russian and English, kept as Fluent files beside the code.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// A language a person can be answered in. Kazakh is the default: it is the state language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    Kk,
    Ru,
    En,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Kk, Language::Ru, Language::En];

    pub fn code(self) -> &'static str {
        match self {
            Language::Kk => "kk",
            Language::Ru => "ru",
            Language::En => "en",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        match code.get(..2)?.to_ascii_lowercase().as_str() {
            "kk" => Some(Language::Kk),
            "ru" => Some(Language::Ru),
            "en" => Some(Language::En),
            _ => None,
        }
    }

    /// The best of ours for an `Accept-Language` header, by its weights.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Language)> = None;
        for part in header.split(',').take(16) {
            let mut pieces = part.split(';');
            let Some(language) = pieces.next().map(str::trim).and_then(Self::from_code) else {
                continue;
            };
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=")?.parse::<f32>().ok())
                .unwrap_or(1.0);
            if weight > 0.0 && best.is_none_or(|(top, _)| weight > top) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// The sentences of one service in all three languages.
pub struct Texts {
    bundles: [FluentBundle<FluentResource>; 3],
}

impl Texts {
    /// Reads the three files of a service. They are compiled in, so an error in one is a bug that
    /// the service's first test shows.
    ///
    /// # Panics
    /// If a file is not valid Fluent.
    #[expect(
        clippy::panic,
        reason = "a compiled-in file is right or the build is wrong"
    )]
    pub fn new(kk: &str, ru: &str, en: &str) -> Self {
        let bundle = |language: Language, source: &str| {
            let resource = FluentResource::try_new(source.to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{}.ftl: {errors:?}", language.code()));
            let id = language.code().parse().unwrap_or_default();
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            bundle.set_use_isolating(false);
            if let Err(errors) = bundle.add_resource(resource) {
                panic!("{}.ftl: {errors:?}", language.code());
            }
            bundle
        };
        Self {
            bundles: [
                bundle(Language::Kk, kk),
                bundle(Language::Ru, ru),
                bundle(Language::En, en),
            ],
        }
    }

    /// The message with this id, filled in; `None` where the language lacks it.
    pub fn message<'a>(
        &self,
        language: Language,
        id: &str,
        args: impl IntoIterator<Item = (&'a str, Cow<'a, str>)>,
    ) -> Option<String> {
        let bundle = &self.bundles[language as usize];
        let pattern = bundle.get_message(id)?.value()?;
        let mut filled = FluentArgs::new();
        for (name, value) in args {
            filled.set(name, argument(value));
        }
        let mut errors = Vec::new();
        let text = bundle
            .format_pattern(pattern, Some(&filled), &mut errors)
            .into_owned();
        for error in errors {
            tracing::warn!(message = id, %error, "a text was filled in incompletely");
        }
        Some(text)
    }

    /// The sentence for a reason: `IIN_CHECK_DIGIT` is the message `iin-check-digit`.
    pub fn sentence(
        &self,
        language: Language,
        reason: &str,
        args: &[(&'static str, String)],
    ) -> Option<String> {
        let id = reason.to_ascii_lowercase().replace('_', "-");
        self.message(
            language,
            &id,
            args.iter().map(|(k, v)| (*k, Cow::Borrowed(v.as_str()))),
        )
    }
}

/// Whole numbers are passed as numbers so that plurals work; all else stays as written.
fn argument(value: Cow<'_, str>) -> FluentValue<'_> {
    match value.parse::<i32>() {
        Ok(number) if value.len() < 10 && number.to_string() == *value => FluentValue::from(number),
        _ => FluentValue::from(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_of_the_header_wins() {
        assert_eq!(
            Language::from_accept_language("de, ru;q=0.5, en;q=0.8"),
            Some(Language::En)
        );
        assert_eq!(Language::from_accept_language("kk-KZ"), Some(Language::Kk));
        assert_eq!(Language::from_accept_language("de"), None);
        assert_eq!(Language::from_accept_language("ә"), None);
        assert_eq!(Language::from_accept_language("ru;q=0"), None);
    }

    #[test]
    fn a_reason_leads_to_its_sentence() {
        let texts = Texts::new(
            "too-long = Ең көбі: { $max }",
            "too-long = Не более: { $max }",
            "too-long = At most: { $max }",
        );
        let args = [("max", "64".to_owned())];
        assert_eq!(
            texts.sentence(Language::Kk, "TOO_LONG", &args).as_deref(),
            Some("Ең көбі: 64")
        );
        assert_eq!(texts.sentence(Language::En, "TOO_SHORT", &args), None);
    }
}
