//! One text in the three languages of the suite.

use chassis::text::Language;
use serde::{Deserialize, Serialize};

/// A label, a title, a notice: data that the reader's language picks from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    pub kk: String,
    pub ru: String,
    pub en: String,
}

impl Labels {
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Kk => &self.kk,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }

    /// The label in a schema; empty where there is none.
    pub fn in_json(value: &serde_json::Value) -> Self {
        let text = |language: &str| value[language].as_str().unwrap_or_default().to_owned();
        Self {
            kk: text("kk"),
            ru: text("ru"),
            en: text("en"),
        }
    }

    /// Whether every language has its text.
    pub fn is_complete(&self) -> bool {
        Language::ALL
            .iter()
            .all(|language| !self.get(*language).trim().is_empty())
    }
}
