//! What people state of themselves, for whom the person registry does not know.

use chassis::Result;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use chassis::violation::Violations;
use jiff::civil::Date;
use proto::identity::v1 as pb;

use crate::domain::account::{BirthDateSource, Person};
use crate::domain::age::plausible;
use crate::rpc::date_from_pb;

const LONGEST_NAME: usize = 100;

pub struct Stated {
    birth_date: Option<Date>,
    family_name: String,
    given_name: String,
    patronymic: String,
}

impl Stated {
    /// Whatever is stated must be possible, even where the registry knows better.
    pub fn parse(
        violations: &mut Violations,
        pb: &pb::CompleteRegistrationAttemptRequest,
        today: Date,
    ) -> Self {
        let mut birth_date = None;
        if let Some(date) = &pb.birth_date {
            let date = date_from_pb(date).ok_or("BIRTH_DATE_IMPOSSIBLE");
            birth_date =
                violations.take("birth_date", date.and_then(|date| plausible(date, today)));
        }
        Self {
            birth_date,
            family_name: violations.optional_text("family_name", &pb.family_name, LONGEST_NAME),
            given_name: violations.optional_text("given_name", &pb.given_name, LONGEST_NAME),
            patronymic: violations.optional_text("patronymic", &pb.patronymic, LONGEST_NAME),
        }
    }

    /// What makes two requests the same.
    pub fn parts(&self, attempt: &str) -> [String; 5] {
        let born = self
            .birth_date
            .map(|date| date.to_string())
            .unwrap_or_default();
        [
            attempt.to_owned(),
            born,
            self.family_name.clone(),
            self.given_name.clone(),
            self.patronymic.clone(),
        ]
    }

    /// The birth date is the IIN's where its digits spell one that a living person can have.
    ///
    /// # Errors
    /// Everything that has to be stated and is not, all together.
    pub fn person(&self, iin: Iin, today: Date) -> Result<Person> {
        let hint = iin
            .birth_date_hint()
            .and_then(|hint| plausible(hint, today).ok());
        let mut violations = Violations::new();
        for (field, value) in [
            ("family_name", &self.family_name),
            ("given_name", &self.given_name),
        ] {
            if value.is_empty() {
                violations.add(field, "REQUIRED");
            }
        }
        let birth_date = hint.or(self.birth_date).ok_or("REQUIRED");
        let birth_date = violations.take("birth_date", birth_date);
        match birth_date {
            Some(birth_date) if violations.is_empty() => Ok(Person {
                family_name: Masked::new(self.family_name.clone()),
                given_name: Masked::new(self.given_name.clone()),
                patronymic: Masked::new(self.patronymic.clone()),
                birth_date: Masked::new(birth_date),
                birth_date_source: match hint {
                    Some(_) => BirthDateSource::Iin,
                    None => BirthDateSource::Stated,
                },
                birth_place: Masked::default(),
            }),
            _ => Err(violations.into()),
        }
    }
}
