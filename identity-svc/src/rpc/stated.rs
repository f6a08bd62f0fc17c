//! What people state of themselves, for whom the person registry does not know or who have no IIN.

use chassis::Result;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use chassis::violation::Violations;
use jiff::civil::Date;
use proto::google::r#type::Date as WireDate;
use proto::identity::v1 as pb;

use super::date_from_pb;
use crate::domain::account::{BirthDateSource, Papers, Person, Sex};
use crate::domain::age::plausible;
use crate::domain::papers;

const LONGEST_TEXT: usize = 100;

/// As it was sent.
pub struct Words<'a> {
    pub birth_date: Option<&'a WireDate>,
    pub family_name: &'a str,
    pub given_name: &'a str,
    pub patronymic: &'a str,
}

/// What only who has no IIN is asked for, as it was sent.
pub struct PaperWords<'a> {
    pub sex: i32,
    pub ethnicity: &'a str,
    pub citizenship: &'a str,
    pub document_number: &'a str,
    pub phone: &'a str,
}

pub struct Stated {
    birth_date: Option<Date>,
    family_name: String,
    given_name: String,
    patronymic: String,
    sex: Option<Sex>,
    ethnicity: String,
    citizenship: String,
    document_number: String,
    phone: String,
}

impl Stated {
    /// Whatever is stated must be possible, even where the registry knows better.
    pub fn parse(violations: &mut Violations, words: &Words<'_>, today: Date) -> Self {
        let mut birth_date = None;
        if let Some(date) = words.birth_date {
            let date = date_from_pb(date).ok_or("BIRTH_DATE_IMPOSSIBLE");
            birth_date =
                violations.take("birth_date", date.and_then(|date| plausible(date, today)));
        }
        let mut name = |field, text| violations.optional_text(field, text, LONGEST_TEXT);
        Self {
            birth_date,
            family_name: name("family_name", words.family_name),
            given_name: name("given_name", words.given_name),
            patronymic: name("patronymic", words.patronymic),
            sex: None,
            ethnicity: String::new(),
            citizenship: String::new(),
            document_number: String::new(),
            phone: String::new(),
        }
    }

    pub fn with_papers(mut self, violations: &mut Violations, words: &PaperWords<'_>) -> Self {
        self.sex = match pb::Sex::try_from(words.sex) {
            Ok(pb::Sex::Female) => Some(Sex::Female),
            Ok(pb::Sex::Male) => Some(Sex::Male),
            Ok(pb::Sex::Unspecified) => None,
            Err(_) => violations.take("sex", Err("UNKNOWN_VALUE")),
        };
        self.ethnicity = violations.optional_text("ethnicity", words.ethnicity, LONGEST_TEXT);
        let mut checked = |field, text: &str, check: fn(&str) -> Result<String, &'static str>| {
            let text = Some(text.trim()).filter(|text| !text.is_empty());
            let checked = text.and_then(|text| violations.take(field, check(text)));
            checked.unwrap_or_default()
        };
        self.citizenship = checked("citizenship", words.citizenship, papers::country);
        self.document_number = checked(
            "document_number",
            words.document_number,
            papers::document_number,
        );
        self.phone = checked("phone", words.phone, papers::phone);
        self
    }

    /// What makes two requests the same.
    pub fn parts(&self) -> [String; 9] {
        let born = self.birth_date.map(|date| date.to_string());
        [
            born.unwrap_or_default(),
            self.family_name.clone(),
            self.given_name.clone(),
            self.patronymic.clone(),
            self.sex.map_or("", Sex::as_str).to_owned(),
            self.ethnicity.clone(),
            self.citizenship.clone(),
            self.document_number.clone(),
            self.phone.clone(),
        ]
    }

    /// Somebody with an IIN. The birth date is the IIN's where its digits spell one that a living
    /// person can have.
    ///
    /// # Errors
    /// Everything that has to be stated and is not, all together.
    pub fn person(&self, iin: Iin, today: Date) -> Result<Person> {
        let hint = iin
            .birth_date_hint()
            .and_then(|hint| plausible(hint, today).ok());
        let mut violations = self.missing_names();
        let birth_date = hint.or(self.birth_date).ok_or("REQUIRED");
        let birth_date = violations.take("birth_date", birth_date);
        let source = match hint {
            Some(_) => BirthDateSource::Iin,
            None => BirthDateSource::Stated,
        };
        match birth_date {
            Some(born) if violations.is_empty() => Ok(self.named(born, source, None)),
            _ => Err(violations.into()),
        }
    }

    /// Somebody without an IIN.
    ///
    /// # Errors
    /// Everything that has to be stated and is not, all together.
    pub fn person_without_iin(&self) -> Result<Person> {
        let mut violations = self.missing_names();
        let birth_date = violations.take("birth_date", self.birth_date.ok_or("REQUIRED"));
        let sex = violations.take("sex", self.sex.ok_or("REQUIRED"));
        for (field, value) in [
            ("ethnicity", &self.ethnicity),
            ("citizenship", &self.citizenship),
            ("document_number", &self.document_number),
            ("phone", &self.phone),
        ] {
            if value.is_empty() {
                violations.add(field, "REQUIRED");
            }
        }
        match (birth_date, sex) {
            (Some(born), Some(sex)) if violations.is_empty() => {
                let masked = |text: &String| Masked::new(text.clone());
                let papers = Papers {
                    sex: Masked::new(sex),
                    ethnicity: masked(&self.ethnicity),
                    citizenship: masked(&self.citizenship),
                    document_number: masked(&self.document_number),
                    phone: masked(&self.phone),
                };
                Ok(self.named(born, BirthDateSource::Stated, Some(papers)))
            }
            _ => Err(violations.into()),
        }
    }

    fn missing_names(&self) -> Violations {
        let mut violations = Violations::new();
        for (field, value) in [
            ("family_name", &self.family_name),
            ("given_name", &self.given_name),
        ] {
            if value.is_empty() {
                violations.add(field, "REQUIRED");
            }
        }
        violations
    }

    fn named(&self, born: Date, source: BirthDateSource, papers: Option<Papers>) -> Person {
        Person {
            family_name: Masked::new(self.family_name.clone()),
            given_name: Masked::new(self.given_name.clone()),
            patronymic: Masked::new(self.patronymic.clone()),
            birth_date: Masked::new(born),
            birth_date_source: source,
            birth_place: Masked::default(),
            papers,
        }
    }
}
