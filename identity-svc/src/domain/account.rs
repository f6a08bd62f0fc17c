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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
}

impl Sex {
    pub const ALL: [Self; 2] = [Self::Female, Self::Male];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Female => "FEMALE",
            Self::Male => "MALE",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sex| sex.as_str() == name)
    }
}

/// What somebody without an IIN states beside names and birth date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    pub sex: Masked<Sex>,
    pub ethnicity: Masked<String>,
    /// Two letters of ISO 3166-1.
    pub citizenship: Masked<String>,
    pub document_number: Masked<String>,
    pub phone: Masked<String>,
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
    /// Of who has no IIN, and of nobody else.
    pub papers: Option<Papers>,
}

impl Person {
    /// Whether the registry told the names; else they are the person's own word.
    pub fn names_are_proven(&self) -> bool {
        self.birth_date_source == BirthDateSource::Registry
    }
}

#[derive(Debug, Clone)]
pub struct Account {
    pub id: Uuid,
    /// Empty for who has none.
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

    pub fn has_iin(&self) -> bool {
        !self.iin.reveal().is_empty()
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
