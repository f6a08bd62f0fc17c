//! The person registry: a port with two adapters, a file of people and a registry over HTTP.
//!
//! Somebody whom the registry does not know and a registry that has no answer now are told apart:
//! both go on with what the person states, but only the first is the registry's word.

use chassis::clock::Clock;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use jiff::civil::Date;
use serde::Deserialize;

use crate::config::Config;
use crate::domain::account::{BirthDateSource, Person};

mod file;
mod health;
pub mod http;

/// What the registry says of an IIN.
#[derive(Debug, Clone)]
pub enum Found {
    Known(Box<Person>),
    /// The registry has nobody with it.
    Unknown,
    /// The registry did not answer, or not in a way that can be read.
    NoAnswer,
}

pub enum Registry {
    File(file::FileRegistry),
    Http(Box<http::HttpRegistry>),
}

impl Registry {
    /// # Errors
    /// If the file is not a list of people, or a setting of the registry over HTTP is wrong.
    pub fn open(config: &Config, clock: &Clock) -> anyhow::Result<Self> {
        Ok(match &config.registry {
            Some(settings) => {
                Self::Http(Box::new(http::HttpRegistry::new(settings, clock.clone())?))
            }
            None => Self::File(file::FileRegistry::open(config.people_file.as_deref())?),
        })
    }

    pub async fn find(&self, iin: Iin) -> Found {
        match self {
            Self::File(file) => file
                .find(iin)
                .map_or(Found::Unknown, |person| Found::Known(Box::new(person))),
            Self::Http(http) => http.find(iin).await,
        }
    }
}

/// A person as both adapters read one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    iin: String,
    family_name: String,
    given_name: String,
    #[serde(default)]
    patronymic: String,
    birth_date: Date,
    #[serde(default)]
    birth_place: String,
}

impl Row {
    fn person(self) -> Person {
        Person {
            family_name: Masked::new(self.family_name),
            given_name: Masked::new(self.given_name),
            patronymic: Masked::new(self.patronymic),
            birth_date: Masked::new(self.birth_date),
            birth_date_source: BirthDateSource::Registry,
            birth_place: Masked::new(self.birth_place),
            papers: None,
        }
    }
}
