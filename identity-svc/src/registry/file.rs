//! The person registry as a file: a list of people, read once.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use chassis::identifier::Iin;

use super::Row;
use crate::domain::account::Person;

pub struct FileRegistry(HashMap<Iin, Person>);

impl FileRegistry {
    /// # Errors
    /// If the file is not a list of people, or one of them has a wrong IIN.
    pub fn open(file: Option<&Path>) -> anyhow::Result<Self> {
        match file {
            None => Self::read(include_str!("../../data/people.json")),
            Some(file) => {
                let what = || format!("the person registry {}", file.display());
                Self::read(&std::fs::read_to_string(file).with_context(what)?).with_context(what)
            }
        }
    }

    fn read(json: &str) -> anyhow::Result<Self> {
        let rows: Vec<Row> = serde_json::from_str(json)?;
        let mut people = HashMap::new();
        for (at, row) in rows.into_iter().enumerate() {
            let iin = Iin::parse(&row.iin)
                .map_err(|reason| anyhow::anyhow!("person {at} has a wrong IIN: {reason}"))?;
            anyhow::ensure!(
                people.insert(iin, row.person()).is_none(),
                "person {at} is there twice"
            );
        }
        Ok(Self(people))
    }

    pub fn find(&self, iin: Iin) -> Option<Person> {
        self.0.get(&iin).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_people_that_come_with_the_program_are_readable_and_enough() {
        let registry = FileRegistry::open(None).expect("the file");
        assert!(registry.0.len() >= 40);
        let iin = Iin::parse("040229500005").expect("a number");
        let born = registry.find(iin).expect("a person").birth_date;
        assert_eq!(*born.reveal(), jiff::civil::date(2004, 2, 29));
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_and_says_where() {
        assert!(FileRegistry::read("{}").is_err());
        let person = r#"{"iin":"123456789012","family_name":"A","given_name":"B","birth_date":"1990-01-01"}"#;
        let error = FileRegistry::read(&format!("[{person}]"))
            .err()
            .expect("an error")
            .to_string();
        assert!(
            error.contains("person 0") && !error.contains("123456789012"),
            "{error}"
        );
    }
}
