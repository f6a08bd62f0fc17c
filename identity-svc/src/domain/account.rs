//! An account and the person behind it.

use chassis::caller::Role;
use chassis::mask::{Email, Masked};
use chassis::text::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

/// Where a birth date comes from, the best source first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BirthDateSource {
    Registry,
    Iin,
    Stated,
}

impl BirthDateSource {
    pub const ALL: [Self; 3] = [Self::Registry, Self::Iin, Self::Stated];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "REGISTRY",
            Self::Iin => "IIN",
            Self::Stated => "STATED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// Who somebody is, as the registry or they themselves tell.
#[derive(Debug, Clone)]
pub struct Person {
    pub family_name: Masked<String>,
    pub given_name: Masked<String>,
    /// Empty where there is none.
    pub patronymic: Masked<String>,
    pub birth_date: Masked<Date>,
    pub birth_date_source: BirthDateSource,
    /// Empty where nobody told it.
    pub birth_place: Masked<String>,
}

#[derive(Debug, Clone)]
pub struct Account {
    pub id: Uuid,
    pub iin: Masked<String>,
    pub email: Email,
    pub language: Language,
    pub person: Person,
    pub roles: Vec<Role>,
    pub created: Timestamp,
    pub version: i64,
}

impl Account {
    pub fn name(&self) -> String {
        name(self.id)
    }

    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }
}

/// `accounts/{account}`.
pub fn name(id: Uuid) -> String {
    format!("accounts/{id}")
}

/// Whether the text can be an etag of an account.
pub fn is_etag(text: &str) -> bool {
    text.strip_prefix('v')
        .is_some_and(|number| number.parse::<i64>().is_ok())
}
