//! The result of a language test, as a partner reports it.

use chassis::mask::Masked;
use chassis::violation::Violations;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed(Certificate),
    Failed,
}

/// What a passed test gives. The number leads to a person, so it is not printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub level: Level,
    pub number: Masked<String>,
    pub issued: Date,
    /// The last day on which it is valid.
    pub valid_until: Date,
}

/// A level of the state language; the order is the order of the levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    A1,
    A2,
    B1,
    B2,
    C1,
    C2,
}

words!(Level {
    A1 = "A1",
    A2 = "A2",
    B1 = "B1",
    B2 = "B2",
    C1 = "C1",
    C2 = "C2",
});

/// A result that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageResult {
    pub promo_code: Uuid,
    pub redemption: Uuid,
    pub outcome: Outcome,
    pub reported: Timestamp,
}

/// Most characters of a certificate's number; its form is nowhere written down.
pub const LONGEST_NUMBER: usize = 64;

/// A result as it arrives, each part read but not yet seen together.
#[derive(Debug, Clone, Default)]
pub struct Reported {
    pub passed: bool,
    pub level: Option<Level>,
    pub number: String,
    pub issued: Option<Date>,
    pub valid_until: Option<Date>,
}

impl Reported {
    /// What it says, where its parts fit together. `today` is the day in Astana; `unread` names
    /// the fields that were there and made no sense, which are not told a second time.
    pub fn outcome(
        self,
        violations: &mut Violations,
        unread: &[&str],
        today: Date,
    ) -> Option<Outcome> {
        let before = violations.iter().count();
        let outcome = if self.passed {
            self.passed(violations, unread, today)
        } else {
            self.failed(violations);
            Some(Outcome::Failed)
        };
        outcome.filter(|_| violations.iter().count() == before)
    }

    fn passed(self, violations: &mut Violations, unread: &[&str], today: Date) -> Option<Outcome> {
        let mut needed = |field: &'static str, there: bool| {
            if !there && !unread.contains(&field) {
                violations.add(field, "REQUIRED");
            }
        };
        needed("result.level", self.level.is_some());
        needed("result.issue_date", self.issued.is_some());
        needed("result.valid_until", self.valid_until.is_some());
        let number = violations.text("result.certificate_number", &self.number, LONGEST_NUMBER);
        if self.issued.is_some_and(|issued| issued > today) {
            violations.add("result.issue_date", "DATE_IN_FUTURE");
        }
        let (issued, valid_until) = (self.issued?, self.valid_until?);
        if valid_until < issued {
            violations.add("result.valid_until", "DATES_BACKWARDS");
        }
        Some(Outcome::Passed(Certificate {
            level: self.level?,
            number: Masked::new(number),
            issued,
            valid_until,
        }))
    }

    fn failed(&self, violations: &mut Violations) {
        let extra = [
            ("result.level", self.level.is_some()),
            ("result.certificate_number", !self.number.trim().is_empty()),
            ("result.issue_date", self.issued.is_some()),
            ("result.valid_until", self.valid_until.is_some()),
        ];
        for (field, there) in extra {
            if there {
                violations.add(field, "NOT_FOR_FAILED");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 6, 10);

    fn passed() -> Reported {
        Reported {
            passed: true,
            level: Some(Level::B2),
            number: " KT-1 ".into(),
            issued: Some(TODAY),
            valid_until: Some(date(2028, 6, 9)),
        }
    }

    fn told(reported: Reported) -> Vec<(String, &'static str)> {
        let mut violations = Violations::new();
        let outcome = reported.outcome(&mut violations, &[], TODAY);
        assert_eq!(outcome.is_none(), !violations.is_empty());
        violations
            .iter()
            .map(|v| (v.field.clone(), v.reason))
            .collect()
    }

    #[test]
    fn a_certificate_of_today_is_good_and_its_number_is_trimmed() {
        let mut violations = Violations::new();
        let outcome = passed().outcome(&mut violations, &[], TODAY);
        let Some(Outcome::Passed(certificate)) = outcome else {
            panic!("{violations:?}");
        };
        assert_eq!(certificate.number.reveal(), "KT-1");
    }

    #[test]
    fn dates_that_make_no_sense_are_all_told() {
        let reported = Reported {
            issued: Some(date(2026, 6, 11)),
            valid_until: Some(date(2026, 6, 10)),
            number: String::new(),
            level: None,
            ..passed()
        };
        assert_eq!(
            told(reported),
            [
                ("result.level".to_owned(), "REQUIRED"),
                ("result.certificate_number".to_owned(), "REQUIRED"),
                ("result.issue_date".to_owned(), "DATE_IN_FUTURE"),
                ("result.valid_until".to_owned(), "DATES_BACKWARDS"),
            ]
        );
    }

    #[test]
    fn a_failed_test_has_no_certificate() {
        assert_eq!(told(Reported::default()), []);
        let reported = Reported {
            passed: false,
            ..passed()
        };
        assert!(told(reported).iter().all(|(_, r)| *r == "NOT_FOR_FAILED"));
    }

    #[test]
    fn a_field_that_made_no_sense_is_not_told_again_as_missing() {
        let mut violations = Violations::new();
        let reported = Reported {
            issued: None,
            ..passed()
        };
        reported.outcome(&mut violations, &["result.issue_date"], TODAY);
        assert!(violations.is_empty());
    }

    #[test]
    fn levels_are_ordered() {
        assert!(Level::ALL.is_sorted());
    }
}
