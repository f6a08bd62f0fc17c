//! What identity-svc told of the person when the application was opened: the prefilled facts and
//! the birth date with its source. It stays as it was, so that a later look sees what was checked.

use chassis::Result;
use chassis::mask::Masked;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{read_json, write_json};
use crate::domain::eligibility::{BirthDate, BirthDateSource};

#[derive(Debug, Clone)]
pub struct Person {
    /// By the name in `x-prefilled`: `iin`, `family_name`, `birth_date` and so on.
    pub facts: Masked<Map<String, Value>>,
    pub birth_date: Masked<Option<BirthDate>>,
    pub registration_time: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Column {
    facts: Map<String, Value>,
    birth_date: Option<(Date, SourceColumn)>,
    registration_time: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum SourceColumn {
    Registry,
    Iin,
    Declared,
}

pub(super) fn write(person: &Person) -> Result<String> {
    let source = |source| match source {
        BirthDateSource::Registry => SourceColumn::Registry,
        BirthDateSource::Iin => SourceColumn::Iin,
        BirthDateSource::Declared => SourceColumn::Declared,
    };
    write_json(&Column {
        facts: person.facts.reveal().clone(),
        birth_date: person
            .birth_date
            .reveal()
            .map(|born| (born.date, source(born.source))),
        registration_time: person.registration_time,
    })
}

pub(super) fn read(text: &str) -> Result<Person> {
    let column: Column = read_json(text)?;
    let born = |(date, source)| BirthDate {
        date,
        source: match source {
            SourceColumn::Registry => BirthDateSource::Registry,
            SourceColumn::Iin => BirthDateSource::Iin,
            SourceColumn::Declared => BirthDateSource::Declared,
        },
    };
    Ok(Person {
        facts: Masked::new(column.facts),
        birth_date: Masked::new(column.birth_date.map(born)),
        registration_time: column.registration_time,
    })
}
